"""Hundreds of histories, editions of every kind, a recording SMTP server: who must get one does,
and nobody who is unconfirmed, paused, suppressed, gone or erased.

What is expected is told by a model of a person in plain Python, which knows nothing of the code.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: a failing history can be played again

import pytest
from faulty_smtp import FaultySmtp
from sqlalchemy.orm import Session
from support import SECRET, add_article, smtp_config

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.each_article import compose_single
from newsletter.editions.models import Edition
from newsletter.editions.store import articles_of
from newsletter.errors import Conflict
from newsletter.subscriptions import erasure
from subscribers import membership
from subscribers import store as people
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency, Subscriber
from subscribers.topics import Choice

PEOPLE, ROUNDS, ACTS = 120, 8, 80
SEEDS = range(2)
ORIGIN = ConsentOrigin(source="test")
TOPICS = ("housing", "transport", "events")
DIGESTS = ("friday", "housing")
WANTS = {
    "digest": {Frequency.REGULAR, Frequency.WEEKLY, Frequency.EVERYTHING},
    "bulletin": set(Frequency) - {Frequency.WEEKLY},
    "article": {Frequency.ARTICLES, Frequency.EVERYTHING},
}


@dataclass
class Model:
    """A model of one person: the rules as a user would state them."""

    address: str
    stands: str = "unknown"
    was_confirmed: bool = False
    suppressed: bool = False
    paused_until: datetime | None = None
    frequency: Frequency = Frequency.REGULAR
    choice: Choice = field(default_factory=Choice)

    def may_be_mailed(self, kind: str, now: datetime) -> bool:
        is_paused = self.paused_until is not None and self.paused_until > now
        return (
            self.stands == "confirmed"
            and not self.suppressed
            and not is_paused
            and self.frequency in WANTS[kind]
        )

    def wants(self, kind: str, topics: set[str], digest: str) -> bool:
        if kind == "digest" and self.choice.digests and digest not in self.choice.digests:
            return False
        return not topics or not self.choice.topics or bool(topics & set(self.choice.topics))


def wishes(random: Random) -> Preferences:
    return Preferences(
        name="",
        choice=Choice(
            topics=tuple(t for t in TOPICS if random.random() < 0.3),
            digests=(random.choice(DIGESTS),) if random.random() < 0.3 else (),
        ),
        frequency=random.choice(list(Frequency)),
    )


def join(session: Session, model: Model, random: Random, now: datetime) -> None:
    wanted = wishes(random)
    joining = Signup(
        address=model.address,
        topics=wanted.choice.topics,
        digests=wanted.choice.digests,
        frequency=wanted.frequency,
    )
    if model.stands == "erased":
        return
    try:
        membership.join(session, SECRET, joining, origin=ORIGIN, proven=False, now=now)
    except Conflict:
        assert model.suppressed
        return
    assert not model.suppressed
    if model.stands == "ended":
        model.paused_until = None
    if model.stands != "confirmed":
        model.stands, model.frequency, model.choice = "pending", wanted.frequency, wanted.choice


def confirm(session: Session, model: Model, _random: Random, now: datetime) -> None:
    if model.stands == "pending":
        membership.confirm(session, person(session, model), origin=ORIGIN, now=now)
        model.stands, model.was_confirmed = "confirmed", True


def leave(session: Session, model: Model, _random: Random, now: datetime) -> None:
    if model.stands not in {"unknown", "erased"}:
        membership.leave(session, person(session, model), origin=ORIGIN, now=now)
        model.stands = "ended"


def resubscribe(session: Session, model: Model, _random: Random, now: datetime) -> None:
    if model.stands == "ended" and model.was_confirmed and not model.suppressed:
        membership.resubscribe(session, person(session, model), origin=ORIGIN, now=now)
        model.stands = "confirmed"


def pause(session: Session, model: Model, random: Random, now: datetime) -> None:
    if model.stands not in {"unknown", "erased"}:
        model.paused_until = random.choice([None, now + timedelta(days=random.randint(1, 20))])
        membership.pause(person(session, model), model.paused_until)


def choose(session: Session, model: Model, random: Random, now: datetime) -> None:
    if model.stands == "confirmed":
        wanted = wishes(random)
        membership.choose(session, person(session, model), wanted, origin=ORIGIN, now=now)
        model.frequency, model.choice = wanted.frequency, wanted.choice


def object_to(session: Session, model: Model, _random: Random, now: datetime) -> None:
    if model.stands not in {"unknown", "erased"}:
        membership.object_to(session, person(session, model), origin=ORIGIN, now=now)
        model.stands, model.suppressed = "ended", True


def erase(session: Session, model: Model, _random: Random, now: datetime) -> None:
    if model.stands not in {"unknown", "erased"}:
        erasure.erase(session, person(session, model), origin=ORIGIN, now=now)
        model.stands, model.suppressed = "erased", True


def suppress(session: Session, model: Model, _random: Random, now: datetime) -> None:
    people.add_suppression(session, hash_address(SECRET, model.address), "test", now)
    model.suppressed = True


def unsuppress(session: Session, model: Model, _random: Random, _now: datetime) -> None:
    if model.stands != "erased":
        people.remove_suppression(session, hash_address(SECRET, model.address))
        model.suppressed = False


Act = Callable[[Session, Model, Random, datetime], None]
OFTEN: list[Act] = [join, confirm, join, confirm, choose, pause, leave, resubscribe]
SELDOM: list[Act] = [object_to, erase, suppress, unsuppress]


def person(session: Session, model: Model) -> Subscriber:
    return people.by_address(session, model.address)


def live(app: Newsletter, models: list[Model], random: Random, count: int) -> None:
    """Apply random operations to people."""
    with app.database.write() as session:
        for _ in range(count):
            act = random.choice(SELDOM if random.random() < 0.08 else OFTEN)
            act(session, random.choice(models), random, app.clock.now())
            session.flush()


def compose(app: Newsletter, random: Random, number: int) -> tuple[Edition, str, set[str], str]:
    """Compose an edition; returns its kind, topics and digest."""
    now = app.clock.now()
    with app.database.write() as session:
        kind, topic = random.choice(list(WANTS)), random.choice(TOPICS)
        if kind == "bulletin":
            topics = (topic,) if random.random() < 0.5 else ()
            draft = BulletinDraft(subject=f"B{number}", text="Come.", topics=topics, send_at=now)
            return compose_bulletin(session, app.config, draft, now), kind, set(topics), ""
        digest = random.choice(DIGESTS)
        about = "housing" if digest == "housing" else topic
        article = add_article(session, f"Story {number}", now, topics=[about])
        if kind == "article":
            return compose_single(session, app.config, article, now), kind, {about}, ""
        made = compose_digest(session, app.config, app.renderer, digest, period=None, now=now)
        assert isinstance(made, Edition)
        told = {topic.slug for article in articles_of(session, made.id) for topic in article.topics}
        return made, kind, told, digest


@pytest.mark.parametrize("seed", SEEDS)
def test_an_edition_reaches_exactly_its_audience(
    seed: int, tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    random, server = Random(seed), FaultySmtp()
    path = tmp_path / "newsletter.toml"
    text = smtp_config(database_url, server.port, 2)
    app = Newsletter(parse_config(text, path, {}), path, clock)
    models = [Model(address=f"p{n}@wexcombe.example") for n in range(PEOPLE)]
    live(app, models, random, PEOPLE * 5)
    try:
        for number in range(ROUNDS):
            expect_round(app, server, models, random, number)
            clock.at += timedelta(days=random.randint(0, 5), minutes=10)
    finally:
        server.stop()
        app.close()


def expect_round(
    app: Newsletter, server: FaultySmtp, models: list[Model], random: Random, number: int
) -> None:
    """Compose, fan out, apply operations while it waits, send, and compare the recipients."""
    edition, kind, topics, digest = compose(app, random, number)
    app.clock.at = max(app.clock.now(), edition.send_at)
    app.engine.prepare(edition.id)
    now = app.clock.now()
    chosen = [m for m in models if m.may_be_mailed(kind, now) and m.wants(kind, topics, digest)]
    live(app, models, random, ACTS)
    expected = sorted(m.address for m in chosen if m.may_be_mailed(kind, now))
    before = len(server.mails)
    app.engine.send(edition.id)
    assert sorted(mail.recipient for mail in server.mails[before:]) == expected
