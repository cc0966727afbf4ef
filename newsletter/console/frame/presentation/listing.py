"""Lists: filters, sort order and place in the address; the next page by key; CSV of what is shown.

listing = Listing.of(request, filters=("q", "role"), sorts=("name", "-seen"))

def rows(after: int | None, limit: int) -> Sequence[Row]:
    with request.database.read() as session:
        return store.page(session, listing.filter("q"), after=after, limit=limit)

if listing.wants_csv:
    return listing.csv("articles.csv", COLUMNS, rows, key=lambda row: row.id)
table = listing.table(COLUMNS, rows(listing.after_number, listing.limit), key=lambda row: row.id)
return request.page("articles/list.html", {"table": table})
"""

import csv
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from starlette.responses import Response, StreamingResponse

from newsletter.actions import subscribers
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, Handler, Threads, page
from newsletter.http.path_params import number_in
from newsletter.staff.permissions import Permission
from subscribers.exporting import escape_formula

RowT = TypeVar("RowT")

PAGE_SIZE = 50
# Rows of a file that are read at once: far fewer than the 32,766 parameters of an SQLite statement.
CSV_PAGE_SIZE = 1000
MAX_FILTER_LENGTH = 200
# Where a list of subscribers has its file, below its own path.
FILE = "/file"
RowReader = Callable[[int | None, int], Sequence[RowT]]
"""Reads the rows after a key, at most so many; None: the first ones."""


@dataclass(frozen=True, kw_only=True)
class Column(Generic[RowT]):
    """One column: its heading, its value for CSV, and by what it is sorted."""

    name: str
    value: Callable[[RowT], Any]
    sort: str = ""
    """A name of `sorts`; empty: it cannot be sorted by."""
    is_number: bool = False


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of a column as shown."""

    name: str
    url: str
    """Sorts by it; empty where that cannot be done."""
    order: str
    """"ascending", "descending" or empty, as aria-sort has it."""
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list is asked for."""

    request: ConsoleRequest
    filters: Mapping[str, str]
    sort: str
    """One of the allowed orders; "-name" is descending."""
    after: str
    """The key that the page begins after; empty: the first page."""
    wants_csv: bool
    page_size: int
    holds_people: bool = False
    """Whether its file is of subscribers: at `people_file`, for whoever may export them."""

    @classmethod
    def of(
        cls,
        request: ConsoleRequest,
        *,
        filters: Sequence[str] = (),
        sorts: Sequence[str] = (),
        page_size: int = PAGE_SIZE,
        holds_people: bool = False,
    ) -> "Listing":
        """
        Args:
            sorts: the allowed orders, the usual one first: "name", "-seen" …
            holds_people: its rows have addresses of subscribers.
        """
        query = request.query
        sort_names = {one.removeprefix("-") for one in sorts}
        asked = query.get("sort", "")
        is_known = asked.removeprefix("-") in sort_names
        return cls(
            request=request,
            filters={
                name: _cleaned(query[name]) for name in filters if _cleaned(query.get(name, ""))
            },
            sort=asked if is_known else next(iter(sorts), ""),
            after=_cleaned(query.get("after", "")),
            wants_csv=query.get("format") == "csv" and not holds_people,
            page_size=page_size,
            holds_people=holds_people,
        )

    def filter(self, name: str) -> str:
        """What a filter is set to; empty: to nothing."""
        return self.filters.get(name, "")

    @property
    def is_ascending(self) -> bool:
        """Whether the smallest value, or the oldest row, comes first."""
        return not self.sort.startswith("-")

    @property
    def limit(self) -> int:
        """How many rows to read: one more than a page shows, to know of a next page."""
        return self.page_size + 1

    @property
    def after_number(self) -> int | None:
        """The key that the page begins after, as a number; None on the first page."""
        return number_in(self.after)

    def url(self, **changed: str) -> str:
        """The address of this list with something else in it; an empty value takes it out."""
        usual = {"sort": self.sort if "sort" in self.request.query else "", "after": self.after}
        query = {**self.filters, **usual, **changed}
        parameters = {name: value for name, value in query.items() if value}
        return self.request.http.url.path + (f"?{urlencode(parameters)}" if parameters else "")

    def table(
        self,
        columns: Sequence[Column[RowT]],
        rows: Sequence[RowT],
        key: Callable[[RowT], object] = str,
    ) -> "Table[RowT]":
        """The rows as a table, with the way to the next page.

        Args:
            key: what the next page begins after.
        """
        shown = rows[: self.page_size]
        has_more = len(rows) > len(shown)
        return Table(
            listing=self,
            columns=columns,
            rows=shown,
            next_url=self.url(after=str(key(shown[-1]))) if has_more else "",
        )

    def csv(
        self,
        name: str,
        columns: Sequence[Column[RowT]],
        read: RowReader[RowT],
        key: Callable[[RowT], int],
    ) -> Response:
        """All rows that the filters let through, as a file that is sent while it is read.

        Args:
            name: of the file.
            read: the rows after a key, so many at most.
        """
        parts = csv_parts(columns, read, key, after=self.after_number)
        # What is wrong with the first page is still answered by a page.
        first = next(parts)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(
            self._on_threads(first, parts), headers=headers, media_type="text/csv; charset=utf-8"
        )

    def people_file(
        self,
        name: str,
        columns: Sequence[Column[RowT]],
        read: RowReader[RowT],
        key: Callable[[RowT], int],
    ) -> Response:
        """As `csv`, with a line in the audit log; for a route that `file_of_people` made."""
        subscribers.export_list(self.request.context, self.request.actor, name)
        return self.csv(name, columns, read, key)

    async def _on_threads(self, first: str, parts: Iterator[str]) -> AsyncIterator[str]:
        """The parts of a file, each read on a thread of its own."""
        yield first
        limiter = self.request.state.read_threads
        while part := await run_sync(next, parts, "", limiter=limiter):
            yield part


