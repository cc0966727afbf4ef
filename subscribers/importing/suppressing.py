"""Very many addresses never to be mailed, or to be mailed again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from newsletter.database import Database
from newsletter.errors import InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.exporting import read
from subscribers.importing import store
from subscribers.importing.columns import address_column
from subscribers.importing.writing import SUPPRESSION_COLUMNS
from subscribers.models import Suppression


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address of a list, in the form that it is kept."""

    row: int
    """As a spreadsheet counts."""
    address: str
    refusal: str = ""
    """Why it cannot be used."""


def addresses_of(rows: Iterator[Sequence[str]]) -> Iterator[Address]:
    """The addresses of a table whose header names their column, or of a bare list of them.

    Raises:
        InvalidInput: the first row is neither a header that is known nor an address.
    """
    first = next(rows, [])
    place = address_column(first)
    if place is None and not (first and "@" in first[0]):
        raise InvalidInput(
            "write one address a line, or a table whose header names the column “email”; "
            f"the first line is: {', '.join(first)}"
        )
    listed = enumerate(rows, start=2) if place is not None else enumerate(chain([first], rows), 1)
    for row, cells in listed:
        if any(cells):
            yield _address(row, cells[place or 0] if (place or 0) < len(cells) else "")


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
        rows = ((address_hash, reason, now) for address_hash in sorted(new))
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
