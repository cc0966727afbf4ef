"""Every benchmark runs to its table in a small size, and every target of the Makefile is run."""

import re
import shlex
from pathlib import Path

import pytest
from processes import run
from registers import assert_registered

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# What makes a run short.
SMALL = {
    "compiling": "--kilobytes 5 --runs 1",
    "console": "--people 200 --editions 30 --large 2 --articles 40 --runs 1 --first --only SQLite",
    "fanning_out": "--subscribers 2000 --claims 2",  # it claims as many at either end
    "feeds": "--seconds 1 --rounds 1 --entries 20 --builds 1",
    "importing": "--rows 300",
    "latency": "--mails 4 --connections 2",
    "parsing": "--kilobytes 1 --only depth",
    "people": "--people 500 --editions 1 --only SQLite",
    "receiving": "--events 20 --mails 20 --only 'calls of 100 events, and the edition'",
    "sending": "--mails 100 --runs 1 --connections 2 --only 'bare loop' 'newsletter, PostgreSQL' "
    "'newsletter, SQLite, DKIM' 'RSA-2048 alone'",
    "startup": "--runs 1 --commands 1",
    # More people than can leave in a second.
    "visiting": "--people 5000 --seconds 1 --runs 1 --only SQLite",
}
# Targets that no test runs, nor CI, and why.
BY_HAND = {
    "servers": "needs npm packages; tests/acceptance/test_mail_servers.py runs three of them",
    "judges": "needs npm and large packages; tests/acceptance/test_mails.py runs the other judges",
    "fresh": "installs whole systems, which takes root and several minutes",
    "corpus": "needs a folder of foreign files; its importers have a contract suite",
    "walk": "a hundred thousand steps; tests/fuzzing/test_console.py walks some for each role",
    "fuzz": "takes as long as it is given; tests/fuzzing runs each of its tests for a moment",
    "screenshots": "changes files of the repository",
    "check": "is what make test does, for whoever works on the code",
    "lock": "asks a package index for newer versions",
    "clean": "deletes what the run stands on",
}
# Targets whose program a test runs, by the test.
BY_TEST = {
    "demo": "tests/acceptance/test_demo.py",
    "cluster-demo": "tests/acceptance/test_examples.py",
    "stories": "tests/acceptance/test_office.py",
    "torture": "tests/acceptance/test_faults.py",
    "bench": "tests/acceptance/test_benchmarks.py",
}


def test_every_benchmark_has_a_small_size() -> None:
    listed = re.search(r"^BENCHMARKS \?= (.*)$", MAKEFILE, re.MULTILINE)
    assert listed
    assert_registered(
        SMALL,
        listed[1].split(),
        where="tests/acceptance/test_benchmarks.py, SMALL",
        what_for="a benchmark of the Makefile's BENCHMARKS is run in a small size",
    )


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_prints_its_table(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    ran = run(tmp_path, ROOT / "benchmarks" / f"{name}.py", *shlex.split(SMALL[name]))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.strip()


def test_every_target_of_the_makefile_is_run_or_has_a_reason_not_to_be() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    in_ci = set(re.findall(r"\bmake ([\w-]+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8")))
    assert_registered(
        {*in_ci, *BY_TEST, *BY_HAND},
        phony[1].split(),
        where="tests/acceptance/test_benchmarks.py, BY_TEST or BY_HAND",
        what_for="a target of .PHONY is run by CI or a test, or says why not",
    )
    gone = [test for test in BY_TEST.values() if not (ROOT / test).is_file()]
    assert not gone, f"tests/acceptance/test_benchmarks.py, BY_TEST: there is no {', '.join(gone)}"
