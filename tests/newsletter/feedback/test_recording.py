"""What follows from an event, for the subscriber it is about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sent_site import ANN, BEN, Site, told
from sqlalchemy import func, select, update

from newsletter.actions import feedback, subscribers
from newsletter.app import Newsletter
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict, InvalidInput, NotAllowed, ResourceNotFound
from newsletter.feedback import store
from newsletter.feedback.models import FeedbackEvent
from newsletter.queries import feedback as queries
from newsletter.scheduling.feedback_jobs import record_refusals
from newsletter.staff.actors import VISITOR, operator
from newsletter.transports.base import Refused
from newsletter.transports.events import EventKind, EventSource
from subscribers import address_change, membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.models import SubscriberStatus

BOB = operator("bob")


def events(app: Newsletter) -> list[queries.EventView]:
    with app.database.read() as session:
        return queries.events(session, kinds=tuple(EventKind))


def count(app: Newsletter) -> int:
    with app.database.read() as session:
        return session.scalars(select(func.count()).select_from(FeedbackEvent)).one()


def test_a_hard_bounce_suppresses_at_once_with_the_servers_words(site: Site) -> None:
    edition = site.send()
    number = site.delivery(edition).id
    site.tell(told(EventKind.HARD, delivery=number, status="5.1.1", reason="User unknown"))
    assert site.suppression() == "the address takes no mail: 5.1.1 User unknown"


def test_one_odd_event_does_not_keep_the_others_from_being_recorded(site: Site) -> None:
    number = site.delivery(site.send()).id
    odd = told(
        EventKind.UNKNOWN,
        recipient="a\0\ud800@wexcombe.example",
        status="\0",
        at=site.clock.now() + timedelta(days=3000),
    )
    assert site.tell(odd, told(EventKind.HARD, delivery=number)).events == 2
    assert {event.at for event in events(site.app)} == {site.clock.now()}


def test_a_complaint_suppresses_at_once(site: Site) -> None:
    site.bounce(site.send(), EventKind.COMPLAINT)
    assert site.suppression() == "called a mail spam"


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.SOFT,
        EventKind.FULL,
        EventKind.BLOCKED,
        EventKind.AUTOREPLY,
        EventKind.SUCCESS,
        EventKind.DELAYED,
        EventKind.UNKNOWN,
    ],
)
def test_nothing_else_suppresses_at_once(site: Site, kind: EventKind) -> None:
    site.bounce(site.send(), kind)
    assert site.suppression() is None


def test_a_suppressed_subscriber_is_not_in_the_next_edition(site: Site) -> None:
    site.bounce(site.send(), EventKind.HARD)
    site.transport.taken.clear()
    site.send()
    assert ANN not in {mail.recipient for mail in site.transport.taken}


@pytest.mark.parametrize("kind", [EventKind.SOFT, EventKind.FULL])
def test_five_temporary_bounces_in_a_row_over_ten_days_suppress(
    site: Site, kind: EventKind
) -> None:
    for _ in range(4):
        site.bounce(site.send(), kind)
        site.clock.at += timedelta(days=3)
    assert site.suppression() is None
    site.bounce(site.send(), kind)
    assert site.suppression() is not None


def test_five_temporary_bounces_within_ten_days_do_not_suppress(site: Site) -> None:
    for _ in range(6):
        site.bounce(site.send())
        site.clock.at += timedelta(days=1)
    assert site.suppression() is None


def test_several_reports_on_one_mail_are_one_bounce(site: Site) -> None:
    number = site.delivery(site.send()).id
    for _ in range(6):
        site.clock.at += timedelta(days=3)
        site.tell(told(EventKind.SOFT, delivery=number, at=site.clock.now()))
    assert site.suppression() is None


def test_a_mail_that_arrived_in_between_begins_anew(site: Site) -> None:
    for bounces in (True, True, True, False, True, True):
        edition = site.send()
        if bounces:
            site.bounce(edition)
        site.clock.at += timedelta(days=3)
    assert site.suppression() is None


def test_a_refusal_of_the_sender_never_suppresses(site: Site) -> None:
    for _ in range(8):
        site.bounce(site.send(), EventKind.BLOCKED)
        site.clock.at += timedelta(days=3)
    assert site.suppression() is None


def test_an_event_told_again_counts_once(site: Site) -> None:
    event = told(EventKind.HARD, recipient=ANN, provider_id="e-1")
    site.send()
    first, again = site.tell(event, event), site.tell(replace(event, reason="told anew"))
    assert (first.events, again.events, count(site.app)) == (1, 0, 1)


def test_a_thousand_events_recorded_twice_count_once(site: Site) -> None:
    batch = [told(EventKind.SUCCESS, recipient=ANN, provider_id=f"e-{n}") for n in range(1000)]
    site.tell(*batch)
    again = site.tell(*batch)
    assert (count(site.app), again.repeats) == (1000, 1000)


def test_an_event_without_an_id_is_known_by_its_content(site: Site) -> None:
    event = told(EventKind.UNKNOWN, evidence=b"what came")
    site.tell(event)
    site.tell(event, replace(event, evidence=b"something else"))
    assert count(site.app) == 2


def test_an_event_names_its_delivery_by_the_message_id(site: Site) -> None:
    edition = site.send()
    number = site.delivery(edition).id
    ours = f"<e{edition}.66f1a2b3.{number}@wexcombe.example>"
    site.tell(told(EventKind.HARD, recipient=ANN, message_id=ours))
    assert events(site.app)[0].delivery == number


def test_an_address_alone_names_the_last_mail_it_was_sent(site: Site) -> None:
    site.send()
    number = site.delivery(site.send()).id
    site.tell(told(EventKind.SOFT, recipient="Ann@WEXCOMBE.example"))
    assert events(site.app)[0].delivery == number


def test_a_report_without_proof_about_nobody_mailed_lately_changes_nothing(site: Site) -> None:
    site.send()
    site.clock.at += timedelta(days=30)
    site.tell(told(EventKind.HARD, recipient=ANN, is_proven=False))
    assert site.suppression() is None
    assert count(site.app) == 1


def test_a_guessed_message_id_does_not_suppress_somebody_else(site: Site) -> None:
    edition = site.send()
    guessed = f"<e{edition}.1.{site.delivery(edition).id}@wexcombe.example>"
    forged = told(EventKind.HARD, recipient="x@y.org", message_id=guessed, is_proven=False)
    site.tell(forged)
    assert site.suppression() is None


def test_a_bounce_of_an_earlier_address_leaves_the_new_one_alone(site: Site) -> None:
    number = site.delivery(site.send()).id
    site.clock.at += timedelta(days=1)
    with site.app.database.write() as session:
        ann = people.by_address(session, ANN)
        secret, now = site.app.secret, site.clock.now()
        address_change.request_change(session, ann, secret, "ann@new.org", now)
        address_change.move(session, ann, secret, origin=ConsentOrigin(source="test"), now=now)
    site.tell(told(EventKind.HARD, delivery=number, recipient=ANN))
    assert site.suppression("ann@new.org") is None


def test_an_unknown_recipient_is_recorded_without_consequence(site: Site) -> None:
    recorded = site.tell(told(EventKind.HARD, recipient="nobody@elsewhere.org"))
    assert (recorded.events, recorded.suppressed) == (1, [])


def test_leaving_at_a_provider_ends_the_subscription(site: Site) -> None:
    site.send()
    site.tell(told(EventKind.UNSUBSCRIBE, recipient=ANN))
    with site.app.database.read() as session:
        assert people.by_address(session, ANN).status is SubscriberStatus.ENDED


def test_no_address_stays_in_the_reason_of_an_event(site: Site) -> None:
    site.tell(told(EventKind.SOFT, recipient=ANN, reason=f"<{ANN}>: x@y.org is away"))
    assert "@" not in events(site.app)[0].reason


def test_a_report_is_stored_byte_by_byte(site: Site) -> None:
    site.tell(told(EventKind.UNKNOWN, evidence=b"\xff raw"))
    with site.app.database.read() as session:
        kept = store.find_evidence(session, 1)
    assert kept is not None
    assert kept.content == b"\xff raw"


def test_a_refusal_at_sending_is_an_event_of_its_own(site: Site) -> None:
    site.transport.answers[BEN] = Refused(response="550 5.1.1 no such user")
    site.send()
    record_refusals(site.app)
    record_refusals(site.app)
    found = [(event.kind, event.source, event.address) for event in events(site.app)]
    assert found == [(EventKind.HARD, EventSource.ANSWER, BEN)]
    assert site.suppression(BEN) is not None


@pytest.mark.parametrize("state", [EditionState.STOPPED, EditionState.CANCELLED])
def test_refusals_of_an_edition_that_stands_still_count_against_nobody(
    site: Site, state: EditionState
) -> None:
    site.transport.answers[BEN] = Refused(response="550 Invalid recipient")
    site.send()
    with site.app.database.write() as session:
        session.execute(update(Edition).values(state=state))
    record_refusals(site.app)
    assert events(site.app) == []
    assert site.suppression(BEN) is None


def test_young_refusals_of_an_edition_under_way_wait(site: Site) -> None:
    site.transport.answers[BEN] = Refused(response="550 5.1.1 no such user")
    site.send()
    with site.app.database.write() as session:
        session.execute(update(Edition).values(state=EditionState.SENDING, finished_at=None))
    record_refusals(site.app)
    assert events(site.app) == []
    site.clock.at += timedelta(minutes=10)
    record_refusals(site.app)
    assert len(events(site.app)) == 1


def test_undoing_lifts_the_suppression_and_keeps_the_reason(site: Site) -> None:
    site.bounce(site.send(), EventKind.HARD)
    feedback.undo(site.app, BOB, 1, "their server was misconfigured")
    assert site.suppression() is None
    assert events(site.app)[0].undone_because == "their server was misconfigured"


def test_an_undone_streak_is_counted_anew(site: Site) -> None:
    for _ in range(5):
        site.bounce(site.send())
        site.clock.at += timedelta(days=3)
    feedback.undo(site.app, BOB, 5, "the mailbox was emptied")
    site.bounce(site.send())
    assert site.suppression() is None


@pytest.mark.parametrize(
    ("number", "because", "error"),
    [(1, " ", InvalidInput), (2, "x", ResourceNotFound), (1, "x", Conflict)],
)
def test_undoing_needs_a_reason_and_something_to_undo(
    site: Site, number: int, because: str, error: type[Exception]
) -> None:
    site.bounce(site.send(), EventKind.SOFT)
    with pytest.raises(error):
        feedback.undo(site.app, BOB, number, because)


def test_a_suppression_with_another_reason_since_is_not_undone(site: Site) -> None:
    site.bounce(site.send(), EventKind.HARD)
    site.clock.at += timedelta(days=1)
    with site.app.database.write() as session:
        ann = people.by_address(session, ANN)
        people.remove_suppression(session, ann.address_hash)
        membership.object_to(
            session, ann, origin=ConsentOrigin(source="test"), now=site.clock.now()
        )
    with pytest.raises(Conflict):
        feedback.undo(site.app, BOB, 1, "a mistake")


def test_visitors_tell_nothing(site: Site) -> None:
    with pytest.raises(NotAllowed):
        feedback.record(site.app, VISITOR, [told(EventKind.HARD, recipient=ANN)])


def test_an_export_has_what_came_back_of_their_mails(site: Site) -> None:
    site.bounce(site.send(), EventKind.HARD)
    found = subscribers.disclose(site.app, BOB, 1)["came_back"]
    assert [event["what"] for event in found] == ["hard"]


def test_an_erasure_forgets_what_arrived(site: Site) -> None:
    site.tell(told(EventKind.SOFT, delivery=site.delivery(site.send()).id, evidence=b"to Ann"))
    subscribers.erase(site.app, BOB, 1)
    with site.app.database.read() as session:
        assert store.find_evidence(session, 1) is None
