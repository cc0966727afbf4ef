"""Fixtures that run commands in a temporary folder."""

from pathlib import Path

import pytest
from support import CONFIG, SECRET, Ran, Run

from newsletter.cli.main import main


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: str) -> Ran:
        capfd.readouterr()
        status = 0
        try:
            main(arguments)
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else int(bool(stopped.code))
        printed = capfd.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Ran(status, printed.out, printed.err)

    return run_command


@pytest.fixture
def site(tmp_path: Path, run: Run) -> Path:
    """A configured site with two articles and three subscribers, one of them pending."""
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db")
    (tmp_path / "newsletter.toml").write_text(text.replace('folder = "templates"', 'folder = ""'))
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, title, topic in (("a", "Homes at last", "Housing"), ("b", "A late bus", "Transport")):
        (articles / f"{name}.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-11-20\ntopics: [{topic}]\n---\nThe council decided.\n"
        )
    assert run("db", "upgrade").status == 0
    assert run("articles", "import", "articles").status == 0
    add = ("subscribers", "add")
    assert run(*add, "ann@wexcombe.example", "--name", "Ann", "--consent", "form").status == 0
    assert run(*add, "ben@wexcombe.example", "--topic", "housing", "--consent", "form").status == 0
    assert run(*add, "cat@wexcombe.example").status == 0
    return tmp_path
