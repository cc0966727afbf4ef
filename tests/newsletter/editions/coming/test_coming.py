"""What people change in a coming digest is in the edition that is composed, and in no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import RecordingTransport, add_article

from newsletter.actions import digests, editions
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions import store
from newsletter.editions.coming.arrangement import ArrangementEdit
from newsletter.editions.digests.upcoming import coming_run
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict, InvalidInput
from newsletter.queries.editions.coming import coming_view
from newsletter.queries.editions.proofs import EditionProof, proof_of_digest
from newsletter.scheduling.digest_jobs import make_due_digests
from newsletter.staff.actors import Actor, operator

ANN = operator("ann")
BEN = operator("ben")
HOMES, BUSES, TREES = 1, 2, 3


@pytest.fixture(autouse=True)
def thursday(app: Newsletter, clock: FixedClock) -> None:
    """The day before Friday's digest, with three stories for it."""
    clock.at -= timedelta(days=1)
    make_due_digests(app)
    with app.database.write() as session:
        add_article(session, "Trees", clock.now() - timedelta(hours=5), topics=["parks"])
        for number in (HOMES, BUSES):
            found = session.get_one(store.Article, number)
            found.published_at = clock.now() - timedelta(hours=number)


def change(app: Newsletter, edit: ArrangementEdit, actor: Actor = ANN) -> None:
    digests.edit(app, actor, "friday", edit)


def titles(app: Newsletter, name: str = "friday") -> list[str]:
    """Of the coming edition."""
    with app.database.read() as session:
        return [s.title for s in coming_view(session, app.config, name, app.clock.now()).stories]


def composed(app: Newsletter, clock: FixedClock) -> Edition:
    """The edition that the schedule makes on Friday."""
    clock.at += timedelta(days=1)
    make_due_digests(app)
    return newest(app)


def newest(app: Newsletter) -> Edition:
    with app.database.read() as session:
        query = select(Edition).where(Edition.digest == "friday").order_by(Edition.id.desc())
        return session.scalars(query).first() or pytest.fail("there is no edition")


def told(app: Newsletter, edition: Edition) -> list[str]:
    with app.database.read() as session:
        names = store.titles_of(session, edition.id)
        return [names.get(a.id, a.title) for a in store.articles_of(session, edition.id)]


def proof(app: Newsletter) -> EditionProof:
    with app.database.read() as session:
        found = proof_of_digest(session, app, "friday", app.clock.now())
    assert isinstance(found, EditionProof)
    return found


def test_the_edition_is_composed_as_it_was_arranged(app: Newsletter, clock: FixedClock) -> None:
    change(app, ArrangementEdit(lead=TREES))
    change(app, ArrangementEdit(drop=BUSES))
    change(app, ArrangementEdit(titles={HOMES: "Homes for all"}, introduction="Good morning."))
    edition = composed(app, clock)
    assert told(app, edition) == ["Trees", "Homes for all"]
    assert edition.introduction == "Good morning."
    assert edition.subject == "Trees"


