"""newsletter articles, run as a command."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import make_app

from newsletter.cli.main import main
from newsletter.clock import FixedClock

TEXT = "23 March 2019\nHarbour [bold] wall :wave:\n\nWork “began”.\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command of a site; its exit status and what it printed."""
    make_app(tmp_path, sqlite_url, clock).close()
    config = str(tmp_path / "newsletter.toml")

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = 0
        try:
            main(["--config", config, "articles", *arguments])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return status, *capsys.readouterr()

    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    (path / "harbour.txt").write_text(TEXT, encoding="utf-8")
    (path / "bus.md").write_text(
        "---\ntitle: Bus 7\ndate: 2019-03-24\ntopics: [Transport]\n---\nIt is back.\n"
    )
    (path / "notes.pdf").write_bytes(b"%PDF-1.7")
    return path


def test_a_folder_is_imported_once(run: Run, folder: Path) -> None:
    status, out, _ = run("import", str(folder))
    assert (status, out.strip().splitlines()) == (
        0,
        [
            "2 × date read as a day without a time: from 00:00 in Europe/London",
            "2 created, 0 updated, 0 unchanged, 0 failed (1 other files passed over)",
        ],
    )
    assert "0 created, 0 updated, 2 unchanged" in run("import", str(folder))[1]


def test_bad_records_are_listed_and_set_the_exit_status(run: Run, folder: Path) -> None:
    (folder / "bad.txt").write_text("31 February 2019\nT\n\nB\n")
    status, out, err = run("import", str(folder), str(folder / "missing.txt"))
    assert status == 3
    assert f"{folder}/bad.txt: there is no '31 February 2019' in the calendar; correct" in err
    assert f"{folder}/missing.txt: there is no such file; check its name" in err
    assert "2 created, 0 updated, 0 unchanged, 2 failed" in out


def test_an_import_reports_in_json(run: Run, folder: Path) -> None:
    (folder / "bad.txt").write_text("")
    status, out, _ = run("import", str(folder), "--json")
    told = json.loads(out)
    assert (status, told["created"], told["passed_over"]) == (3, 2, 1)
    assert told["failed"][0]["what"] == "the file is empty"


def test_a_dry_run_stores_nothing(run: Run, folder: Path) -> None:
    assert (
        "2 created, 0 updated, 0 unchanged, 0 failed" in run("import", str(folder), "--dry-run")[1]
    )
    assert json.loads(run("list", "--json")[1]) == []


