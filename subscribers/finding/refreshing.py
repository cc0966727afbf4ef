"""Bringing the index up to date, a batch at a time; nobody who signs up waits for it.

What is new is worked out beside the database and written in one short transaction. Two who do it
at once are no harm: only the one that began last may write.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from subscribers.finding import texts
from subscribers.finding.bits import digits
from subscribers.finding.inverting import WordsPatch, earlier_words
from subscribers.finding.letters import letters_of
from subscribers.finding.models import (
    PeopleBits,
    PeopleChange,
    PeopleIndex,
    PeopleMark,
    PeopleValue,
    PeopleWords,
)
from subscribers.finding.numbering import Numbering
from subscribers.finding.patching import BitsPatch, digits_by_block
from subscribers.finding.portraits import EVERYONE, NAMED, Portrait, changed_people
from subscribers.models import Subscriber, SubscriberStatus

AT_ONCE = 20_000
DUE_CHANGES = 1_000
DUE_AFTER = timedelta(minutes=30)
# More than this of one field would cost more to keep than to count.
MOST_NAMES = 500


def refresh_due(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Take in all changes if they are many, or the index is old, or somebody is gone; how many."""
    with database.read() as session:
        if not _is_due(session, zone, now):
            return 0
    return refresh(database, zone, now)