def test_the_greeting_and_the_titles_are_mailed(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    change(app, ArrangementEdit(lead=HOMES, titles={HOMES: "Homes for all"}))
    composed(app, clock)
    app.engine.send_due()
    assert all(b"Homes for all" in mail.content for mail in transport.taken if mail.recipient)


def test_the_next_edition_knows_nothing_of_it(app: Newsletter, clock: FixedClock) -> None:
    change(app, ArrangementEdit(drop=BUSES, introduction="Good morning."))
    composed(app, clock)
    clock.at += timedelta(days=7)
    make_due_digests(app)
    following = newest(app)
    assert told(app, following) == ["Buses"]
    assert following.introduction == ""


def test_a_later_article_stands_below_the_arranged_ones(app: Newsletter, clock: FixedClock) -> None:
    change(app, ArrangementEdit(lead=TREES))
    with app.database.write() as session:
        add_article(session, "Flood", clock.now(), topics=["housing"])
    assert titles(app) == ["Trees", "Homes", "Buses", "Flood"]


def test_a_story_dropped_for_good_is_never_taken(app: Newsletter, clock: FixedClock) -> None:
    change(app, ArrangementEdit(drop_for_good=BUSES))
    composed(app, clock)
    clock.at += timedelta(days=7)
    make_due_digests(app)
    assert newest(app).state is EditionState.EMPTY
    change(app, ArrangementEdit(restore=BUSES))
    assert titles(app) == ["Buses"]


def test_a_skipped_run_mails_nobody_and_keeps_the_stories(
    app: Newsletter, clock: FixedClock
) -> None:
    digests.skip(app, ANN, "friday", "2026-11-27")
    assert composed(app, clock).state is EditionState.SKIPPED
    assert titles(app) == ["Homes", "Buses", "Trees"]


def test_a_skipped_run_can_be_let_happen(app: Newsletter, clock: FixedClock) -> None:
    digests.skip(app, ANN, "friday", "2026-11-27")
    digests.unskip(app, ANN, "friday", "2026-11-27")
    assert composed(app, clock).state is EditionState.QUEUED


def test_a_later_run_can_be_skipped_and_the_coming_one_stays(
    app: Newsletter, clock: FixedClock
) -> None:
    digests.skip(app, ANN, "friday", "2026-12-04")
    with app.database.read() as session:
        coming = coming_run(session, app.config, "friday", clock.now())
    assert coming is not None
    assert coming.period == "2026-11-27"


@pytest.mark.parametrize("period", ["2026-11-20", "2026-11-28", "2126-12-06", "soon", ""])
def test_only_a_run_to_come_is_skipped(app: Newsletter, period: str) -> None:
    with pytest.raises(Conflict, match="is not to come"):
        digests.skip(app, ANN, "friday", period)


def test_a_run_is_skipped_once(app: Newsletter) -> None:
    digests.skip(app, ANN, "friday", "2026-12-04")
    with pytest.raises(Conflict, match="is not to come"):
        digests.skip(app, ANN, "friday", "2026-12-04")


def test_a_held_edition_waits_for_a_person(app: Newsletter, clock: FixedClock) -> None:
    digests.hold(app, ANN, "friday")
    edition = composed(app, clock)
    assert edition.state is EditionState.DRAFT
    assert editions.approve(app, ANN, edition.id) == 0
    assert newest(app).state is EditionState.QUEUED


def test_a_digest_held_keeps_back_those_in_the_same_mail(
    app: Newsletter, clock: FixedClock
) -> None:
    digests.hold(app, ANN, "housing")
    assert composed(app, clock).state is EditionState.DRAFT


def test_a_released_edition_leaves_at_its_time_without_later_stories(
    app: Newsletter, clock: FixedClock
) -> None:
    made = digests.release(app, ANN, "friday", seen=proof(app).fingerprint)
    with app.database.write() as session:
        add_article(session, "Flood", clock.now())
    edition = composed(app, clock)
    assert edition.id == made.number
    assert (edition.state, edition.send_at) == (EditionState.QUEUED, clock.now())
    assert told(app, edition) == ["Homes", "Buses", "Trees"]


def test_an_edition_sent_by_hand_takes_the_place_of_the_coming_one(
    app: Newsletter, clock: FixedClock
) -> None:
    made = digests.release(app, ANN, "friday", seen=None, at_once=True)
    assert made.send_at == clock.now() + app.config.bulletins.undo
    assert composed(app, clock).id == made.number


def test_a_change_since_the_look_refuses_the_release(app: Newsletter) -> None:
    seen = proof(app).fingerprint
    change(app, ArrangementEdit(drop=BUSES), BEN)
    with pytest.raises(Conflict, match="changed since you looked"):
        digests.release(app, ANN, "friday", seen=seen)
    assert titles(app) == ["Homes", "Trees"]


def test_a_second_press_releases_nothing_more(app: Newsletter) -> None:
    seen = proof(app).fingerprint
    digests.release(app, ANN, "friday", seen=seen)
    with pytest.raises(Conflict):
        digests.release(app, ANN, "friday", seen=seen)


def test_a_released_edition_is_edited_again_before_it_leaves(app: Newsletter) -> None:
    made = digests.release(app, ANN, "friday", seen=None)
    editions.reopen(app, ANN, made.number)
    editions.edit(app, ANN, made.number, ArrangementEdit(drop=HOMES))
    editions.edit(app, ANN, made.number, ArrangementEdit(lead=TREES))
    assert told(app, newest(app)) == ["Trees", "Buses"]
    assert newest(app).state is EditionState.DRAFT
    assert newest(app).subject == "Trees"


def test_a_story_dropped_from_a_draft_is_free_for_the_next_edition(app: Newsletter) -> None:
    made = digests.submit(app, ANN, "friday", seen=None)
    editions.edit(app, ANN, made.number, ArrangementEdit(drop=HOMES))
    assert titles(app) == ["Homes"]
    editions.edit(app, ANN, made.number, ArrangementEdit(restore=HOMES))
    assert titles(app) == []


def test_the_last_story_of_a_draft_cannot_be_dropped(app: Newsletter) -> None:
    made = digests.submit(app, ANN, "friday", seen=None)
    editions.edit(app, ANN, made.number, ArrangementEdit(drop=HOMES))
    editions.edit(app, ANN, made.number, ArrangementEdit(drop=BUSES))
    with pytest.raises(InvalidInput, match="cancel the edition instead"):
        editions.edit(app, ANN, made.number, ArrangementEdit(drop=TREES))


def test_a_draft_takes_no_story_of_another_edition(app: Newsletter, clock: FixedClock) -> None:
    composed(app, clock)
    with app.database.write() as session:
        add_article(session, "Flood", clock.now())
    clock.at += timedelta(days=7)
    made = digests.submit(app, ANN, "friday", seen=None)
    with pytest.raises(InvalidInput, match="it is in another edition"):
        editions.edit(app, ANN, made.number, ArrangementEdit(restore=HOMES))


def test_a_preview_writes_nothing(app: Newsletter) -> None:
    assert proof(app).fingerprint == proof(app).fingerprint
    with app.database.read() as session:
        assert session.scalars(select(Edition)).all() == []
