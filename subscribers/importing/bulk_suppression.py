"""Very many addresses never to be mailed, or to be mailed again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.exporting import read
from subscribers.importing import history, store
from subscribers.importing.cells import DamagedRow, addresses_in
from subscribers.importing.columns import address_column
from subscribers.importing.formats.table import Table
from subscribers.importing.plan_writer import SUPPRESSION_COLUMNS
from subscribers.models import Suppression


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address of a list, in the form that it is kept."""

    row: int
    """As a spreadsheet counts."""
    address: str
    refusal: str = ""
    """Why it cannot be used."""


def addresses_of(table: Table) -> Iterator[Address]:
    """The addresses of a list in any form.

    Raises:
        InvalidInput: no column is known to hold them.
    """
    place = address_column(table.header)
    place = table.address if place is None else place
    if place is None:
        raise InvalidInput(
            "write one address a line, or a table whose header names the column “email”; "
            f"the columns are: {', '.join(table.header)}"
        )
    for row, cells in enumerate(table.rows(), start=table.first_row):
        if any(cells):
            text = cells[place] if place < len(cells) and not isinstance(cells, DamagedRow) else ""
            # Of a row that is damaged or shifted whoever stands in it is meant.
            for found in (
                addresses_in(read(text.strip())) or addresses_in(" ".join(cells)) or [text]
            ):
                yield _address(row, found)


def _address(row: int, text: str) -> Address:
    try:
        return Address(row=row, address=normalise_address(read(text.strip())))
    except InvalidInput as error:
        return Address(row=row, address="", refusal=str(error))


def suppress(
    database: Database, secret: str, addresses: Sequence[str], reason: str, now: datetime
) -> int:
    """Suppress these, in one transaction; how many were not before."""
    hashes = {hash_address(secret, address) for address in addresses}
    with database.write() as session:
        store.begin(session)
        new = hashes - store.suppressions(session, hashes).keys()
        history.share_suppressions(session, hashes - new, None)
        rows = ((address_hash, reason, now, None) for address_hash in sorted(new))
        store.add(session, Suppression, SUPPRESSION_COLUMNS, rows)
    return len(new)


def unsuppress(database: Database, secret: str, addresses: Sequence[str]) -> int:
    """Lift what suppresses these, in one transaction; how many were suppressed."""
    hashes = {hash_address(secret, address) for address in addresses}
    with database.write() as session:
        store.begin(session)
        found = store.suppressions(session, hashes)
        store.drop_suppressions(session, found.keys())
    return len(found)