def test_topics_can_be_added_on_import(run: Run, folder: Path) -> None:
    run("import", str(folder), "--topic", "Harbour", "--topic", "Little Wexcombe")
    told = {topic["name"]: topic["count"] for topic in json.loads(run("topics", "--json")[1])}
    assert told == {"Harbour": 2, "Little Wexcombe": 2, "Transport": 1}
    assert "little-wexcombe" in run("topics")[1]


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        stdin = io.TextIOWrapper(io.BytesIO(TEXT.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run("import", "-")[0] == 0
    assert len(json.loads(run("list", "--json")[1])) == 1


def test_an_address_in_the_private_network_is_refused(run: Run) -> None:
    status, _, err = run("import", "http://127.0.0.1:9/feed")
    assert status == 3
    assert "inside a private network; refused" in err
    assert "--allow-private" in err


def test_articles_are_listed_newest_first(run: Run, folder: Path) -> None:
    run("import", str(folder))
    out = run("list")[1]
    assert out.index("Bus 7") < out.index("Harbour [bold] wall")
    assert [a["title"] for a in json.loads(run("list", "--topic", "transport", "--json")[1])] == [
        "Bus 7"
    ]
    assert "use --limit 2" in run("list", "--limit", "1")[1]
    assert "no articles" in run("list", "--status", "draft")[1]


def test_an_article_is_shown_as_document_html_and_json(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert run("show", "bus-7")[1].startswith("---\ntitle: Bus 7\n")
    assert run("show", "bus-7", "--html")[1] == "<p>It is back.</p>\n"
    assert json.loads(run("show", "bus-7", "--json")[1])["body_html"] == "<p>It is back.</p>"


def test_an_unknown_article_is_an_error_without_a_traceback(run: Run) -> None:
    status, _, err = run("show", "nothing")
    assert status == 1
    assert "there is no article 'nothing'" in err


def test_articles_are_searched(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert [a["slug"] for a in json.loads(run("search", "back", "bu", "--json")[1])] == ["bus-7"]
    assert "no articles" in run("search", '"')[1]


def test_withdrawing_and_publishing_again(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert run("withdraw", "bus-7")[1] == "withdrawn: Bus 7\n"
    assert run("withdraw", "bus-7")[1] == "was withdrawn already: Bus 7\n"
    assert run("withdraw", "bus-7", "nothing")[0] == 1
    run("edit", "bus-7", "--status", "published")
    assert json.loads(run("show", "bus-7", "--json")[1])["status"] == "published"


def test_editing_by_options(run: Run, folder: Path) -> None:
    run("import", str(folder))
    (folder / "new.html").write_text("<p>New <script>x</script>text.</p>")
    changes = ("--title", "Bus 8", "--date", "1 April 2019", "--topic", "Buses")
    run("edit", "bus-7", *changes, "--author", "Ben", "--body", str(folder / "new.html"))
    told = json.loads(run("show", "bus-7", "--json")[1])
    assert (told["title"], told["topics"], told["author"]) == ("Bus 8", ["buses"], "Ben")
    assert told["body_html"] == "<p>New text.</p>"
    assert told["published_at"] == "2019-03-31T23:00:00+00:00"
    assert "is as it was" in run("edit", "bus-7", "--title", "Bus 8")[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("--date", "31 June 2019"), "calendar"),
        (("--title", "x" * 501), "501 characters"),
        (("--body", "missing.md"), "missing.md cannot be read"),
    ],
)
def test_an_invalid_edit_is_refused(
    run: Run, folder: Path, changes: tuple[str, ...], words: str
) -> None:
    run("import", str(folder))
    status, _, err = run("edit", "bus-7", *changes)
    assert status == 1
    assert words in err


def editor(folder: Path, python: str) -> str:
    """An editor that runs a line of Python on the text it is given."""
    script = folder / "editor.py"
    script.write_text(
        "import sys, pathlib, os\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n"
        f"path.write_text({python})\nos.utime(path, (0, 2_000_000_000))\n"
    )
    return f"{sys.executable} {script}"


def test_editing_in_an_editor(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", str(folder))
    command = editor(folder, "text.replace('It is', 'It *is*')")
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.setenv("VISUAL", command)
    assert run("edit", "bus-7")[1] == "article 1 changed: Bus 7\n"
    assert run("show", "bus-7", "--html")[1] == "<p>It <em>is</em> back.</p>\n"


def test_a_refused_edit_keeps_the_editors_text(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", str(folder))
    command = editor(folder, "text.replace('2019-03-24', '2019-02-31') + 'More.'")
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.setenv("VISUAL", command)
    monkeypatch.setenv("TMPDIR", str(folder))
    status, _, err = run("edit", "bus-7")
    assert status == 1
    kept = Path(err.split(" is kept in ")[1].split(";")[0])
    mended = kept.read_text(encoding="utf-8").replace("2019-02-31", "2019-03-31")
    kept.write_text(mended, encoding="utf-8")
    assert run("edit", "bus-7", "--document", str(kept))[0] == 0
    assert "More." in run("show", "bus-7")[1]
    kept.unlink()


def test_polling_by_command(run: Run, tmp_path: Path) -> None:
    assert "no feeds are configured" in run("poll")[1]
    assert "there is no source 'x'" in run("poll", "x")[2]
    with (tmp_path / "newsletter.toml").open("a") as file:
        file.write('[sources.council]\nurl = "http://127.0.0.1:9/feed"\n')
    status, out, err = run("poll")
    assert status == 3
    assert "council: 0 created" in out
    assert "private network" in err
