"""A model of people and the list in plain Python, independent of the code."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EXPIRES = timedelta(days=7)
FORGET = timedelta(days=30)
KEEP_NETWORK = timedelta(days=20)
FRESH = timedelta(days=1)
# Of a site whose periods are these.
OPTIONS = f"""
[joining]
per_hour = 100000
per_address = 100000
changed = true
expires = "{EXPIRES.days}d"
fresh_link = "{FRESH.days}d"
forget = "{FORGET.days}d"
keep_network = "{KEEP_NETWORK.days}d"
[each_article]
is_on = true
"""
OBJECTION = timedelta(weeks=1)
MAX_MOVES_PER_DAY = 3
RESEND_COOLDOWN = timedelta(minutes=10)
LONDON = ZoneInfo("Europe/London")
# The status in which a notice of each kind applies.
STANDS = {
    "confirm": "pending",
    "welcome": "confirmed",
    "changed": "confirmed",
    "move": "confirmed",
    "moving": "confirmed",
    "preferences": "confirmed",
    "goodbye": "ended",
}


@dataclass(frozen=True, kw_only=True)
class Link:
    """One that was mailed."""

    kind: str
    number: int
    at: datetime
    path: str


@dataclass(frozen=True, kw_only=True)
class OwnLink:
    """One to the preferences, as a mail to an address brought it."""

    number: int
    address: str
    issued_at: datetime


@dataclass(kw_only=True)
class Move:
    """A change of address that the old one can object to."""

    old: str
    asked_at: datetime
    moved_at: datetime | None = None


@dataclass(kw_only=True)
class Person:
    """A person who was ever on the list."""

    address: str
    name: str
    frequency: str
    asked_at: datetime
    stands: str = "pending"
    was_confirmed: bool = False
    paused_until: datetime | None = None
    ended_at: datetime | None = None
    new_address: str = ""
    suppressed_address: str = ""
    """One that they asked for in vain: it is remembered like any other, and never mailed."""
    new_address_asked_at: datetime | None = None
    address_since: datetime | None = None
    moves: list[Move] = field(default_factory=list)
    told_of_moves_at: list[datetime] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    """All data ever known about a person, except addresses."""
    addresses: set[str] = field(default_factory=set)

    def change(self, name: str, frequency: str) -> None:
        self.name, self.frequency = name, frequency
        self.words.add(name)

    def begin(self) -> None:
        self.stands, self.was_confirmed, self.ended_at = "confirmed", True, None

    def end(self, now: datetime) -> None:
        if self.stands in {"pending", "confirmed"}:
            self.stands, self.ended_at = "ended", now
        self.give_up_change()

    def be_forgotten(self) -> None:
        self.stands, self.address = "erased", ""
        self.give_up_change()
        self.moves.clear()

    def give_up_change(self) -> None:
        """Forget the address that they asked for."""
        self.new_address = self.suppressed_address = ""

    def has_moved_since(self, moment: datetime) -> bool:
        since = self.address_since
        return since is not None and int(moment.timestamp()) < int(since.timestamp())


@dataclass
class Model:
    people: dict[int, Person] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    """Addresses in lower case."""
    links: list[Link] = field(default_factory=list)
    unnumbered: list[Person] = field(default_factory=list)

    def number(self, numbers: dict[str, int]) -> None:
        """Read the numbers of new subscribers."""
        for person in self.unnumbered:
            self.people[numbers[person.address]] = person
        self.unnumbered.clear()

    def holder(self, address: str) -> Person | None:
        """The holder of an address, ignoring case."""
        living = [p for p in self.people.values() if p.stands != "erased"]
        return next((p for p in living if p.address.casefold() == address.casefold()), None)

    def is_suppressed(self, address: str) -> bool:
        return address.casefold() in self.suppressed

    def suppress(self, address: str, *, is_lifted: bool = False) -> None:
        if is_lifted:
            self.suppressed.discard(address.casefold())
        else:
            self.suppressed.add(address.casefold())

    def join(
        self, address: str, name: str, frequency: str, now: datetime, *, is_proven: bool = False
    ) -> None:
        if self.is_suppressed(address):
            return
        person = self.holder(address)
        if person is None:
            person = Person(address=address, name=name, frequency=frequency, asked_at=now)
            self.unnumbered.append(person)
        person.asked_at = now
        if person.stands == "ended":
            person.stands, person.paused_until = "pending", None
        if person.stands == "pending":
            person.address = address
        if is_proven or person.stands == "pending":
            person.change(name, frequency)
        person.addresses.add(person.address)
        if is_proven:
            person.begin()

    def learn(self, address: str, word: str) -> None:
        """Further data from an import."""
        person = self.holder(address)
        if person is not None and not self.is_suppressed(address):
            person.words.add(word)

    def press(self, link: Link, now: datetime) -> bool:
        """Whether the button of a link does what it says, as it does."""
        person = self.people[link.number]
        if link.kind == "keep-address":
            return self._keep_address(person, link, now)
        if now - link.at > EXPIRES:
            return False
        if link.kind == "confirm":
            if person.has_moved_since(link.at):
                return False
            if person.stands == "pending":
                person.begin()
            return person.stands == "confirmed"
        if link.kind == "return":
            return self._come_back(person, link)
        return self._move(person, link, now)

    def _come_back(self, person: Person, link: Link) -> bool:
        if person.stands not in {"ended", "confirmed"} or self.is_suppressed(person.address):
            return False
        if person.has_moved_since(link.at):
            return False
        if person.stands == "ended":
            if not person.was_confirmed or person.ended_at != link.at:
                return False
            person.begin()
        return True

    def _move(self, person: Person, link: Link, now: datetime) -> bool:
        new = person.new_address
        if not new or person.new_address_asked_at != link.at or self.is_suppressed(new):
            return False
        person.give_up_change()
        for each in person.moves:
            if each.asked_at == link.at:
                each.moved_at = now
        self._take(person, new, now)
        return True

    def _take(self, person: Person, address: str, now: datetime) -> None:
        other = self.holder(address)
        if other is not None and other is not person and other.stands == "confirmed":
            person.end(now)
            return
        if other is not None and other is not person:
            other.be_forgotten()
        person.address, person.address_since = address, now
        person.addresses.add(address)

    def _keep_address(self, person: Person, link: Link, now: datetime) -> bool:
        found = next((each for each in person.moves if each.asked_at == link.at), None)
        if found is None:
            return False
        is_waiting = bool(person.new_address) and person.new_address_asked_at == found.asked_at
        begun = found.moved_at or (now if is_waiting else found.asked_at)
        if now - begun > OBJECTION:
            return False
        person.give_up_change()
        person.address_since = now
        del person.moves[person.moves.index(found) :]
        if person.address != found.old:
            self._take(person, found.old, now)
        elif (
            person.stands == "ended"
            and person.ended_at == found.moved_at
            and not self.is_suppressed(person.address)
        ):
            person.begin()
        return True

    def opens(self, link: OwnLink) -> bool:
        """Whether a link to the preferences is of the address that they have now, and since."""
        person = self.people[link.number]
        is_theirs = link.address.casefold() == person.address.casefold()
        return is_theirs and not person.has_moved_since(link.issued_at)

    def lets_choose(self, link: OwnLink) -> bool:
        return self.people[link.number].stands == "confirmed" and self.opens(link)

    def choose(self, link: OwnLink, name: str, frequency: str, until: date, now: datetime) -> bool:
        if not self.lets_choose(link):
            return False
        person = self.people[link.number]
        person.change(name, frequency)
        is_later = until > now.astimezone(LONDON).date()
        person.paused_until = datetime.combine(until, time(), LONDON) if is_later else None
        return True

    def take_less(self, link: OwnLink, frequency: str) -> bool:
        if not self.lets_choose(link):
            return False
        person = self.people[link.number]
        person.frequency = frequency
        return True

    def ask_to_move(self, link: OwnLink, address: str, now: datetime) -> bool:
        if not self.lets_choose(link) or now - link.issued_at > FRESH:
            return False
        person = self.people[link.number]
        if address == person.address:
            person.give_up_change()
            return True
        told = [at for at in person.told_of_moves_at if at > now - timedelta(days=1)]
        if len(told) >= MAX_MOVES_PER_DAY:
            return False
        person.told_of_moves_at.append(now)
        asked_at = person.new_address_asked_at
        is_repeated = address in {person.new_address, person.suppressed_address}
        if asked_at and is_repeated and now - asked_at < RESEND_COOLDOWN:
            return True
        person.give_up_change()
        person.new_address_asked_at = now
        if self.is_suppressed(address):
            person.suppressed_address = address
        else:
            person.new_address = address
        person.moves.append(Move(old=person.address, asked_at=now))
        return True

    def leave(self, number: int, now: datetime) -> None:
        person = self.people[number]
        if person.stands != "erased":
            person.end(now)

    def object_or_erase(self, link: OwnLink, what: str, now: datetime) -> bool:
        person = self.people[link.number]
        if person.stands == "erased" or not self.opens(link):
            return False
        if not self._may_end_for_good(person, link, now):
            return False
        person.end(now)
        self.suppress(person.address)
        if what == "erase":
            for other in self.people.values():
                requested = {other.new_address.casefold(), other.suppressed_address.casefold()}
                if person.address.casefold() in requested:
                    other.give_up_change()
                other.moves[:] = [
                    each for each in other.moves if each.old.casefold() != person.address.casefold()
                ]
            person.be_forgotten()
        return True

    def _may_end_for_good(self, person: Person, link: OwnLink, now: datetime) -> bool:
        if now - link.issued_at <= FRESH:
            return True
        can_come_back = (
            person.stands in {"ended", "pending"}
            and person.was_confirmed
            and person.ended_at is not None
            and now - person.ended_at <= EXPIRES
            and not self.is_suppressed(person.address)
        )
        was_left_since = can_come_back and link.issued_at < person.ended_at.replace(microsecond=0)
        return not (person.stands == "confirmed" or was_left_since)

    def forget_unconfirmed(self, now: datetime) -> None:
        for person in self.people.values():
            if person.stands == "pending" and person.asked_at < now - FORGET:
                person.be_forgotten()
            person.moves[:] = [
                each
                for each in person.moves
                if now - (each.moved_at or each.asked_at + EXPIRES) <= OBJECTION
            ]

    def audience(self, now: datetime) -> list[str]:
        """The audience of a bulletin."""
        return sorted(
            person.address
            for person in self.people.values()
            if person.stands == "confirmed"
            and person.frequency != "weekly"
            and not self.is_suppressed(person.address)
            and (person.paused_until is None or person.paused_until <= now)
        )

    def expect_notice(self, kind: str, number: int, recipient: str, queued_at: datetime) -> None:
        """Check that a notice to a person is one that may leave now."""
        person = self.people[number]
        assert person.stands == STANDS[kind]
        assert person.was_confirmed or kind == "confirm"
        if kind == "moving":
            assert recipient in [each.old for each in person.moves if each.asked_at == queued_at]
        else:
            assert recipient == (person.new_address if kind == "move" else person.address)
        assert not self.is_suppressed(person.address)
        assert not self.is_suppressed(recipient)

    @property
    def gone(self) -> set[str]:
        """Data that must be stored nowhere: of erased people, and former addresses."""
        living = [p for p in self.people.values() if p.stands != "erased"]
        held = {p.address.casefold() for p in living} | {p.new_address.casefold() for p in living}
        held |= {p.suppressed_address.casefold() for p in living}
        held |= {each.old.casefold() for p in living for each in p.moves}
        erased = [p for p in self.people.values() if p.stands == "erased"]
        addresses = {address.casefold() for p in erased for address in p.addresses}
        return {word for p in erased for word in p.words} | (addresses - held)
