"""Analysis of a file before it is imported: its content, and the questions to the administrator.

Pure: the command and any other interface show the same values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from newsletter.errors import InvalidInput
from subscribers.importing.columns import (
    ColumnAssignment,
    ColumnChoices,
    address_column,
    assign,
    program_of,
)
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.profiling import FileProfile, profile_columns
from subscribers.importing.program import Program
from subscribers.importing.questions import (
    AnalysedColumn,
    UnknownWord,
    columns_of,
    refuse_words_of_two_meanings,
    unknown_words,
)
from subscribers.importing.row_fit import RowFit, fit_notes, fitting
from subscribers.importing.values.cells import (
    listed,
)
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.filenames import is_of_archive, may_state_status, state_of_name
from subscribers.importing.values.headings import OF_LOGS, OF_STATE, ROLES
from subscribers.importing.values.states import ListState, worse
from subscribers.importing.values.tags import names_newsletter
from subscribers.importing.values.vocabulary import is_no
from subscribers.importing.values.word_folding import folded

_LABELLED = (
    "Some are labelled for the newsletter: the others are pending. If all have agreed, say --state "
    "subscribed."
)
_LEAVING_HIDDEN = (
    "As it is, everybody in it is pending at best. If you know that nobody in it has left, say "
    "--state subscribed."
)


@dataclass(frozen=True, kw_only=True)
class AdministratorAnswers:
    """The administrator's answers about a file."""

    columns: ColumnChoices = field(default_factory=dict)
    words: Mapping[str, ListState] = field(default_factory=dict)
    """Meanings of status words, folded."""
    state: ListState | None = None
    """The best status of everybody in the file."""
    order: DayMonthOrder | None = None
    """The order of its dates."""


@dataclass(frozen=True, kw_only=True)
class FileAnalysis:
    """The content of a file, and what has to be asked."""

    assigned: ColumnAssignment
    columns: Sequence[AnalysedColumn]
    words: Sequence[UnknownWord]
    """Unknown status words."""
    date: str
    """A date with an ambiguous order; empty if the order is known."""
    name: str
    """The file or sheet name, if it may state a status and nobody has answered; else empty."""
    state: ListState
    """The status of rows that state nothing worse."""
    order: DayMonthOrder
    fitness: RowFit
    rows: int
    is_labelled: bool
    """Whether a label alone tells who gets the newsletter."""
    notes: Sequence[str]
    """Assumptions made and rows skipped."""

    @property
    def open_columns(self) -> list[AnalysedColumn]:
        """Columns that may hold status or consent, without an answer."""
        return [column for column in self.columns if column.question]

    @property
    def is_clear(self) -> bool:
        """Whether nothing has to be asked."""
        return not (self.open_columns or self.words or self.date or self.name)


def analyse(
    table: SourceTable, file: str, answers: AdministratorAnswers, programs: Sequence[Program] = ()
) -> FileAnalysis:
    """Analyse a whole file.

    Args:
        file: the file name.

    Raises:
        InvalidInput: it cannot be read, or the answers do not fit it.
    """
    program = program_of(table.header, programs)
    assigned = _assigned(table, answers.columns, program)
    words = {**(program.states if program else {}), **answers.words}
    telling = {
        name: addresses for name, addresses in table.elsewhere.items() if may_state_status(name)
    }
    fitness = RowFit(doubtful={each for addresses in telling.values() for each in addresses})
    width = len(table.header)
    rows = fitting(table, assigned, fitness, words)
    profile = profile_columns(rows, width, assigned.places, words)
    assigned = _without_unused(assigned, profile)
    fitness.doubtful |= fitness.below | fitness.beside | fitness.commented_out
    hides_leaving = _hides_leaving(table.header, assigned, profile)
    state, name = _state(table, PurePath(file).name, answers, assigned, hides_leaving=hides_leaving)
    is_labelled = answers.state is None and _is_labelled(assigned, profile)
    order, date = _order(profile, answers.order)
    columns = columns_of(table.header, assigned, profile)
    refuse_words_of_two_meanings(columns, profile, answers.words)
    return FileAnalysis(
        assigned=assigned,
        columns=columns,
        words=unknown_words(columns, profile, words),
        date=date,
        name=name,
        state=state,
        order=order,
        fitness=fitness,
        rows=profile.rows,
        is_labelled=is_labelled,
        notes=(
            *_program_notes(program, hides_leaving=hides_leaving),
            *([_LABELLED] if is_labelled else []),
            *table.notes,
            *map(_elsewhere, telling),
            *fit_notes(fitness),
            *_doubt_notes(profile, assigned, table.header),
        ),
    )


def _assigned(
    table: SourceTable, chosen: ColumnChoices, program: Program | None
) -> ColumnAssignment:
    place = table.address
    if table.events is not None:
        return _of_log(table, table.events, chosen, program)
    try:
        assigned = assign(table.header, chosen, program)
    except InvalidInput as unknown:
        # No heading is recognised, but the values are addresses.
        if place is None or "address" in chosen:
            raise
        if place >= len(table.header):
            raise InvalidInput(
                f"the addresses stand in column {place + 1}, but the header has only "
                f"{len(table.header)}: {', '.join(table.header)}; put a line above the rows that "
                "names each column"
            ) from unknown
    else:
        if place is None or not _is_better_address(table.header, place, assigned):
            return assigned
    choices = {**chosen, "address": [table.header[place]]}
    assigned = assign(table.header, choices, program)
    return replace(assigned, chosen=assigned.chosen - {place})


