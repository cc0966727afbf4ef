"""Lists as people write them: a bullet or number before each person, words around the address."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.boxes import box_in, without_boxes
from subscribers.importing.values.cells import ADDRESS, given_name_first
from subscribers.importing.values.headings import BESIDE
from subscribers.importing.values.remarks import REMARK_SEPARATOR

HEADER = ["email", "name", BESIDE]
_BULLET = re.compile(r"\s*(?:[•·▪●◦‣⁃∙❖➢][\s]*|o\t|[-–—*]\s+|\d{1,4}[.)]\s+)")
_AROUND = " \t,;:.<>()[]|/–—-\"'"
# Numbers of telephones say nothing of who may be mailed.
_NUMBER = re.compile(r"(?:tel|ph|mob)?[.:]?\s*\+?\d[\d\s()./-]{4,}", re.IGNORECASE)


def is_written_list(head: Sequence[str]) -> bool:
    """Whether most of the lines with an address start with a bullet or a number."""
    people = [line for line in head if "@" in line]
    return sum(map(bool, map(_BULLET.match, people))) > len(people) / 2


def written_list(path: Path, encoding: Encoding, head: Sequence[str]) -> SourceTable:
    """A written list as a table; what stands in a line beside names and addresses is kept.

    Args:
        head: its first lines.
    """
    first = next(place for place, line in enumerate(head) if "@" in line)
    titles = tuple(filter(None, map(str.strip, head[:first])))
    return SourceTable(
        header=HEADER,
        rows=lambda: _rows(path, encoding, first),
        first_row=first + 1,
        address=0,
        notes=(
            "A written list: each address with the words before it as the name.",
            *(f"Passed over above the first person: {title[:60]}" for title in titles),
        ),
        titles=titles,
    )


def _rows(path: Path, encoding: Encoding, first: int) -> Iterator[Sequence[str]]:
    for number, line in enumerate(opened_lines(path, encoding)):
        if number < first:
            continue
        bare = _BULLET.sub("", line, count=1).strip()
        if "@" in bare:
            yield from _people(bare)
        else:
            yield [bare, "", ""] if bare else []


def _people(line: str) -> Iterator[Sequence[str]]:
    box, line = box_in(line), without_boxes(line)
    matches = list(ADDRESS.finditer(line))
    ends = [0, *(match.end() for match in matches), len(line)]
    rest = _NUMBER.sub(" ", line[ends[-2] :]).strip(_AROUND)
    for (start, _), match in zip(pairwise(ends), matches, strict=False):
        name = given_name_first(line[start : match.start()].strip(_AROUND))
        # What follows the last address may be said of all of them.
        yield [match[0].strip(".'"), name, REMARK_SEPARATOR.join(filter(None, (box, rest)))]
