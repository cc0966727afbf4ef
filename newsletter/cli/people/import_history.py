"""`newsletter subscribers imports`: past imports with their reports."""

from typing import Any

import click

from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import count_line, print_json, print_table
from subscribers.importing.storage import history
from subscribers.models import Import

COLUMNS = ("import", "file", "begun", "state", "outcomes")


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def imports(program: Invocation, number: int | None, as_json: bool) -> None:
    """List the imports, or show the report of one."""
    with program.database.read() as session:
        found = [history.by_number(session, number)] if number else history.every(session)
    if as_json:
        print_json(program, [_as_dict(each) for each in found])
    elif number:
        _show(program, found[0])
    else:
        rows = [[_short(each)[column] for column in COLUMNS] for each in found]
        print_table(program, COLUMNS, rows, "Nothing has been imported yet.")


def _show(program: Invocation, found: Import) -> None:
    for name, value in _short(found).items():
        program.say(f"{name}: {value}")
    program.say(f"sha256: {found.sha256}")
    program.say(f"consent: {found.consent or 'no proof given'}")
    for column in found.report.get("columns", ()):
        samples = ", ".join(column["samples"])
        program.say(f"  {column['heading']}: {column['read_as']} ({column['why']}); {samples}")
    for note in found.report.get("notes", ()):
        program.say(note)


def _short(found: Import) -> dict[str, str]:
    return {
        "import": str(found.id),
        "file": found.file,
        "begun": found.begun_at.isoformat(timespec="seconds"),
        "state": _state(found),
        "outcomes": count_line(found.outcomes),
    }


def _state(found: Import) -> str:
    if found.undone_at is not None:
        return f"taken back {found.undone_at.isoformat(timespec='seconds')}"
    return "finished" if found.finished_at else "broke off; import the file again"


def _as_dict(found: Import) -> dict[str, Any]:
    return {
        "import": found.id,
        "file": found.file,
        "sha256": found.sha256,
        "consent": found.consent,
        "begun_at": found.begun_at,
        "finished_at": found.finished_at,
        "undone_at": found.undone_at,
        "outcomes": found.outcomes,
        "report": found.report,
    }