def _of_log(
    table: SourceTable, events: tuple[str, str], chosen: ColumnChoices, program: Program | None
) -> ColumnAssignment:
    """The columns of a log: its events are read before, and say nothing more by themselves."""
    of_log = {role: [name] for role, name in zip(OF_LOGS, events, strict=True)}
    others = {
        role: [name for name in names if folded(name) not in map(folded, events)]
        for role, names in chosen.items()
    }
    if table.address is not None and address_column(table.header) is None:
        others.setdefault("address", [table.header[table.address]])
    assigned = assign(table.header, {**others, **of_log}, program)
    places = {
        place
        for role in (*OF_LOGS, *({"address"} - chosen.keys()))
        for place in assigned.places[role]
    }
    return replace(assigned, chosen=assigned.chosen - places)


def _without_unused(assigned: ColumnAssignment, profile: FileProfile) -> ColumnAssignment:
    """Where nobody can choose what they receive, the column of it is empty for everybody."""
    places = assigned.places["received"]
    used = tuple(place for place in places if profile.profiles[place].filled)
    return replace(assigned, places={**assigned.places, "received": used})


def _is_better_address(header: Sequence[str], place: int, assigned: ColumnAssignment) -> bool:
    """Whether addresses stand in `place` alone, and its heading is one of addresses too.

    Microsoft Forms writes "anonymous" below "Email", and the answer to its question elsewhere.
    """
    used = assigned.places["address"][0]
    is_another = place != used and used not in assigned.chosen and place < len(header)
    return is_another and folded(header[place]) in ROLES["address"]


def _hides_leaving(header: Sequence[str], assigned: ColumnAssignment, profile: FileProfile) -> bool:
    """Whether the program has left out of the file who has left."""
    if assigned.program is None:
        return False
    used = [
        header[place]
        for place in assigned.places["left"]
        if not all(map(is_no, profile.profiles[place].values))
    ]
    return assigned.program.hides_leaving(header, used)


def _state(
    table: SourceTable,
    file: str,
    answers: AdministratorAnswers,
    assigned: ColumnAssignment,
    *,
    hides_leaving: bool,
) -> tuple[ListState, str]:
    if answers.state is not None:
        return answers.state, ""
    file_state = state_of_name(file)
    is_answered = any(answers.columns.get(role) for role in ("status", "left"))
    if hides_leaving and not is_answered:
        return worse(file_state or ListState.PENDING, ListState.PENDING), ""
    if file_state is not None:
        return file_state, ""
    is_said = any(assigned.places[role] for role in ("status", "left", "reason"))
    names = (file, table.sheet, *table.titles)
    telling = (name for name in names if is_of_archive(name) or may_state_status(name))
    return ListState.SUBSCRIBED, "" if is_said else next(telling, "")


def _is_labelled(assigned: ColumnAssignment, profile: FileProfile) -> bool:
    """Whether no column tells of status, and some people are labelled for the newsletter."""
    if any(assigned.places[role] for role in OF_STATE):
        return False
    values = (
        value for place in assigned.places["tags"] for value in profile.profiles[place].values
    )
    return any(names_newsletter(tag) for value in values for tag in listed(value))


def _order(profile: FileProfile, said: DayMonthOrder | None) -> tuple[DayMonthOrder, str]:
    if said is not None:
        return said, ""
    orders = profile.orders or profile.orders_elsewhere
    if len(orders) == 1:
        return next(iter(orders)), ""
    return DayMonthOrder.DAY, profile.ambiguous


def _program_notes(program: Program | None, *, hides_leaving: bool) -> list[str]:
    if program is None:
        return []
    notes = [f"It looks like an export of {program.name}."]
    if hides_leaving:
        return [*notes, program.advice, _LEAVING_HIDDEN]
    return notes if program.may_hide_leaving else [*notes, *filter(None, [program.advice])]


def _doubt_notes(
    profile: FileProfile, assigned: ColumnAssignment, header: Sequence[str]
) -> list[str]:
    """What is said of notes that only their writer understands."""
    own = assigned.program.roles.get("doubtful", ()) if assigned.program else ()
    places = (*assigned.places["notes"], *assigned.places["doubtful"], *assigned.places["warning"])
    written = [header[place] for place in places if folded(header[place]) not in own]
    if not profile.doubts or not written:
        return []
    samples = ", ".join(f"“{text[:40]}”" for text, _ in profile.doubts.most_common(5))
    opening = (
        f"{profile.doubts.total()} people have a note that may say anything, and stay pending: "
    )
    ignored = " and ".join(f'--column ignored="{heading}"' for heading in written)
    hint = (
        "Where one says nothing of leaving, take it out of a copy of the file, or say --status "
        f'"ITS WORDS"=subscribed; if none does, say {ignored}.'
    )
    return [f"{opening}{samples}. {hint}"]


def _elsewhere(sheet: str) -> str:
    return (
        f"Whoever stands in the sheet “{sheet}” too is pending at best: import that one as well, "
        "with --state left if they left."
    )
