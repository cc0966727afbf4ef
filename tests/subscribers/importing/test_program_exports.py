"""A whole export of each program: read in one run, with everybody as their address says.

The files have invented people: `left-2@example.org` has left there. Their headings are those of the
program's `source`; where it says that only the shape is known, so it is with the file here.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from list_files import analysed, states_in

from subscribers.importing import programs
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.states import ListState

FOLDER = Path(__file__).parents[2] / "data" / "lists" / "programs"
EXPORTS = sorted(path for path in FOLDER.glob("*/*") if path.is_file())
MODULES = {found.name for found in iter_modules(programs.__path__)}
# Lists without a heading of the program's own.
PLAIN = {"squarespace/mailing_list.csv", "mailman_2/list_members.txt"}


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", EXPORTS, ids=name_of)
def test_an_export_of_a_known_program_raises_no_question(path: Path) -> None:
    _, found = analysed(path)
    assert [column.heading for column in found.open_columns] == []
    assert found.is_clear


@pytest.mark.parametrize("path", EXPORTS, ids=name_of)
def test_people_stand_as_they_stood_in_the_program(path: Path) -> None:
    states = states_in(path)
    assert states == {address: address.partition("@")[0].partition("-")[0] for address in states}
    assert states


@pytest.mark.parametrize(
    "path",
    [path for path in EXPORTS if path.parent.name in MODULES and name_of(path) not in PLAIN],
    ids=name_of,
)
def test_an_export_is_recognised_as_its_programs(path: Path) -> None:
    _, found = analysed(path)
    assert (
        found.assigned.program is import_module(f"{programs.__name__}.{path.parent.name}").PROGRAM
    )


@pytest.mark.parametrize("program", ["listmonk", "mautic", "zetkin", "hitobito", "notifuse"])
def test_an_export_that_hides_leaving_names_what_tells_it(program: str) -> None:
    found = [analysed(path)[1] for path in sorted((FOLDER / program).glob("*.csv"))]
    hiding = [each for each in found if each.state is ListState.PENDING]
    assert hiding
    assert all("--state subscribed" in " ".join(each.notes) for each in hiding)


def test_an_export_that_hides_leaving_confirms_people_who_are_said_to_have_stayed() -> None:
    known = AdministratorAnswers(state=ListState.SUBSCRIBED)
    assert states_in(FOLDER / "listmonk" / "subscribers.csv", known) == {
        "unconfirmed@example.org": "subscribed",
        "left@example.org": "left",
        "left-2@example.org": "left",
    }


def test_every_program_has_an_export_to_read() -> None:
    assert {path.parent.name for path in EXPORTS} >= MODULES
