"""Single-article editions: sent once, to those who chose them, never for old articles."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.articles import store as articles
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.editions.models import Edition, EditionKind
from newsletter.scheduling.digest_jobs import make_due_articles
from subscribers import store as people
from subscribers.models import Frequency
from subscribers.topics import Choice

ON = "[each_article]\nis_on = true\n"
DELAY = timedelta(minutes=10)
TEMPLATE = (
    "<html lang='en'><body><p>{{ person.greeting }}</p><h1>{{ lead.title }}</h1>"
    "<a href='{{ person.unsubscribe_url }}'>leave</a>"
    "<p>{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}</p></body></html>"
)


@pytest.fixture
def recorder() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, clock: FixedClock, recorder: RecordingTransport
) -> Iterator[Newsletter]:
    """A site that has been mailing articles since yesterday."""
    site = make_app(tmp_path, database_url, clock, extra=ON, transport=recorder)
    for name, text in (("body.html", TEMPLATE), ("body.txt", TEMPLATE)):
        path = tmp_path / "templates" / "article" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    clock.at -= timedelta(days=1)
    make_due_articles(site)
    clock.at += timedelta(days=1)
    yield site
    site.close()


def publish(app: Newsletter, title: str, **values: object) -> int:
    with app.database.write() as session:
        return add_article(session, title, app.clock.now(), topics=["housing"], **values).id


def join(app: Newsletter, address: str, frequency: Frequency, *topics: str) -> int:
    with app.database.write() as session:
        person = add_subscriber(
            session, address, app.clock.now(), topics=topics, frequency=frequency
        )
        return person.id


def look(app: Newsletter, clock: FixedClock) -> None:
    clock.at += DELAY
    make_due_articles(app)
    app.engine.send_due()


def subjects(app: Newsletter) -> list[str]:
    with app.database.read() as session:
        query = select(Edition.subject).where(Edition.kind == EditionKind.ARTICLE)
        return list(session.scalars(query.order_by(Edition.id)))


def test_an_article_is_mailed_once_to_those_who_chose_each(
    app: Newsletter, clock: FixedClock, recorder: RecordingTransport
) -> None:
    for frequency in Frequency:
        join(app, f"{frequency.value}@example.org", frequency)
    publish(app, "Homes")
    for _ in range(3):
        look(app, clock)
    assert sorted(mail.recipient for mail in recorder.taken) == [
        "articles@example.org",
        "everything@example.org",
    ]
    assert b"List-Id:" in recorder.taken[0].content
    assert b"<articles.wexcombe.example>" in recorder.taken[0].content


def test_topics_filter_single_articles_and_digests_do_not(
    app: Newsletter, clock: FixedClock, recorder: RecordingTransport
) -> None:
    join(app, "other@example.org", Frequency.ARTICLES, "policing")
    number = join(app, "ann@example.org", Frequency.ARTICLES, "housing")
    with app.database.write() as session:
        choice = Choice(topics=("housing",), digests=("friday",))
        person = people.by_id(session, number)
        person.choice_id = people.choice_for(session, choice)
    publish(app, "Homes")
    look(app, clock)
    assert [mail.recipient for mail in recorder.taken] == ["ann@example.org"]


def test_sending_of_a_single_article_is_delayed(app: Newsletter, clock: FixedClock) -> None:
    publish(app, "Homes")
    clock.at += DELAY - timedelta(seconds=1)
    make_due_articles(app)
    assert subjects(app) == []


@pytest.mark.parametrize("status", [ArticleStatus.DRAFT, ArticleStatus.WITHDRAWN])
def test_unpublished_articles_are_not_mailed(
    app: Newsletter, clock: FixedClock, status: ArticleStatus
) -> None:
    publish(app, "Homes", status=status)
    look(app, clock)
    assert subjects(app) == []


def test_articles_from_before_registration_are_not_mailed(
    tmp_path: Path, app: Newsletter, clock: FixedClock
) -> None:
    with app.database.write() as session:
        add_article(session, "Old", clock.now() - timedelta(hours=25))
    look(app, clock)
    assert subjects(app) == []


def test_an_article_withdrawn_after_composition_is_not_sent(
    app: Newsletter, clock: FixedClock, recorder: RecordingTransport
) -> None:
    join(app, "ann@example.org", Frequency.ARTICLES)
    number = publish(app, "Homes")
    clock.at += DELAY
    make_due_articles(app)
    with app.database.write() as session:
        articles.by_ids(session, [number])[number].status = ArticleStatus.WITHDRAWN
    app.engine.send_due()
    assert recorder.taken == []


def test_a_cancelled_single_article_edition_is_not_composed_again(
    app: Newsletter, clock: FixedClock
) -> None:
    publish(app, "Homes")
    clock.at += DELAY
    make_due_articles(app)
    with app.database.write() as session:
        control.cancel(session, store.newest(session, 1)[0].id, clock.now())
    make_due_articles(app)
    assert subjects(app) == ["Homes"]


def test_single_article_editions_are_not_in_the_archive(app: Newsletter, clock: FixedClock) -> None:
    join(app, "ann@example.org", Frequency.ARTICLES)
    publish(app, "Homes")
    look(app, clock)
    with app.database.read() as session:
        assert store.public(session, limit=10) == []


def test_no_single_article_editions_when_disabled(
    tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    site = make_app(tmp_path, database_url, clock)
    publish(site, "Homes")
    look(site, clock)
    assert subjects(site) == []
    site.close()
