"""Every command, option and make target that README.md and docs/ show exists."""

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import click

from newsletter.cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
# Written by scripts/write-reference from the commands themselves.
GENERATED = "commands.md"
# A line of a shell block, or code within a sentence; both may end with a comment or go on.
SHELL = re.compile(r"```(?:sh|console|bash)?\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`((?:newsletter|make) [^`]+)`")
ENDS = {"|", ">", "<", "&&", ";", "&", "…"}


def shown_lines(program: str) -> Iterator[tuple[str, str]]:
    """The command lines of a program that the pages show, each with its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        blocks = [
            line.strip().removeprefix("$ ") for b in SHELL.findall(text) for line in b.split("\n")
        ]
        code = [" ".join(found.split()) for found in INLINE.findall(SHELL.sub("", text))]
        for line in [*blocks, *code] if page.name != GENERATED else ():
            if line.startswith(f"{program} "):
                yield page.name, line


def fault(line: str) -> str:
    """What of a line does not exist; empty where all does."""
    context = click.Context(cli, info_name="newsletter")
    command: click.Command = cli
    for word in takewhile(lambda word: word not in ENDS, words_of(line)[1:]):
        if word.startswith("--"):
            options = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
            if word.partition("=")[0] not in {*options, "--help", "--version"}:
                return f"{command.name} has no option {word}"
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z-]+", word):
            found = command.get_command(context, word)
            if found is None:
                return f"{command.name} has no command {word}"
            command = found
    return ""


def words_of(line: str) -> list[str]:
    """The words of a command line; of one that is cut in the middle of a quotation, roughly."""
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def test_every_command_that_the_pages_show_exists() -> None:
    lines = list(shown_lines("newsletter"))
    assert len(lines) > 100, "the pages show commands in a way that this test does not find"
    faults = [f"{page}: {line}: {fault(line)}" for page, line in lines if fault(line)]
    assert not faults, "mend the page, or the command: " + "\n".join(faults)


def test_every_make_target_that_the_pages_show_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    shown = {(page, line.split()[1]) for page, line in shown_lines("make")}
    assert shown
    gone = sorted(f"{page}: make {target}" for page, target in shown if target not in targets)
    assert not gone, f"the Makefile has no such target: {', '.join(gone)}"
