"""List files as the import reads them, without a site."""

from datetime import date
from pathlib import Path

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.analysis import AdministratorAnswers, FileAnalysis, analyse
from subscribers.importing.event_log import latest_events
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.rows import ReadOptions, RowReader
from subscribers.importing.values.states import ListState, worse

TODAY = date(2026, 5, 1)
NO_ANSWERS = AdministratorAnswers()


def analysed(
    path: Path, answers: AdministratorAnswers = NO_ANSWERS
) -> tuple[SourceTable, FileAnalysis]:
    table = latest_events(
        open_list(path), answers.columns, answers.words, answers.order, catalogue.every()
    )
    return table, analyse(table, path.name, answers, catalogue.every())


def states_in(path: Path, answers: AdministratorAnswers = NO_ANSWERS) -> dict[str, str]:
    """The state of each address: the worst of its rows."""
    table, found = analysed(path, answers)
    program = found.assigned.program
    reader = RowReader(
        ReadOptions(
            columns=found.assigned.places,
            width=len(table.header),
            as_topic=str.lower,
            today=TODAY,
            state=found.state,
            words={**(program.states if program else {}), **answers.words},
            order=found.order,
            doubtful=frozenset(found.fitness.doubtful),
            left=frozenset(found.fitness.left),
            is_labelled=found.is_labelled,
        )
    )
    states: dict[str, ListState] = {}
    for number, row in enumerate(table.rows(), table.first_row):
        try:
            people = reader.people(number, row) if any(row) else []
        except InvalidInput as refused:
            if "no mail address" not in str(refused):
                raise
            continue
        for person in (each for each in people if "@" in each.address):
            before = states.get(person.address, ListState.SUBSCRIBED)
            states[person.address] = worse(before, person.state)
    return {address: state.value for address, state in states.items()}
