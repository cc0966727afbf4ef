"""What commands import: listing waits for no library that makes mails or reads files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Slow to import, and needed by those who render, fetch, parse, sign or migrate only.
HEAVY = {
    *("PIL", "alembic", "apscheduler", "argon2", "cryptography", "dramatiq", "email_validator"),
    *("feedparser", "html2text", "jinja2", "mammoth", "markdown_it", "premailer", "readability"),
    *("requests", "scramp", "starlette", "uvicorn", "yaml"),
}
LISTING = (
    *("articles list", "articles search harbour", "articles topics", "audit list", "digest list"),
    *("editions list", "feeds list", "limits", "settings list", "subscribers imports"),
    *("subscribers list", "subscribers segments list", "media list"),
)
IMPORTED = """
import json, sys
from newsletter.cli.main import main
try:
    main(json.loads(sys.argv[1]))
except SystemExit as ended:
    if ended.code:
        raise
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new site with an empty database."""
    folder = tmp_path_factory.mktemp("site")
    making = [sys.executable, "-m", "newsletter", "init", "--address", "news@wexcombe.example"]
    subprocess.run(making, cwd=folder, check=True, capture_output=True)
    return folder


def imported_by(site: Path, command: str) -> set[str]:
    """The packages that a command imports."""
    running = [sys.executable, "-c", IMPORTED, json.dumps(command.split())]
    ran = subprocess.run(running, cwd=site, check=True, capture_output=True, text=True)
    modules: list[str] = json.loads(ran.stderr.splitlines()[-1])
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("command", LISTING)
def test_a_listing_command_imports_nothing_heavy(site: Path, command: str) -> None:
    assert imported_by(site, command) & HEAVY == set()


def test_help_imports_no_command_and_no_model(site: Path) -> None:
    assert (
        imported_by(site, "--help") & {*HEAVY, "pydantic", "rich", "sqlalchemy", "structlog"}
        == set()
    )
