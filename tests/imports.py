"""Helpers to import people by the command."""

import json
from pathlib import Path

from support import Ran, Run

PROOF = ("--consent", "paper forms of 1 May")


def importing(run: Run, path: Path, *options: str) -> Ran:
    """The command, with proof of consent unless the options say how it is with that."""
    is_said = not {"--consent", "--unconfirmed"}.isdisjoint(options)
    return run("subscribers", "import", str(path), *(() if is_said else PROOF), *options)


def imported(run: Run, path: Path, *options: str) -> dict[str, int]:
    """Counts of rows by result."""
    ran = importing(run, path, *options, "--json")
    assert ran.status == 0, ran.err
    counts: dict[str, int] = json.loads(ran.out)
    assert counts.pop("import")
    return counts


def refusal(run: Run, path: Path, *options: str) -> str:
    """The error of a file that cannot be imported."""
    ran = importing(run, path, *options)
    assert ran.status == 1, ran.out
    return ran.err


def shown(run: Run, address: str) -> dict[str, object]:
    """What is known of a person."""
    ran = run("subscribers", "show", address, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, object] = json.loads(ran.out)
    return found
