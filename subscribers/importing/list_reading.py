"""A list file as a site reads it: examined, and each row as a person.

The command and the console read files by this module alone, so that both decide alike.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from subscribers.importing import catalogue
from subscribers.importing.analysis import AdministratorAnswers, FileAnalysis, analyse
from subscribers.importing.columns import fields_of
from subscribers.importing.event_log import latest_events
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.list_importer import ImportTerms
from subscribers.importing.rows import ReadOptions, RowReader, Tags
from subscribers.importing.storage.batches import FileRow, batches
from subscribers.importing.values.cells import one_line

Mends = Mapping[int, Sequence[str]]
"""Cells that replace those of a row, by row number as in a spreadsheet."""


@dataclass(frozen=True, kw_only=True)
class SiteNames:
    """The names that a site knows; values of a file are matched with them."""

    topics: frozenset[str]
    digests: frozenset[str]
    languages: frozenset[str]
    as_topic: Callable[[str], str]
    """A topic's slug."""


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """A file, and what the administrator says about it."""

    path: Path
    file: str
    """The name that the administrator knows it by."""
    consent: str = ""
    """The proof of consent; empty: everybody is pending."""
    answers: AdministratorAnswers = field(default_factory=AdministratorAnswers)
    sheet: str = ""
    """Of a spreadsheet; empty: the first."""
    encoding: str = ""
    """Of a text file; empty: detected."""
    tags: Tags = Tags.ATTRIBUTE
    updates: bool = False
    """Update values of earlier imports."""
    mends: Mends = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExaminedList:
    """A file that was read once to its end."""

    table: SourceTable
    analysis: FileAnalysis
    reader: RowReader
    terms: ImportTerms

    @property
    def rows(self) -> int:
        """Rows with something in them."""
        return self.analysis.rows + self.analysis.fitness.misfits

    def batches(self) -> Generator[list[FileRow], None, None]:
        """Its rows as people, as many at once as a transaction writes."""
        yield from batches(self.table.rows(), self.reader, self.table.first_row)


def open_table(request: ListRequest, on_row: Callable[[], None] | None = None) -> SourceTable:
    """The rows of the file, mended.

    Args:
        on_row: called with each row that is read.

    Raises:
        InvalidInput: the file cannot be read.
    """
    table = open_list(request.path, sheet=request.sheet, encoding=request.encoding)
    answers = request.answers
    return latest_events(
        _mended(table, request.mends, on_row),
        answers.columns,
        answers.words,
        answers.order,
        catalogue.every(),
    )


def _mended(table: SourceTable, mends: Mends, on_row: Callable[[], None] | None) -> SourceTable:
    if not mends and on_row is None:
        return table

    def rows() -> Iterator[Sequence[str]]:
        for number, cells in enumerate(table.rows(), start=table.first_row):
            if on_row is not None:
                on_row()
            yield mends.get(number, cells)

    return replace(table, rows=rows)


def examine(
    request: ListRequest, table: SourceTable, secret: str, names: SiteNames, today: date
) -> ExaminedList:
    """The whole file examined.

    Whoever enters it looks first whether it `is_clear`, and with proof of consent `is_trusted`.

    Args:
        table: from `open_table`.
        today: memberships that end later are valid.

    Raises:
        InvalidInput: it cannot be read, or the answers do not fit it.
    """
    analysis = analyse(table, request.file, request.answers, catalogue.every())
    by_program = analysis.assigned.program.states if analysis.assigned.program else {}
    places = analysis.assigned.places
    reader = RowReader(
        ReadOptions(
            columns=places,
            width=len(table.header),
            as_topic=lru_cache(maxsize=10_000)(names.as_topic),
            topics=names.topics,
            today=today,
            digests=names.digests,
            languages=names.languages,
            state=analysis.state,
            words={**by_program, **request.answers.words},
            order=analysis.order,
            doubtful=frozenset(analysis.fitness.doubtful),
            left=frozenset(analysis.fitness.left),
            tags=request.tags,
            is_labelled=analysis.is_labelled,
        )
    )
    terms = ImportTerms(
        file=one_line(request.file),
        secret=secret,
        consent=request.consent,
        updates=fields_of(places) if request.updates else frozenset(),
    )
    return ExaminedList(table=table, analysis=analysis, reader=reader, terms=terms)
