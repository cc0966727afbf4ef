"""An uploaded list as its page shows it, as JSON: its columns, and what has to be asked."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from subscribers.importing.formats.table import SourceTable
from subscribers.importing.list_reading import ExaminedList
from subscribers.importing.questions import UNREAD, AnalysedColumn
from subscribers.importing.report import short, stored
from subscribers.importing.values.headings import HIDDEN, OF_STATE
from subscribers.importing.values.stems import SECRET_STEMS, has_stem
from subscribers.importing.values.word_folding import folded

MAX_SAMPLES = 3
# Rows looked at where the file could not be examined.
LOOKED_AT = 20


def unassigned(table: SourceTable, problem: str) -> dict[str, Any]:
    """The columns of a file that cannot be examined as it stands."""
    rows = list(islice(filter(any, table.rows()), LOOKED_AT))
    columns = [
        _bare(place, heading, [row[place] for row in rows if place < len(row) and row[place]])
        for place, heading in enumerate(table.header)
    ]
    return _view(table) | {"columns": columns, "problem": problem, "is_clear": False}


def examined(read: ExaminedList) -> dict[str, Any]:
    """An examined file."""
    analysis = read.analysis
    of_state = {
        place for role in (*OF_STATE, "agreed", "tags") for place in analysis.assigned.places[role]
    }
    return _view(read.table) | {
        "columns": [_column(column) for column in analysis.columns],
        "words": [
            {"word": each.word, "count": each.count}
            for each in {each.word: each for each in analysis.words}.values()
        ],
        "date": analysis.date,
        "name": analysis.name,
        "notes": list(analysis.notes),
        "rows": read.rows,
        "misfits": analysis.fitness.misfits,
        "is_trusted": analysis.fitness.is_trusted,
        "is_clear": analysis.is_clear,
        "locked": sorted(of_state),
        "report": stored(analysis),
    }


def is_locked(view: Mapping[str, Any], row: Mapping[str, Any], place: int) -> bool:
    """Whether a cell may not be mended, since it says how somebody stands.

    The cells of a row that does not fit the header may be any column's.
    """
    fits = not row["is_damaged"] and len(row["cells"]) == len(view["header"])
    return fits and place in view["locked"]


def mended(view: Mapping[str, Any], row: Mapping[str, Any], cells: Sequence[str]) -> list[str]:
    """The cells of a refused row as mended; those that are locked stay."""
    width = len(view["header"])
    padded = [*cells[:width], *[""] * (width - len(cells))]
    return [
        row["cells"][place] if is_locked(view, row, place) else cell.replace("\0", "")
        for place, cell in enumerate(padded)
    ]


def _view(table: SourceTable) -> dict[str, Any]:
    return {
        "header": list(table.header),
        "words": [],
        "date": "",
        "name": "",
        "notes": list(table.notes),
        "problem": "",
        "rows": 0,
        "misfits": 0,
        "is_trusted": True,
        "locked": [],
        "sheet": table.sheet,
        "sheets": [table.sheet, *table.elsewhere] if table.sheet else [],
    }


def _bare(place: int, heading: str, values: Sequence[str]) -> dict[str, Any]:
    is_secret = has_stem(folded(heading), SECRET_STEMS)
    samples = [HIDDEN] if is_secret else [short(value) for value in dict.fromkeys(values)]
    return {
        "place": place,
        "heading": heading,
        "role": UNREAD,
        "why": "",
        "question": "",
        "guess": "",
        "samples": samples[:MAX_SAMPLES],
    }


def _column(column: AnalysedColumn) -> dict[str, Any]:
    return {
        "place": column.place,
        "heading": column.heading,
        "role": column.role,
        "why": column.why,
        "question": column.question,
        "guess": column.guess,
        "samples": [short(sample) for sample in column.samples[:MAX_SAMPLES]],
    }
