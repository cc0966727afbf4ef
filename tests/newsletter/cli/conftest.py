"""Fixtures that run commands in a temporary folder."""

import shutil
from pathlib import Path

import pytest
from commands import run_in, status_of
from support import CONFIG, SECRET, Ran, Run


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: str) -> Ran:
        capfd.readouterr()
        status = status_of(arguments)
        printed = capfd.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Ran(status, printed.out, printed.err)

    return run_command


@pytest.fixture(scope="session")
def site_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `site`, made once by the commands themselves."""
    folder = tmp_path_factory.mktemp("site")
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db")
    (folder / "newsletter.toml").write_text(text.replace('folder = "templates"', 'folder = ""'))
    articles = folder / "articles"
    articles.mkdir()
    for name, title, topic in (("a", "Homes at last", "Housing"), ("b", "A late bus", "Transport")):
        (articles / f"{name}.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-11-20\ntopics: [{topic}]\n---\nThe council decided.\n"
        )
    add = ("subscribers", "add")
    for command in (
        ("db", "upgrade"),
        ("articles", "import", "articles"),
        (*add, "ann@wexcombe.example", "--name", "Ann", "--consent", "form"),
        (*add, "ben@wexcombe.example", "--topic", "housing", "--consent", "form"),
        (*add, "cat@wexcombe.example"),
    ):
        run_in(folder, *command)
    return folder


@pytest.fixture
def site(site_template: Path, tmp_path: Path, run: Run) -> Path:
    """A configured site with two articles and three subscribers, one of them pending."""
    shutil.copytree(site_template, tmp_path, dirs_exist_ok=True)
    return tmp_path
