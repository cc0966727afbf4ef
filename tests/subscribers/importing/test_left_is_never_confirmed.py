"""Property: whatever the program and the damage, nobody who left is confirmed."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.analysis import AdministratorAnswers, FileAnalysis, analyse
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.rows import ReadOptions, RowReader
from subscribers.importing.values.cells import addresses_in
from subscribers.importing.values.states import HAS_LEFT, ListState, worse
from subscribers.importing.values.word_folding import folded


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a program tells who is mailed and who left."""

    heading: str
    role: str
    mailed: Sequence[str]
    left: Sequence[str]
    more: Sequence[str] = ()
    """Further headings that belong to it."""


KINDS = (
    Kind(heading="status", role="status", mailed=("subscribed", "Active"), left=("unsubscribed",)),
    Kind(
        heading="Status",
        role="status",
        mailed=("C",),
        left=("U", "B", "P"),
        more=("Surname", "Token"),
    ),
    Kind(
        heading="UNSUB_TIME",
        role="left",
        mailed=("",),
        left=("2024-01-01 09:00:00",),
        more=("LEID", "EUID"),
    ),
    Kind(heading="EMAIL_BLACKLISTED", role="left", mailed=("No",), left=("Yes",)),
    Kind(heading="Abgemeldet am", role="left", mailed=("", "NULL"), left=("03.02.2021", "ja")),
    Kind(heading="désabonné", role="left", mailed=("non", ""), left=("oui",)),
    Kind(heading="Wypisany", role="left", mailed=("nie", "0"), left=("tak", "1")),
    Kind(heading="Fecha de baja", role="left", mailed=("", "0000-00-00"), left=("2021-05-06",)),
    Kind(heading="dad-danysgrifio", role="left", mailed=("na", ""), left=("ydw", "2020-02-02")),
    Kind(heading="is_active", role="status", mailed=("t", "True"), left=("f", "False")),
    Kind(heading="do_not_contact_us_flag", role="left", mailed=("n", ""), left=("y",)),
    Kind(heading="Blokada wysyłki", role="left", mailed=("n",), left=("t",)),
    Kind(heading="Xq7", role="status", mailed=("A",), left=("Z",)),
    Kind(heading="Stand", role="status", mailed=("dabei",), left=("weg",)),
    Kind(
        heading="Email Marketing Consent",
        role="status",
        mailed=("SUBSCRIBED",),
        left=("UNSUBSCRIBED",),
        more=("Klaviyo ID",),
    ),
)
NAMES = st.sampled_from(
    ["", "Ann", "Carter, Ann", 'Ann "Bee" Carter', "Zoë", "O'Hara", "two\nlines", "Łucja", "a;b"]
)


@dataclass(frozen=True, kw_only=True)
class Member:
    address: str
    name: str
    has_left: bool
    word: str


@st.composite
def lists(draw: st.DrawFn) -> tuple[Kind, list[Member]]:
    kind = draw(st.sampled_from(KINDS))
    count = draw(st.integers(min_value=1, max_value=12))
    members = []
    for _ in range(count):
        has_left = draw(st.booleans())
        members.append(
            Member(
                address=f"p{draw(st.integers(0, 9))}@example.org",
                name=draw(NAMES),
                has_left=has_left,
                word=draw(st.sampled_from(kind.left if has_left else kind.mailed)),
            )
        )
    return kind, members


DAMAGES = ("quote", "unquoted", "extra", "short", "open", "backslash", "blank", "nul", "junk")


