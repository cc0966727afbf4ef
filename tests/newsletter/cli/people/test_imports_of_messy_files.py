"""Malformed and hostile files: invalid bytes, wrong shapes, duplicates, injection."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from imports import PROOF, imported, refusal, shown
from support import Run

pytestmark = pytest.mark.usefixtures("site")
# The command, then its peak memory (proc(5): VmHWM, in kilobytes).
MEASURED = """
import sys
from pathlib import Path
from newsletter.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(next(l for l in Path("/proc/self/status").open() if l.startswith("VmHWM")))
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "members.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def refused(path: Path) -> str:
    return path.with_name(f"{path.name}.refused.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "members.csv"
    path.write_text("email,name\nzoe@example.org,Zoë\n", encoding=encoding)
    assert imported(run, path) == {"confirmed": 1}
    assert shown(run, "zoe@example.org")["name"] == "Zoë"


def test_a_truncated_character_loses_only_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes("email\nzoe@example.org\n".encode("utf-16") + b"x")
    assert imported(run, path) == {"confirmed": 1, "refused": 1}


def test_a_nul_byte_loses_only_its_row(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name\na@example.org,A\0nn\nb@example.org,Ben\n")
    assert imported(run, path) == {"refused": 1, "confirmed": 1}
    assert "NUL" in refused(path)


def test_a_file_without_line_ends_is_refused_unread(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name\n" + "x" * 10_000_000)
    assert "line 2 is longer than" in refusal(run, path)


def test_a_cell_without_end_is_refused(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, 'email,name\na@example.org,"' + "x\n" * 200_000)
    assert "cannot be trusted to its end" in refusal(run, path)


@pytest.mark.parametrize(
    "start",
    ["<table><tr><td>", "\n<!DOCTYPE html>\n<html>", '<?xml version="1.0"?>\n<Workbook>', "<!-- x"],
)
def test_markup_named_as_a_spreadsheet_is_refused(run: Run, tmp_path: Path, start: str) -> None:
    path = tmp_path / "members.xls"
    path.write_text(f"{start}\nzoe@example.org\n", encoding="utf-8")
    assert "save it as .xlsx, .ods or CSV" in refusal(run, path)


def test_addresses_in_angle_brackets_are_no_markup(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.txt"
    path.write_text("<table@example.org>\n<zoe@example.org>\n", encoding="utf-8")
    assert imported(run, path) == {"confirmed": 2}


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    assert "the first line must name the columns" in refusal(run, written(tmp_path, text))


def test_a_device_is_refused(run: Run) -> None:
    assert "save it as one first" in refusal(run, Path(os.devnull))


def test_a_header_without_rows_imports_no_subscriber(run: Run, tmp_path: Path) -> None:
    assert imported(run, written(tmp_path, "email\n")) == {}


def test_duplicate_column_names_are_ambiguous(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "Email,email\na@example.org,b@example.org\n")
    assert "two columns are named 'email'" in refusal(run, path)


def test_all_unsubscribe_columns_count(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status,Status\na@example.org,active,left\n")
    assert imported(run, path) == {"suppressed": 1}


def test_a_row_wider_than_the_header_may_be_shifted(run: Run, tmp_path: Path) -> None:
    text = "email,name,status\na@example.org,Carter, Ann,left\nb@example.org,Ben,active,,\n"
    path = written(tmp_path, text)
    assert imported(run, path) == {"suppressed": 1, "confirmed": 1}


def test_a_wide_row_without_unsubscribe_is_refused(run: Run, tmp_path: Path) -> None:
    text = "email,name,status\na@example.org,Carter, Ann,active\nb@example.org,Ben,active,,\n"
    path = written(tmp_path, text)
    assert imported(run, path) == {"refused": 1, "confirmed": 1}
    assert "quotation marks" in refused(path)


def test_a_row_ending_before_the_unsubscribe_column_is_refused(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name,unsubscribed\na@example.org,Ann\nb@example.org,Ben,\n")
    assert imported(run, path) == {"refused": 1, "confirmed": 1}


def test_names_cannot_inject_lines(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, 'email,name\na@example.org,"Ann\r\nBcc: all@example.org"\n')
    imported(run, path)
    assert shown(run, "a@example.org")["name"] == "Ann Bcc: all@example.org"


def test_addresses_cannot_inject_lines(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, 'email\n"a@example.org\r\nBcc: all@example.org"\n')
    assert imported(run, path) == {"refused": 1}


def test_formulas_in_names_are_escaped_in_every_output(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name,=CMD()\na@example.org,=1+1,\nnowhere,@SUM(A1),x\n")
    imported(run, path, "--column", "ignored==CMD()")
    assert shown(run, "a@example.org")["name"] == "=1+1"
    assert ",'=1+1," in run("subscribers", "export").out
    lines = refused(path).splitlines()
    assert lines[0] == "row,reason,email,name,'=CMD()"
    assert lines[1].endswith("nowhere,'@SUM(A1),x")


@pytest.mark.parametrize("order", sorted(set(itertools.permutations(["active", "left", "active"]))))
def test_an_unsubscribe_in_any_row_counts(run: Run, tmp_path: Path, order: tuple[str, ...]) -> None:
    rows = "".join(f"{'Ann' if n else 'ann'}@example.org,{word}\n" for n, word in enumerate(order))
    imported(run, written(tmp_path, f"email,status\n{rows}"))
    assert run(
        "subscribers", "list", "--search", "ann@example.org", "--status", "confirmed"
    ).out == ("There is no such subscriber.\n")
    assert imported(run, written(tmp_path, "email\nann@example.org\n")) == {"refused": 1}


def test_a_refused_file_that_is_refused_again_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name\nnowhere,=1+1\n")
    imported(run, path)
    again = path.with_name(f"{path.name}.refused.csv")
    imported(run, again)
    header, row = refused(again).splitlines()
    assert header == "row,reason,email,name"
    assert row.endswith(",nowhere,'=1+1")


def test_memory_stays_flat_however_large_the_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    with path.open("w") as file:
        file.write("email,story\n")
        file.writelines(f"p{n}@example.org,{'n' * 20_000}\n" for n in range(2_000))
    command = [sys.executable, "-c", MEASURED, "subscribers", "import", str(path), *PROOF]
    ran = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "2000 confirmed." in ran.stdout
    assert int(ran.stdout.split()[-2]) < 200_000
