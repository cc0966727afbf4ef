"""Parsing of a table's rows into people."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from newsletter.errors import InvalidInput
from subscribers.addresses import in_plain_letters
from subscribers.exporting import unescape_formula
from subscribers.importing.columns import ATTRIBUTE, Places
from subscribers.importing.profiling import JUDGES
from subscribers.importing.values.boxes import box_in
from subscribers.importing.values.cells import (
    INVISIBLE,
    MAILBOXES,
    DamagedRow,
    addresses_in,
    beside_addresses,
    is_erased,
    listed,
    one_line,
    without_nul,
    without_sign,
)
from subscribers.importing.values.dates import DayMonthOrder, in_iso, pause_end
from subscribers.importing.values.json_objects import attributes_of, may_tell_leaving
from subscribers.importing.values.languages import offered
from subscribers.importing.values.names import full_name
from subscribers.importing.values.remarks import name_says_left
from subscribers.importing.values.states import HAS_LEFT, ListState, worse
from subscribers.importing.values.tags import names_newsletter, tag_states_leaving
from subscribers.importing.values.validity import on_day
from subscribers.importing.values.vocabulary import (
    LEAVING_WORDS,
    is_nothing,
    may_state_leaving,
    states_leaving,
)
from subscribers.importing.values.word_folding import folded
from subscribers.membership import Preferences
from subscribers.models import Frequency
from subscribers.topics import Choice

NOTHING = Preferences(name="", choice=Choice(), frequency=Frequency.REGULAR)
# A cell with more than one address in it: a name, or several addresses.
_LONGER = re.compile(r"[\s;,<>:\"]")


class Tags(StrEnum):
    """What happens to tags that are no topics."""

    ATTRIBUTE = "attribute"  # stored together in the attribute "tags"
    SEGMENTS = "segments"  # each stored as an attribute of its own, for a segment
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPerson:
    """The content of one row."""

    row: int
    """As in a spreadsheet."""
    address: str
    name: str
    preferences: Preferences
    """Without the name, so that equal preferences share an object."""
    attributes: Mapping[str, str]
    since: str
    """Dates of joining and confirmation, as the end of the proof."""
    state: ListState
    paused_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How the rows of a file are read."""

    columns: Places
    width: int
    """Number of columns."""
    as_topic: Callable[[str], str]
    """A topic's slug."""
    today: date
    """Memberships that end later are valid, and nobody has left later."""
    topics: frozenset[str] = frozenset()
    """Slugs of existing topics; other tags become no topics."""
    digests: frozenset[str] = frozenset()
    """The digests on offer."""
    languages: frozenset[str] = frozenset()
    """The languages on offer; empty: any."""
    state: ListState = ListState.SUBSCRIBED
    """The status of rows that state nothing worse."""
    words: Mapping[str, ListState] = field(default_factory=dict)
    """Meanings of status words in this file, folded; the general vocabulary applies besides."""
    order: DayMonthOrder = DayMonthOrder.DAY
    doubtful: frozenset[str] = frozenset()
    """Lower-case addresses in damaged rows that may say that they left."""
    left: frozenset[str] = frozenset()
    """Lower-case addresses of whom a heading above says that they left."""
    tags: Tags = Tags.ATTRIBUTE
    """What happens to tags that are no topics."""
    is_labelled: bool = False
    """Whether a label alone tells who gets the newsletter."""


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, reading: ReadOptions) -> None:
        self._reading = reading
        self.tags: dict[str, str] = {}
        """Tags so far that become segments, each with its slug."""
        at = {thing: tuple(places) for thing, places in reading.columns.items()}
        self._columns = at
        # A role without a column reads the empty cell after the last.
        one = {thing: places[0] if places else reading.width for thing, places in at.items()}
        self._address = one["address"]
        # Short texts about a person, in which some write more than belongs there.
        self._words = sorted(
            {one[thing] for thing in ("name", "first_name", "last_name", "language")}
            - {reading.width}
        )
        self._full, self._first, self._last = one["name"], one["first_name"], one["last_name"]
        self._topics, self._digests = one["topics"], one["digests"]
        self._frequency, self._language = one["frequency"], one["language"]
        self._tags = at.get("tags", ())
        of_moments = ("joined", "agreed", "confirmed")
        self._since = [(word, place) for word in of_moments for place in at[word]]
        self._json, self._paused = one["attributes"], one["paused"]
        self._attributes = [
            (thing.removeprefix(ATTRIBUTE), place)
            for thing, place in one.items()
            if thing.startswith(ATTRIBUTE)
        ]
        self._judged = [
            (place, on_day(role, judge, reading.today, reading.order))
            for role, judge in JUDGES.items()
            for place in at[role]
        ]
        self._of_state = sorted({place for place, _ in self._judged})
        # Cached: most people share preferences and status.
        self._preferences = lru_cache(maxsize=4096)(self._read_preferences)
        self._state_of = lru_cache(maxsize=4096)(self._read_state)

    def people(self, row: int, cells: Sequence[str]) -> list[ListedPerson]:
        """The people in a row.

        Somebody who has left is recognised whatever else is wrong with the row.

        Raises:
            InvalidInput: an unknown value, or the row does not fit the header.
        """
        if "\0" in "".join(cells):
            cells = without_nul(cells)
        if isinstance(cells, DamagedRow) or len(cells) != self._reading.width:
            fitted = self._fitted(cells)
            if fitted is None:
                return self._left_by(row, cells)
            cells = fitted
        texts = [*map(str.strip, cells), ""]
        joined = "".join(texts)
        if "'" in joined:
            texts = [*map(unescape_formula, texts)]
        state = self._state_of(*(texts[place] for place in self._of_state))
        address = texts[self._address]
        if not address.isascii():
            address = in_plain_letters(address.strip(INVISIBLE).strip())
            texts[self._address], joined = address, joined + address
        tags = self._tags_of(texts) if self._tags else ()
        if self._is_told(texts, tags):
            state = worse(state, ListState.LEFT)
        elif self._is_doubtful(texts, tags):
            state = worse(state, ListState.PENDING)
        if state in HAS_LEFT:
            return [_leaver(row, each, state) for each in addresses_in(address) or [address]]
        if not address and "@" not in joined:
            raise InvalidInput("the row has no mail address")
        person = self._person(row, texts, tags, state)
        people = self._each(person, address) if _LONGER.search(address) else [person]
        return [self._doubted(each) for each in people] if self._reading.doubtful else people

    def _person(
        self, row: int, texts: Sequence[str], tags: Sequence[str], state: ListState
    ) -> ListedPerson:
        if without_sign(texts[self._address]) != texts[self._address]:
            raise InvalidInput(
                f"{texts[self._address][0]} stands before the address: they may have left; delete "
                "sign or row"
            )
        tag_topics = tuple(
            slug for slug in map(self._reading.as_topic, tags) if self._is_topic(slug)
        )
        return ListedPerson(
            row=row,
            address=texts[self._address],
            name=full_name(texts[self._full], texts[self._first], texts[self._last]),
            preferences=self._preferences(
                texts[self._topics],
                texts[self._digests],
                texts[self._frequency],
                texts[self._language],
                tag_topics,
            ),
            attributes=self._read_attributes(texts, tags),
            since=self._read_since(texts) if self._since else "",
            state=state,
            paused_until=pause_end(texts[self._paused]),
        )

    def _tags_of(self, texts: Sequence[str]) -> list[str]:
        return [tag for place in self._tags for tag in listed(texts[place])]

    def _says_left(self, tag: str) -> bool:
        return tag_states_leaving(tag) and self._reading.as_topic(tag) not in self._reading.topics

    def _is_below_leavers(self, addresses: Sequence[str]) -> bool:
        return not self._reading.left.isdisjoint(map(str.casefold, addresses))

    def _is_told(self, texts: Sequence[str], tags: Sequence[str]) -> bool:
        """Whether somebody is said to have left by a tag, above, or beside address or name."""
        address = texts[self._address]
        is_said = is_erased(address) or any(map(self._says_left, tags))
        if is_said or (self._reading.left and self._is_below_leavers(addresses_in(address))):
            return True
        if "@" not in address:
            return False
        if _LONGER.search(address) and states_leaving(beside_addresses(address)):
            return True
        return any(
            states_leaving(texts[place]) or name_says_left(texts[place]) for place in self._words
        )

    def _is_doubtful(self, texts: Sequence[str], tags: Sequence[str]) -> bool:
        """Whether it is not sure that somebody gets the newsletter."""
        return (
            may_tell_leaving(texts[self._json])
            or any(may_state_leaving(texts[place]) or box_in(texts[place]) for place in self._words)
            or (self._reading.is_labelled and not any(map(names_newsletter, tags)))
        )

    def _doubted(self, person: ListedPerson) -> ListedPerson:
        """The person, not confirmed if an unreadable row may say that they left."""
        # In a damaged file a quotation mark may stand beside the address.
        named = (person.address, *addresses_in(person.address))
        is_sure = self._reading.doubtful.isdisjoint(map(str.casefold, named))
        return person if is_sure else replace(person, state=worse(person.state, ListState.PENDING))

    def _each(self, person: ListedPerson, text: str) -> list[ListedPerson]:
        """One person for each address of a cell with several."""
        addresses = addresses_in(text)
        if not addresses or not MAILBOXES.fullmatch(text):
            # Other words in the cell: do not guess.
            return [person]
        # Google separates the addresses of one person by " ::: ".
        mailed = addresses[:1] if ":::" in text else addresses
        return [replace(person, address=address) for address in mailed]

    def _fitted(self, cells: Sequence[str]) -> Sequence[str] | None:
        """The row padded to the header's width; None if its cells are ambiguous."""
        width = self._reading.width
        is_cut = any(place >= len(cells) for place in (self._address, *self._of_state))
        if isinstance(cells, DamagedRow) or any(cells[width:]) or is_cut:
            return None
        return [*cells[:width], *[""] * (width - len(cells))]

    def _left_by(self, row: int, cells: Sequence[str]) -> list[ListedPerson]:
        """People who left, by a row with ambiguous cells.

        Raises:
            InvalidInput: it does not state that anybody left.
        """
        addresses = addresses_in(" ".join(cells))
        if addresses and (self._is_below_leavers(addresses) or self._tells_of_leaving(cells)):
            return [_leaver(row, address, ListState.LEFT) for address in addresses]
        if isinstance(cells, DamagedRow):
            raise InvalidInput(cells.reason)
        if len(cells) > self._reading.width:
            raise InvalidInput(
                f"the row has {len(cells)} cells and the header {self._reading.width}; "
                'put cells that hold a comma in quotation marks: "Carter, Ann"'
            )
        raise InvalidInput(
            "the row ends before the columns that say who it is about and how they stand"
        )

    def _tells_of_leaving(self, cells: Sequence[str]) -> bool:
        """Whether a row, however its cells are shifted, may state that somebody left."""
        if self._reading.state in HAS_LEFT:
            return True
        texts = [cell.strip().strip("\"'").strip() for cell in cells]
        if any(folded(text) in LEAVING_WORDS or states_leaving(text) for text in texts):
            return True
        extra = max(len(cells) - self._reading.width, 0)
        for place, judge in self._judged:
            for text in texts[place : place + extra + 1]:
                if judge(text, self._reading.words) in HAS_LEFT:
                    return True
        return False

    def _read_state(self, *texts: str) -> ListState:
        state = self._reading.state
        at = dict(zip(self._of_state, texts, strict=True))
        for place, judge in self._judged:
            cell_state = judge(at[place], self._reading.words)
            if cell_state is None:
                raise InvalidInput(
                    f"the state {at[place]!r} is not known; say for all what it means: "
                    f'--status "{at[place]}"=STATE, STATE one of: {", ".join(ListState)}'
                )
            state = worse(state, cell_state)
        return state

    def _read_preferences(
        self,
        topics: str,
        digests: str,
        frequency: str,
        language: str,
        tagged: tuple[str, ...],
    ) -> Preferences:
        return Preferences(
            name="",
            choice=Choice(
                topics=(*map(self._reading.as_topic, listed(topics)), *tagged),
                digests=tuple(
                    _among("digest", name, self._reading.digests) for name in listed(digests)
                ),
            ),
            frequency=Frequency(_among("frequency", frequency, frozenset(Frequency)))
            if frequency
            else Frequency.REGULAR,
            language=self._read_language(language),
        )

    def _read_tags(self, tags: Sequence[str]) -> dict[str, str]:
        others = {tag: self._reading.as_topic(tag) for tag in tags}
        others = {tag: slug for tag, slug in others.items() if slug and not self._is_topic(slug)}
        if self._reading.tags is Tags.SEGMENTS:
            self.tags.update(others)
            return {attribute_of_tag(slug): "yes" for slug in others.values()}
        return {"tags": one_line(", ".join(others))} if others else {}

    def _is_topic(self, slug: str) -> bool:
        return slug in self._reading.topics

    def _read_language(self, language: str) -> str:
        if is_nothing(language):
            return ""
        allowed = self._reading.languages
        return (
            _among("language", offered(language, allowed), allowed)
            if allowed
            else one_line(language)
        )

    def _read_since(self, texts: Sequence[str]) -> str:
        dates = [
            f"{word} {one_line(in_iso(texts[place], self._reading.order))}"
            for word, place in self._since
            if len(texts[place]) > 1 and any(map(str.isdigit, texts[place]))
        ]
        return f"; there {', '.join(dates)}" if dates else ""

    def _read_attributes(self, texts: Sequence[str], tags: Sequence[str]) -> dict[str, str]:
        attributes = attributes_of(texts[self._json])
        for name, place in self._attributes:
            if value := one_line(texts[place]):
                attributes[name] = value
        if tags and self._reading.tags is not Tags.IGNORED:
            attributes.update(self._read_tags(tags))
        return attributes


def attribute_of_tag(slug: str) -> str:
    """The attribute for a tag that has one of its own."""
    return f"tag-{slug}"


def _leaver(row: int, address: str, state: ListState) -> ListedPerson:
    """A person who left: no other data is kept."""
    return ListedPerson(
        row=row,
        address=without_sign(address),
        name="",
        preferences=NOTHING,
        attributes={},
        since="",
        state=state,
    )


def _among(thing: str, name: str, known: frozenset[str]) -> str:
    if name not in known:
        raise InvalidInput(
            f"the {thing} {name!r} is not known; write one of: {', '.join(sorted(known)) or 'none'}"
        )
    return name