@st.composite
def files(draw: st.DrawFn) -> tuple[Kind, list[Member], str, str]:
    kind, members = draw(lists())
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    places = draw(st.permutations(["email", "name", kind.heading, *kind.more]))
    lines = [_line(places, delimiter)]
    for member in members:
        cells = {"email": member.address, "name": member.name, kind.heading: member.word}
        row = [cells.get(place, "") for place in places]
        lines.append(draw(damaged(row, delimiter, places.index("email"))))
    before = draw(
        st.sampled_from(["", "Members of the Wexcombe list\n", f"sep={delimiter}\n", "\n"])
    )
    after = draw(st.sampled_from(["", "Total: 12\n", _line(places, delimiter)]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    return kind, members, before + "".join(lines) + after, encoding


def _line(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerow(cells)
    return text.getvalue()


@st.composite
def damaged(draw: st.DrawFn, row: list[str], delimiter: str, address: int) -> str:
    """A row, mostly whole; where it is damaged, its address is there still."""
    damage = draw(st.sampled_from([*DAMAGES, *["none"] * 20]))
    line = _line(row, delimiter)
    place = draw(st.integers(0, len(row) - 1))
    if damage == "quote":
        cells = [f'"{cell}' if n == place else cell for n, cell in enumerate(row)]
        return delimiter.join(cell.replace("\n", " ") for cell in cells) + "\r\n"
    if damage == "open":
        return line.rstrip("\r\n") + '"\r\n'
    if damage == "unquoted":
        return delimiter.join(cell.replace("\n", " ") for cell in row) + "\r\n"
    if damage == "extra":
        return _line([*row, "more"], delimiter)
    if damage == "short":
        return _line(row[: max(place, address + 1)], delimiter)
    if damage == "backslash":
        quoted = ('"' + cell.replace('"', '\\"') + '"' for cell in row)
        return delimiter.join(quoted) + "\r\n"
    if damage == "blank":
        return f"{line}\r\n\r\n"
    if damage == "nul":
        return line.replace("p", "p\0", 1) if draw(st.booleans()) else line
    if damage == "junk":
        return f"{line}nothing to be read here\r\n"
    return line


def answers_to(kind: Kind, found: FileAnalysis) -> AdministratorAnswers:
    """What somebody who knows the list says where it is asked about."""
    columns = {kind.role: [kind.heading]} if found.open_columns else {}
    others = [c.heading for c in found.open_columns if c.heading != kind.heading]
    words: dict[str, ListState] = {}
    codes = [code for column in found.open_columns for code in column.codes]
    for word in [*codes, *(unknown.word for unknown in found.words)]:
        known = ListState.SUBSCRIBED if word in kind.mailed else ListState.PENDING
        words[folded(word)] = ListState.LEFT if word in kind.left else known
    return AdministratorAnswers(columns={**columns, "ignored": others}, words=words)


def states_of(
    table: SourceTable, found: FileAnalysis, words: Mapping[str, ListState]
) -> dict[str, ListState]:
    """How everybody stands by all rows together, the worst of them."""
    program = found.assigned.program
    reader = RowReader(
        ReadOptions(
            columns=found.assigned.places,
            width=len(table.header),
            as_topic=str.lower,
            today=date(2026, 5, 1),
            state=found.state,
            words={**(program.states if program else {}), **words},
            order=found.order,
            doubtful=frozenset(found.fitness.doubtful),
            left=frozenset(found.fitness.left),
        )
    )
    states: dict[str, ListState] = {}
    for number, row in enumerate(table.rows(), table.first_row):
        if not any(row):
            continue
        try:
            people = reader.people(number, row)
        except InvalidInput:
            continue
        for person in people:
            for address in addresses_in(person.address):
                states[address] = worse(states.get(address, person.state), person.state)
    return states


@settings(max_examples=200, deadline=None, phases=[Phase.generate])
@given(files())
def test_people_who_left_are_never_confirmed_by_a_damaged_file(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Kind, list[Member], str, str]
) -> None:
    kind, members, text, encoding = drawn
    path = tmp_path_factory.mktemp("list") / "members.csv"
    path.write_text(text, encoding=encoding, newline="")
    try:
        table = open_list(path)
        found = analyse(table, path.name, AdministratorAnswers(), catalogue.every())
        answers = AdministratorAnswers()
        for _ in range(2):
            if found.is_clear:
                break
            answers = answers_to(kind, found)
            found = analyse(table, path.name, answers, catalogue.every())
    except InvalidInput:
        return
    if not found.is_clear or not found.fitness.is_trusted:
        return
    states = states_of(table, found, answers.words)
    gone = {member.address for member in members if member.has_left}
    confirmed = {address for address, state in states.items() if state is ListState.SUBSCRIBED}
    assert not gone & confirmed, text


@settings(max_examples=60, deadline=None)
@given(lists(), st.sampled_from([",", ";", "\t"]))
def test_an_undamaged_file_needs_one_answer(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Kind, list[Member]], delimiter: str
) -> None:
    kind, members = drawn
    header = ["email", "name", kind.heading, *kind.more]
    rows = [[m.address, m.name, m.word, *["" for _ in kind.more]] for m in members]
    path = tmp_path_factory.mktemp("list") / "members.csv"
    text = "".join(_line(row, delimiter) for row in [header, *rows])
    path.write_text(text, encoding="utf-8", newline="")
    table = open_list(path)
    found = analyse(table, path.name, AdministratorAnswers(), catalogue.every())
    answers = answers_to(kind, found)
    if not found.is_clear:
        found = analyse(table, path.name, answers, catalogue.every())
    assert found.is_clear
    states = states_of(table, found, answers.words)
    gone = {member.address for member in members if member.has_left}
    assert {address for address, state in states.items() if state in HAS_LEFT} == gone
