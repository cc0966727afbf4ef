"""Corrections in digests: sent once, to subscribers with matching topics, without the article."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.articles.corrections import correct
from newsletter.articles.models import ArticleStatus
from newsletter.articles.store import set_status
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition

ANN, BEN = "ann@example.org", "ben@example.org"
NOTE = "It was forty trees."


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    """Ann takes everything, Ben housing; both were sent a digest, Ann with the trees."""
    site = make_app(tmp_path, database_url, clock, "[lint]\nlinks = false\n", transport)
    (tmp_path / "templates/digest/body.txt").write_text(
        "{% for a in articles %}* {{ a.title }}\n{% endfor %}"
        "{% for c in corrections %}! {{ c.title }}: {{ c.note }}\n{% endfor %}"
        "{{ person.unsubscribe_url }}\n"
        "{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}"
    )
    with site.database.write() as session:
        add_article(session, "Trees", clock.now(), topics=["parks"])
        add_article(session, "Homes", clock.now(), topics=["housing"])
        add_subscriber(session, ANN, clock.now())
        add_subscriber(session, BEN, clock.now(), topics=["housing"])
    send_digest(site)
    transport.taken.clear()
    clock.at += timedelta(days=1)
    yield site
    site.close()


def make_digest(app: Newsletter) -> Edition:
    app.clock.at += timedelta(days=1)
    now = app.clock.now()
    with app.database.write() as session:
        made = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
    assert isinstance(made, Edition)
    return made


def send_digest(app: Newsletter) -> None:
    app.engine.send(make_digest(app).id)


def publish(app: Newsletter, title: str) -> None:
    with app.database.write() as session:
        add_article(session, title, app.clock.now(), topics=["housing", "parks"])


def correct_trees(app: Newsletter) -> None:
    with app.database.write() as session:
        correct(session, 1, NOTE, app.clock.now())


def told(transport: RecordingTransport, address: str) -> list[str]:
    """The lines of the last mail with an article or a correction."""
    mails = [mail.content for mail in transport.taken if mail.recipient == address]
    return [line for line in mails[-1].decode().splitlines() if line.startswith(("* ", "! "))]


def test_the_next_digest_has_the_correction_without_the_article(
    app: Newsletter, transport: RecordingTransport
) -> None:
    correct_trees(app)
    publish(app, "More homes")
    send_digest(app)
    assert told(transport, ANN) == ["* More homes", f"! Trees: {NOTE}"]


def test_a_correction_outside_a_subscribers_topics_is_left_out(
    app: Newsletter, transport: RecordingTransport
) -> None:
    correct_trees(app)
    publish(app, "More homes")
    send_digest(app)
    assert told(transport, BEN) == ["* More homes"]


def test_a_correction_is_sent_once(app: Newsletter, transport: RecordingTransport) -> None:
    correct_trees(app)
    for title in ("More homes", "Still more homes"):
        publish(app, title)
        send_digest(app)
    assert told(transport, ANN) == ["* Still more homes"]


def test_a_correction_waits_for_a_digest_with_something_new(app: Newsletter) -> None:
    correct_trees(app)
    with pytest.raises(AssertionError):
        send_digest(app)


def test_an_article_corrected_before_its_digest_has_no_correction_entry(
    app: Newsletter, transport: RecordingTransport
) -> None:
    publish(app, "More homes")
    with app.database.write() as session:
        correct(session, 3, "It was nine.", app.clock.now())
    send_digest(app)
    publish(app, "Still more homes")
    send_digest(app)
    assert told(transport, ANN) == ["* Still more homes"]


def test_the_correction_of_a_withdrawn_article_is_left_out(
    app: Newsletter, transport: RecordingTransport
) -> None:
    correct_trees(app)
    publish(app, "More homes")
    edition = make_digest(app)
    with app.database.write() as session:
        set_status(session, 1, ArticleStatus.WITHDRAWN, app.clock.now())
    app.engine.send(edition.id)
    assert told(transport, ANN) == ["* More homes"]


def test_a_cancelled_edition_leaves_the_correction_to_the_next(
    app: Newsletter, transport: RecordingTransport
) -> None:
    correct_trees(app)
    publish(app, "More homes")
    edition = make_digest(app)
    with app.database.write() as session:
        control.cancel(session, edition.id, app.clock.now())
    send_digest(app)
    assert told(transport, ANN) == ["* More homes", f"! Trees: {NOTE}"]
