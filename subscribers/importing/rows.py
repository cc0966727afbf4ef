"""What a row of a table says of a person."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from unicodedata import normalize

from newsletter.clock import in_utc
from newsletter.errors import InvalidInput
from subscribers.exporting import read
from subscribers.importing.columns import ATTRIBUTE, Places
from subscribers.importing.states import STATES, State, state_of, worst
from subscribers.membership import Wishes
from subscribers.models import Frequency
from subscribers.topics import Choice

NO = frozenset({"", "false", "0", "no"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What one row says."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    address: str
    name: str
    wishes: Wishes
    """Without the name, so that equal wishes are one."""
    attributes: Mapping[str, str]
    since: str
    """When she joined and confirmed there, as the words of a proof go on."""
    state: State
    paused_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the rows of one file are read."""

    columns: Places
    width: int
    """Cells of the header."""
    as_topic: Callable[[str], str]
    """A topic's slug."""
    digests: frozenset[str] = frozenset()
    """The names that may be chosen."""
    languages: frozenset[str] = frozenset()
    """The languages that may be chosen; empty: any."""
    state: State = State.SUBSCRIBED
    """How everybody of the file stands whose row says nothing worse."""
    words: Mapping[str, State] = field(default_factory=lambda: STATES)
    """How she stands, by the word for it in lower case."""


class RowReader:
    """Reads the rows of one file, each for itself."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        at = reading.columns
        self._address = at["address"][0]
        # Where only a surname stands beside the name, that is the first one.
        is_first = at["last_name"] and not at["first_name"]
        self._name = () if is_first else at["name"]
        self._parts = (at["name"] if is_first else at["first_name"]) + at["last_name"]
        self._status, self._left = at["status"], at["left"]
        self._since = [(word, place) for word in ("joined", "confirmed") for place in at[word]]
        self._wanted = [at[thing] for thing in ("topics", "digests", "frequency", "language")]
        self._json, self._paused = at["attributes"], at["paused"]
        self._attributes = [
            (thing.removeprefix(ATTRIBUTE), places[0])
            for thing, places in at.items()
            if thing.startswith(ATTRIBUTE)
        ]
        # Most people want what many want.
        self._wishes = lru_cache(maxsize=4096)(self._read_wishes)

    def person(self, row: int, cells: Sequence[str]) -> Person:
        """What a row says.

        Raises:
            InvalidInput: something in it is not known, or it does not fit the header.
        """
        if len(cells) != self._reading.width:
            cells = self._fitted(cells)
        if "\0" in "".join(cells):
            raise InvalidInput("the row holds a NUL character; the file is damaged or no text")
        return Person(
            row=row,
            address=_text(cells[self._address]),
            name=self._full_name(cells),
            wishes=self._wishes(*(_first(places, cells) for places in self._wanted)),
            attributes=self._read_attributes(cells) if self._json or self._attributes else {},
            since=self._read_since(cells) if self._since else "",
            state=self._state(cells) if self._status or self._left else self._reading.state,
            paused_until=_moment(_first(self._paused, cells)) if self._paused else None,
        )

    def _fitted(self, cells: Sequence[str]) -> Sequence[str]:
        """The row as wide as the header, where no cell that counts is missing or too many."""
        width = self._reading.width
        if any(cells[width:]):
            raise InvalidInput(
                f"the row has {len(cells)} cells and the header {width}; "
                'put cells that hold a comma in quotation marks: "Carter, Ann"'
            )
        if any(place >= len(cells) for place in (self._address, *self._status, *self._left)):
            raise InvalidInput(
                "the row ends before the columns that say who she is and how she stands"
            )
        return [*cells[:width], *[""] * (width - len(cells))]

    def _full_name(self, cells: Sequence[str]) -> str:
        name = _first(self._name, cells)
        if not name and self._parts:
            name = " ".join(filter(None, (_text(cells[place]) for place in self._parts)))
        return name if name.isascii() else normalize("NFC", name)

    def _state(self, cells: Sequence[str]) -> State:
        said = [self._reading.state]
        said += [state_of(_text(cells[place]), self._reading.words) for place in self._status]
        said += [State.LEFT for place in self._left if cells[place].strip().casefold() not in NO]
        return worst(said)

    def _read_wishes(self, topics: str, digests: str, frequency: str, language: str) -> Wishes:
        return Wishes(
            name="",
            choice=Choice(
                topics=tuple(map(self._reading.as_topic, _listed(topics))),
                digests=tuple(
                    _among("digest", name, self._reading.digests) for name in _listed(digests)
                ),
            ),
            frequency=Frequency(_among("frequency", frequency, frozenset(Frequency)))
            if frequency
            else Frequency.REGULAR,
            language=self._language(language),
        )

    def _language(self, language: str) -> str:
        allowed = self._reading.languages
        return _among("language", language, allowed) if language and allowed else one_line(language)

    def _read_since(self, cells: Sequence[str]) -> str:
        said = [
            f"{word} {one_line(_text(cells[place]))}" for word, place in self._since if cells[place]
        ]
        return f"; there {', '.join(said)}" if said else ""

    def _read_attributes(self, cells: Sequence[str]) -> dict[str, str]:
        found = _object(_first(self._json, cells))
        for name, place in self._attributes:
            if value := one_line(_text(cells[place])):
                found[name] = value
        return found


def one_line(text: str) -> str:
    """A text that any database takes and no line breaks out of."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _object(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(
            f"the attributes {text[:40]!r} are no object in JSON; mend them, or pass the column "
            "over with --column ignored=…"
        )
    plain = ((one_line(name), _plain(value)) for name, value in found.items())
    return {name: value for name, value in plain if name and value}


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise InvalidInput(
            f"paused until {text!r} is no moment; write it as 2026-05-01T00:00:00+00:00"
        ) from error


def _plain(value: object) -> str:
    if value is None:
        return ""
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _among(thing: str, name: str, known: frozenset[str]) -> str:
    if name not in known:
        raise InvalidInput(
            f"the {thing} {name!r} is not known; write one of: {', '.join(sorted(known)) or 'none'}"
        )
    return name


def _listed(text: str) -> list[str]:
    """The names of a cell, joined by commas or semicolons, quoted at Mailchimp."""
    names = (name.strip().strip('"').strip() for name in text.replace(";", ",").split(","))
    return [name for name in names if name]


def _first(places: tuple[int, ...], cells: Sequence[str]) -> str:
    return _text(cells[places[0]]) if places else ""


def _text(cell: str) -> str:
    return read(cell.strip())
