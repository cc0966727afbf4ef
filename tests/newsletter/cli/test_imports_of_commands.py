"""What commands import: all that they need, and to list none that makes mails or reads files."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commands import run_in

from newsletter.cli.main import COMMANDS, cli

# Slow to import, and needed by those who render, fetch, parse, sign or migrate only.
HEAVY = {
    *("PIL", "alembic", "apscheduler", "argon2", "cryptography", "dramatiq", "email_validator"),
    *("feedparser", "html2text", "jinja2", "mammoth", "markdown_it", "premailer", "readability"),
    *("requests", "scramp", "starlette", "uvicorn", "yaml"),
}
# Other commands that only show what the database holds.
SHOWING = ("articles search harbour", "articles topics", "limits", "subscribers imports")
# Those that load templates, or the transports that they list.
LOADING = {"templates list", "transports list"}


def listing(group: click.Group = cli, before: str = "") -> Iterator[str]:
    """Every command called "list"."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from listing(command, f"{before}{name} ")
        elif name == "list":
            yield f"{before}{name}"


# One process runs the commands in turn, and writes after each what is imported by then.
IMPORTED = """
import json, sys
from newsletter.cli.main import main
for command in json.loads(sys.argv[1]):
    try:
        main(command.split())
    except SystemExit as ended:
        if ended.code:
            raise
    print(json.dumps([command, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new site with an empty database."""
    folder = tmp_path_factory.mktemp("site")
    run_in(folder, "init", "--address", "news@wexcombe.example")
    return folder


def imported_after(site: Path, *commands: str) -> dict[str, set[str]]:
    """The packages that a process has imported after each of its commands."""
    running = [sys.executable, "-c", IMPORTED, json.dumps(commands)]
    ran = subprocess.run(running, cwd=site, check=True, capture_output=True, text=True)
    told = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("[")]
    return {command: {module.partition(".")[0] for module in modules} for command, modules in told}


def test_a_listing_command_imports_nothing_heavy(site: Path) -> None:
    commands = (*sorted(set(listing()) - LOADING), *SHOWING)
    heavy = {
        command: sorted(packages & HEAVY)
        for command, packages in imported_after(site, *commands).items()
        if packages & HEAVY
    }
    assert not heavy, (
        f"import in the function that uses it (decision 157): {heavy}; or name the command in "
        "LOADING, tests/newsletter/cli/test_imports_of_commands.py, where it cannot do without"
    )


def test_help_imports_no_command_and_no_model(site: Path) -> None:
    imported = imported_after(site, "--help")
    heavy = sorted(imported["--help"] & {*HEAVY, "pydantic", "rich", "sqlalchemy"})
    assert not heavy, (
        f"--help imports {', '.join(heavy)}: newsletter/cli/main.py names commands in COMMANDS "
        "and imports none of their modules (decision 157)"
    )


# Forks a process for each command: other packages are imported before, of the product nothing.
ALONE = """
import json, os, sys, traceback
for package in json.loads(sys.argv[2]):
    __import__(package)
for command in json.loads(sys.argv[1]):
    if not os.fork():
        assert "newsletter" not in sys.modules
        from newsletter.cli.main import main
        try:
            main([command, "--help"])
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    if os.wait()[1]:
        sys.exit(f"newsletter {command} --help fails when it is the first to import the product")
"""


def test_each_command_can_be_the_first_to_import_the_product() -> None:
    packages = sorted({*HEAVY, "click", "pydantic", "sqlalchemy.orm"})
    running = [sys.executable, "-c", ALONE, json.dumps(list(COMMANDS)), json.dumps(packages)]
    ran = subprocess.run(running, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 0, ran.stderr
