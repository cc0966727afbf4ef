"""What a row of a table says of a person."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, reduce
from unicodedata import normalize

from newsletter.clock import in_utc
from newsletter.errors import InvalidInput
from subscribers.exporting import read
from subscribers.importing.columns import ATTRIBUTE, Places
from subscribers.importing.states import STATES, State, state_of, worse
from subscribers.membership import Wishes
from subscribers.models import Frequency
from subscribers.topics import Choice

NEGATED = frozenset({"false", "0", "no"})
NO = NEGATED | {""}


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
        # What has no column is read from the empty cell behind the last.
        one = {thing: places[0] if places else reading.width for thing, places in at.items()}
        self._address, self._name = one["address"], one["name"]
        self._parts = at["first_name"] + at["last_name"]
        if at["last_name"] and not at["first_name"]:
            # Where only a surname stands beside the name, that is the first one.
            self._name, self._parts = reading.width, at["name"] + at["last_name"]
        self._topics, self._digests = one["topics"], one["digests"]
        self._frequency, self._language = one["frequency"], one["language"]
        self._status, self._left = at["status"], at["left"]
        self._confirmed = one["confirmed"]
        self._since = [(word, place) for word in ("joined", "confirmed") for place in at[word]]
        self._json, self._paused = one["attributes"], one["paused"]
        self._attributes = [
            (thing.removeprefix(ATTRIBUTE), place)
            for thing, place in one.items()
            if thing.startswith(ATTRIBUTE)
        ]
        # Most people want what many want, and stand as many do.
        self._wishes = lru_cache(maxsize=4096)(self._read_wishes)
        self._state_of = lru_cache(maxsize=256)(self._read_state)

    def person(self, row: int, cells: Sequence[str]) -> Person:
        """What a row says.

        Raises:
            InvalidInput: something in it is not known, or it does not fit the header.
        """
        if len(cells) != self._reading.width:
            cells = self._fitted(cells)
        texts = [*map(str.strip, cells), ""]
        joined = "".join(texts)
        if "\0" in joined:
            raise InvalidInput("the row holds a NUL character; the file is damaged or no text")
        if "'" in joined:
            texts = [*map(read, texts)]
        return Person(
            row=row,
            address=texts[self._address],
            name=self._full_name(texts),
            wishes=self._wishes(
                texts[self._topics],
                texts[self._digests],
                texts[self._frequency],
                texts[self._language],
            ),
            attributes=self._read_attributes(texts),
            since=self._read_since(texts) if self._since else "",
            state=self._state(texts),
            paused_until=_moment(texts[self._paused]),
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

    def _full_name(self, texts: Sequence[str]) -> str:
        name = texts[self._name]
        if not name and self._parts:
            name = " ".join(filter(None, (texts[place] for place in self._parts)))
        return name if name.isascii() else normalize("NFC", name)

    def _state(self, texts: Sequence[str]) -> State:
        state = self._reading.state
        if self._status:
            state = worse(state, self._state_of(*(texts[place] for place in self._status)))
        if any(texts[place].casefold() not in NO for place in self._left):
            state = worse(state, State.LEFT)
        if texts[self._confirmed].casefold() in NEGATED:
            state = worse(state, State.PENDING)
        return state

    def _read_state(self, *words: str) -> State:
        return reduce(worse, (state_of(word, self._reading.words) for word in words))

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
            language=self._read_language(language),
        )

    def _read_language(self, language: str) -> str:
        allowed = self._reading.languages
        return _among("language", language, allowed) if language and allowed else one_line(language)

    def _read_since(self, texts: Sequence[str]) -> str:
        said = [
            f"{word} {one_line(texts[place])}"
            for word, place in self._since
            if len(texts[place]) > 1 and any(map(str.isdigit, texts[place]))
        ]
        return f"; there {', '.join(said)}" if said else ""

    def _read_attributes(self, texts: Sequence[str]) -> dict[str, str]:
        found = _object(texts[self._json])
        for name, place in self._attributes:
            if value := one_line(texts[place]):
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
