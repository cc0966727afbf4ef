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
        imports = [history.by_number(session, number)] if number else history.every(session)
    if as_json:
        print_json(program, [_as_dict(each) for each in imports])
    elif number:
        _show(program, imports[0])
    else:
        rows = [[_short(each)[column] for column in COLUMNS] for each in imports]
        print_table(program, COLUMNS, rows, "Nothing has been imported yet.")


def _show(program: Invocation, entry: Import) -> None:
    for name, value in _short(entry).items():
        program.say(f"{name}: {value}")
    program.say(f"sha256: {entry.sha256}")
    program.say(f"consent: {entry.consent or 'no proof given'}")
    for column in entry.report.get("columns", ()):
        samples = ", ".join(column["samples"])
        program.say(f"  {column['heading']}: {column['read_as']} ({column['why']}); {samples}")
    for note in entry.report.get("notes", ()):
        program.say(note)


def _short(entry: Import) -> dict[str, str]:
    return {
        "import": str(entry.id),
        "file": entry.file,
        "begun": entry.begun_at.isoformat(timespec="seconds"),
        "state": _state(entry),
        "outcomes": count_line(entry.outcomes),
    }


def _state(entry: Import) -> str:
    if entry.undone_at is not None:
        return f"taken back {entry.undone_at.isoformat(timespec='seconds')}"
    return "finished" if entry.finished_at else "broke off; import the file again"


def _as_dict(entry: Import) -> dict[str, Any]:
    return {
        "import": entry.id,
        "file": entry.file,
        "sha256": entry.sha256,
        "consent": entry.consent,
        "begun_at": entry.begun_at,
        "finished_at": entry.finished_at,
        "undone_at": entry.undone_at,
        "outcomes": entry.outcomes,
        "report": entry.report,
    }