@dataclass(frozen=True, kw_only=True)
class Table(Generic[RowT]):
    """A page of a list."""

    listing: Listing
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    next_url: str = ""

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    @property
    def first_url(self) -> str:
        """The way back to the first page; empty there."""
        return self.listing.url(after="") if self.listing.after else ""

    @property
    def csv_url(self) -> str:
        """The file of the whole list; empty where the staff member may not have it."""
        if not self.listing.holds_people:
            return self.listing.url(after="", format="csv")
        path, _, query = self.listing.url(after="").partition("?")
        is_allowed = self.listing.request.may(Permission.BULK_PEOPLE)
        return f"{path}{FILE}?{query}" if is_allowed else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.listing.filters)

    def _heading(self, column: Column[RowT]) -> Heading:
        ascending, descending = column.sort, f"-{column.sort}"
        order, other = "", ascending
        if column.sort and self.listing.sort == ascending:
            order, other = "ascending", descending
        elif column.sort and self.listing.sort == descending:
            order = "descending"
        url = self.listing.url(sort=other, after="") if column.sort else ""
        return Heading(name=column.name, url=url, order=order, is_number=column.is_number)


def file_of_people(path: str, handler: Handler) -> ConsoleRoute:
    """The file of a list of subscribers: for those who may export them, after a proof.

    Args:
        path: of the list.
    """
    return page(
        f"{path}{FILE}",
        Permission.BULK_PEOPLE,
        handler,
        threads=Threads.WRITE,
        needs_proof=True,
    )


def pages_of(rows: Sequence[RowT], key: Callable[[RowT], object]) -> RowReader[RowT]:
    """Reads pages of rows that are all at hand, in their order."""

    def read(after: int | None, limit: int) -> Sequence[RowT]:
        places = (place for place, row in enumerate(rows, 1) if key(row) == after)
        start = 0 if after is None else next(places, len(rows))
        return rows[start : start + limit]

    return read


def csv_parts(
    columns: Sequence[Column[RowT]],
    read: RowReader[RowT],
    key: Callable[[RowT], int],
    *,
    after: int | None = None,
    page_size: int = CSV_PAGE_SIZE,
) -> Iterator[str]:
    """A CSV file in parts, each of one page of rows; the first with the headings."""
    heading: Sequence[str] = [escape_formula(column.name) for column in columns]
    while True:
        rows = read(after, page_size)
        lines = [[_in_csv(column.value(row)) for column in columns] for row in rows]
        text = StringIO()
        csv.writer(text).writerows([heading, *lines] if heading else lines)
        yield text.getvalue()
        if len(rows) < page_size:
            return
        heading, after = (), key(rows[-1])


def _cleaned(text: str) -> str:
    """One line without control characters, of a bearable length."""
    printable = "".join(letter for letter in text if letter.isprintable())
    return " ".join(printable.split())[:MAX_FILTER_LENGTH]


def _in_csv(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return escape_formula(text)
