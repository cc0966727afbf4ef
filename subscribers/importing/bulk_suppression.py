"""Bulk suppression and unsuppression of addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.exporting import unescape_formula
from subscribers.importing import catalogue
from subscribers.importing.columns import address_column, assign, program_of
from subscribers.importing.formats.listed_line import COMMENTED_OUT
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.storage import history, store
from subscribers.importing.storage.plan_writer import SUPPRESSION_COLUMNS
from subscribers.importing.values.cells import DamagedRow, addresses_in, without_sign
from subscribers.models import Suppression


@dataclass(frozen=True, kw_only=True)
class Address:
    """A normalised address of a list."""

    row: int
    """As in a spreadsheet."""
    address: str
    refusal: str = ""
    """Why it is invalid."""


def addresses_of(table: SourceTable) -> Iterator[Address]:
    """The addresses of a list of any file type.

    Raises:
        InvalidInput: no column of addresses is recognised.
    """
    place = address_column(table.header)
    place = table.address if place is None else place
    if place is None:
        raise InvalidInput(
            "write one address a line, or a table whose header names the column “email”; "
            f"the columns are: {', '.join(table.header)}"
        )
    for row, cells in enumerate(table.rows(), start=table.first_row):
        # Who is commented out of a list of those who left has not.
        if any(cells) and COMMENTED_OUT not in cells:
            text = cells[place] if place < len(cells) and not isinstance(cells, DamagedRow) else ""
            # In a damaged or shifted row, any address counts.
            for address in (
                addresses_in(unescape_formula(text.strip()))
                or addresses_in(" ".join(cells))
                or [text]
            ):
                yield _address(row, address)


def status_heading(table: SourceTable) -> str:
    """The heading of a column that says how each stands; empty without one."""
    try:
        assigned = assign(table.header, {}, program_of(table.header, catalogue.every()))
    except InvalidInput:
        return ""
    return next((table.header[place] for place in assigned.places["status"]), "")


def _address(row: int, text: str) -> Address:
    try:
        return Address(
            row=row, address=normalise_address(without_sign(unescape_formula(text.strip())))
        )
    except InvalidInput as error:
        return Address(row=row, address="", refusal=str(error))


def suppress(
    database: Database, secret: str, addresses: Sequence[str], reason: str, now: datetime
) -> int:
    """Suppress these in one transaction; the number newly suppressed."""
    hashes = {hash_address(secret, address) for address in addresses}
    with database.write() as session:
        store.begin(session)
        new = hashes - store.suppressions(session, hashes).keys()
        history.share_suppressions(session, hashes - new, None)
        rows = ((address_hash, reason, now, None) for address_hash in sorted(new))
        store.add(session, Suppression, SUPPRESSION_COLUMNS, rows)
    return len(new)


def unsuppress(database: Database, secret: str, addresses: Sequence[str]) -> int:
    """Unsuppress these in one transaction; the number that were suppressed."""
    hashes = {hash_address(secret, address) for address in addresses}
    with database.write() as session:
        store.begin(session)
        suppressions = store.suppressions(session, hashes)
        store.drop_suppressions(session, suppressions.keys())
    return len(suppressions)
