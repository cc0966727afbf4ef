"""Published corrections."""

from datetime import timedelta

import pytest
from support import add_article

from newsletter.articles import store
from newsletter.articles.corrections import correct
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound


@pytest.fixture
def number(database: Database, clock: FixedClock) -> int:
    with database.write() as session:
        published_at = clock.now() - timedelta(days=3)
        return add_article(session, "Trees planted", published_at, topics=("parks",)).id


def test_a_correction_moves_the_article_and_its_topic_but_not_its_tag(
    database: Database, number: int, clock: FixedClock
) -> None:
    with database.read() as session:
        before = store.get(session, number)
    with database.write() as session:
        correct(session, number, "  It was\n forty. ", clock.now())
    with database.read() as session:
        after = store.get(session, number)
        assert [note.note for note in store.corrections(session, [number])] == ["It was forty."]
        assert store.last_change(session, "parks") == after.changed_at
    assert after.updated_at == clock.now()
    assert after.changed_at > before.changed_at
    assert (after.uid, after.slug, after.published_at) == (
        before.uid,
        before.slug,
        before.published_at,
    )


def test_corrections_are_counted_within_their_article(
    database: Database, number: int, clock: FixedClock
) -> None:
    with database.write() as session:
        correct(session, number, "One.", clock.now())
        correct(session, number, "Two.", clock.now())
        assert [n.number for n in store.corrections(session, [number])] == [1, 2]


@pytest.mark.parametrize("note", ["", " \n", "x" * 1001])
def test_the_length_of_a_note_is_checked(
    database: Database, number: int, clock: FixedClock, note: str
) -> None:
    with database.write() as session, pytest.raises(InvalidInput, match="1 to 1000"):
        correct(session, number, note, clock.now())


def test_only_public_articles_can_be_corrected(
    database: Database, number: int, clock: FixedClock
) -> None:
    with database.write() as session:
        store.set_status(session, number, ArticleStatus.WITHDRAWN, clock.now())
        with pytest.raises(Conflict, match="withdrawn"):
            correct(session, number, "It was forty.", clock.now())
        with pytest.raises(ResourceNotFound):
            correct(session, 999, "It was forty.", clock.now())