def refresh(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Take in every change; how many people."""
    total = 0
    while (taken := _refresh_batch(database, zone, now)) is not None:
        total += taken
    return total


def _is_due(session: Session, zone: ZoneInfo, now: datetime) -> bool:
    noted = select(PeopleChange.subscriber_id).limit(DUE_CHANGES).subquery()
    changes = session.scalars(select(func.count()).select_from(noted)).one()
    index = state(session)
    is_old = index.refreshed_at is None or now - index.refreshed_at >= DUE_AFTER
    if changes >= DUE_CHANGES or (changes and is_old) or index.zone != str(zone):
        return True
    # What the index has of somebody who is gone says who she was.
    person = Subscriber.id == noted.c.subscriber_id
    gone = select(noted.c.subscriber_id).outerjoin(Subscriber, person)
    is_gone = or_(Subscriber.id.is_(None), Subscriber.status == SubscriberStatus.ERASED)
    return session.scalars(gone.where(is_gone).limit(1)).first() is not None


def state(session: Session) -> PeopleIndex:
    """How far the index is, as it stands in the database now."""
    query = select(PeopleIndex).execution_options(populate_existing=True)
    return session.scalars(query).one()


def _refresh_batch(database: Database, zone: ZoneInfo, now: datetime) -> int | None:
    """One batch; None where there is nothing to do, or somebody else has begun to."""
    with database.write() as session:
        claim = _claim(session, zone)
    if claim is None:
        return None
    with database.read() as session:
        batch = _Batch(session, claim, zone)
    with database.write() as session:
        finished = update(PeopleIndex).where(PeopleIndex.claimed == claim).values(refreshed_at=now)
        if session.execute(finished.returning(PeopleIndex.id)).first() is None:
            return None
        batch.write(session)
        session.execute(delete(PeopleChange).where(PeopleChange.claim == claim))
    return len(batch.people)


def _claim(session: Session, zone: ZoneInfo) -> int | None:
    index = session.scalars(select(PeopleIndex).with_for_update()).one()
    if index.zone != str(zone):
        _begin_anew(session, index, zone)
    first = select(PeopleChange.id).order_by(PeopleChange.id).limit(AT_ONCE)
    claim = index.claimed + 1
    taken = update(PeopleChange).where(PeopleChange.id.in_(first)).values(claim=claim)
    options = {"synchronize_session": False}
    if not session.execute(taken.returning(PeopleChange.id), execution_options=options).first():
        return None
    index.claimed = claim
    return claim


def _begin_anew(session: Session, index: PeopleIndex, zone: ZoneInfo) -> None:
    """Days are kept as days of one zone: in another one, all are others."""
    for table in (PeopleBits, PeopleWords, PeopleValue, PeopleMark, PeopleChange):
        session.execute(delete(table))
    everybody = select(Subscriber.id).order_by(Subscriber.id)
    session.execute(insert(PeopleChange).from_select(["subscriber_id"], everybody))
    index.zone, index.left_out, index.wide = str(zone), [], []
    index.generation += 1


class _Batch:
    """What is to be written about the people of one claim."""

    def __init__(self, session: Session, claim: int, zone: ZoneInfo) -> None:
        self._claim = claim
        self.people = changed_people(session, claim, zone)
        noted = select(PeopleChange.subscriber_id).where(PeopleChange.claim == claim)
        numbers = set(session.scalars(noted))
        self._numbering = Numbering(session, state(session), self.people)
        self._bits = BitsPatch(numbers)
        self._words = WordsPatch(numbers)
        self._work_out(session)

    def write(self, session: Session) -> None:
        """Write it all, in the caller's transaction."""
        index = session.scalars(select(PeopleIndex)).one()
        index.generation += 1
        index.left_out = sorted(self._numbering.left_out)
        index.wide = sorted(self._numbering.wide)
        self._bits.write(session)
        self._words.write(session)
        self._numbering.write(session)
        texts.write(session, self._claim, self.people)

    def _work_out(self, session: Session) -> None:
        """What is new of every field, one field after the other."""
        numbering = self._numbering
        parts, texts = self._parts(), self._texts()
        known = session.execute(select(PeopleBits.field).distinct()).scalars().all()
        for field in sorted({*known, *parts, *texts} - numbering.left_out):
            if field in numbering.widened:
                self._widen(session, field, texts.get(field, {}))
            elif field in numbering.wide:
                theirs = texts.get(field, {})
                self._bits.patch(session, field, _letters(theirs))
                self._words.patch(session, field, theirs)
            else:
                self._patch(session, field, parts.get(field, {}))

    def _patch(self, session: Session, field: str, parts: dict[str, list[int]]) -> None:
        before, after = self._bits.patch(session, field, parts)
        if field in self._numbering.codes:
            if gone := self._bits.values_at(before):
                self._numbering.note_gone(field, gone - self._bits.values_at(after))
        elif field in NAMED and _names(session, field, parts) > MOST_NAMES:
            self._numbering.left_out.add(field)

    def _widen(self, session: Session, field: str, texts: dict[int, str]) -> None:
        codes = self._numbering.widened[field]
        words, letters = earlier_words(codes, digits_by_block(session, field))
        self._bits.put_anew(field, letters, _letters(texts))
        self._words.put_anew(field, words, texts)

    def _parts(self) -> dict[str, dict[str, list[int]]]:
        """Whose bits are 1, by field and part, but for the fields that are kept by words."""
        parts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        numbers: dict[tuple[str, int], list[int]] = defaultdict(list)
        for person in self.people:
            if not person.is_erased:
                parts[EVERYONE][""].append(person.id)
            for field, name in person.names:
                parts[field][name].append(person.id)
            for field, number in self._numbers_of(person):
                numbers[field, number].append(person.id)
        for (field, number), people in numbers.items():
            for digit in digits(number):
                parts[field][str(digit)].extend(people)
        return parts

    def _numbers_of(self, person: Portrait) -> Iterable[tuple[str, int]]:
        yield from person.days.items()
        codes = self._numbering.codes
        yield from ((f, codes[f][text]) for f, text in person.texts.items() if f in codes)

    def _texts(self) -> dict[str, dict[int, str]]:
        """The texts that are kept by words, by field and person."""
        texts: dict[str, dict[int, str]] = defaultdict(dict)
        for person in self.people:
            for field, text in person.texts.items():
                if field in self._numbering.wide:
                    texts[field][person.id] = text
        return texts


def _letters(texts: dict[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, text in texts.items():
        for letters in letters_of(text):
            found[letters].append(number)
    return found


def _names(session: Session, field: str, new: Iterable[str]) -> int:
    """How many names a field has, with those that are new."""
    known = select(PeopleBits.part).where(PeopleBits.field == field).distinct()
    return len({*session.scalars(known), *new})
