"""Who approves an edition, and of what."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.actions import articles, bulletins, digests, editions, staff
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions import store
from newsletter.editions.approvals import store as approvals
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.coming.arrangement import ArrangementEdit
from newsletter.editions.composing.composition import Composition
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict, NotAllowed
from newsletter.queries.editions.approvals import ApprovalStatus, approval_status
from newsletter.scheduling.digest_jobs import ask_for_approvals
from newsletter.staff.account_models import StaffMember
from newsletter.staff.actors import Actor, operator, staff_member
from newsletter.staff.permissions import Role

ANN, BEN, CAT = operator("ann"), operator("ben"), operator("cat")
EDITOR = staff_member(7, Role.EDITOR)
Site = Callable[[str], Newsletter]


@pytest.fixture
def site(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Site]:
    """Makes a site whose digest has an approval rule."""
    made = []

    def make(rule: str) -> Newsletter:
        extra = (
            f'[digests.careful]\nname = "Careful"\ntogether = false\napproval = "{rule}"\n'
            '[alarms]\naddress = "office@wexcombe.example"\n'
        )
        app = make_app(tmp_path, sqlite_url, clock, extra, transport)
        made.append(app)
        with app.database.write() as session:
            add_article(session, "Homes", clock.now() - timedelta(hours=1))
            add_article(session, "Buses", clock.now() - timedelta(hours=2))
            add_subscriber(session, "zoe@wexcombe.example", clock.now())
        return app

    yield make
    for app in made:
        app.close()


def submitted(app: Newsletter, actor: Actor = ANN) -> int:
    return digests.submit(app, actor, "careful", seen=None).number


def edition(app: Newsletter, number: int) -> Edition:
    with app.database.read() as session:
        return store.by_id(session, number)


def status(app: Newsletter, number: int, actor: Actor) -> ApprovalStatus:
    with app.database.read() as session:
        found = Composition.of(session, store.by_id(session, number))
        return approval_status(session, found, str(actor))


def test_an_author_may_approve_where_any_sender_may(site: Site) -> None:
    app = site("sender")
    assert digests.release(app, ANN, "careful", seen=None).state is EditionState.QUEUED


def test_another_person_than_the_author_has_to_approve(site: Site) -> None:
    app = site("another")
    digests.edit(app, ANN, "careful", ArrangementEdit(lead=2))
    number = submitted(app)
    with pytest.raises(Conflict, match="ask another sender"):
        editions.approve(app, ANN, number)
    assert editions.approve(app, BEN, number) == 0
    assert edition(app, number).state is EditionState.QUEUED


def test_an_author_who_releases_it_asks_another_person(site: Site) -> None:
    app = site("another")
    digests.edit(app, ANN, "careful", ArrangementEdit(lead=2))
    made = digests.release(app, ANN, "careful", seen=None, at_once=True)
    assert made.state is EditionState.DRAFT
    assert editions.approve(app, BEN, made.number) == 0


def test_as_many_as_are_asked_for_have_to_approve_each_once(site: Site) -> None:
    app = site("several")
    number = submitted(app)
    assert editions.approve(app, ANN, number) == 1
    assert editions.approve(app, ANN, number) == 1
    assert edition(app, number).state is EditionState.DRAFT
    assert editions.approve(app, BEN, number) == 0


@pytest.mark.parametrize(
    "take_away",
    [
        lambda app, number: staff.end(app, ANN, number),
        lambda app, number: staff.change_role(app, ANN, number, Role.EDITOR),
    ],
    ids=["access ended", "role changed"],
)
def test_an_approval_counts_no_more_once_its_giver_may_not_approve(
    site: Site, clock: FixedClock, take_away: Callable[[Newsletter, int], object]
) -> None:
    app = site("several")
    gus, eve = add_senders(app, clock, "gus", "eve")
    number = submitted(app)
    assert editions.approve(app, gus, number) == 1
    take_away(app, 1)
    assert editions.approve(app, eve, number) == 1
    assert editions.approve(app, BEN, number) == 0


def test_approvals_of_what_has_changed_since_do_not_count(site: Site) -> None:
    app = site("several")
    number = submitted(app)
    editions.approve(app, ANN, number)
    editions.edit(app, CAT, number, ArrangementEdit(drop=2))
    assert editions.approve(app, BEN, number) == 1


def test_approving_what_has_changed_since_the_look_is_refused(site: Site) -> None:
    app = site("sender")
    number = submitted(app)
    seen = status(app, number, BEN).fingerprint
    editions.edit(app, CAT, number, ArrangementEdit(introduction="Good morning."))
    with pytest.raises(Conflict, match="changed since you looked"):
        editions.approve(app, BEN, number, seen=seen)


def test_a_second_look_shows_the_changes(site: Site) -> None:
    app = site("sender")
    number = submitted(app)
    editions.record_view(app, BEN, number)
    editions.edit(app, CAT, number, ArrangementEdit(drop=2, titles={1: "Homes for all"}))
    assert status(app, number, BEN).changes == [
        "The subject was “Homes”, and is “Homes for all”.",
        "Dropped: “Buses”.",
        "“Homes” is now called “Homes for all”.",
    ]
    editions.record_view(app, BEN, number)
    assert status(app, number, BEN).changes == []


def test_an_editor_submits_and_cannot_approve(site: Site) -> None:
    app = site("sender")
    number = submitted(app, EDITOR)
    with pytest.raises(NotAllowed):
        editions.approve(app, EDITOR, number)


def test_the_senders_are_asked_by_mail_once(site: Site, transport: RecordingTransport) -> None:
    app = site("sender")
    number = submitted(app)
    ask_for_approvals(app, {})
    ask_for_approvals(app, {})
    [mail] = transport.taken
    text = mail.content.decode()
    for told in ("Homes", "Buses", "1 person", f"/console/editions/{number}/look"):
        assert told in text.replace("=\r\n", "")


def test_only_those_are_asked_whose_approval_counts(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("another")
    with app.database.write() as session:
        for role in (Role.OWNER, Role.SENDER, Role.EDITOR):
            session.add(
                StaffMember(
                    email=f"{role}@wexcombe.example",
                    name=role,
                    role=role,
                    granted=[],
                    password_hash="",
                    invited_at=clock.now(),
                    joined_at=clock.now(),
                )
            )
    digests.edit(app, staff_member(1, Role.OWNER), "careful", ArrangementEdit(lead=2))
    submitted(app)
    ask_for_approvals(app, {})
    assert [mail.recipient for mail in transport.taken] == ["sender@wexcombe.example"]


def add_senders(app: Newsletter, clock: FixedClock, *names: str) -> list[Actor]:
    """Senders with the addresses NAME@wexcombe.example."""
    with app.database.write() as session:
        for name in names:
            session.add(
                StaffMember(
                    email=f"{name}@wexcombe.example",
                    name=name,
                    role=Role.SENDER,
                    granted=[],
                    password_hash="",
                    invited_at=clock.now(),
                    joined_at=clock.now(),
                )
            )
    return [staff_member(number, Role.SENDER) for number in range(1, len(names) + 1)]


def asked_again(app: Newsletter, clock: FixedClock, transport: RecordingTransport) -> list[str]:
    """Who is asked after a while; what they were asked before is forgotten."""
    transport.taken.clear()
    clock.at += timedelta(minutes=10)
    ask_for_approvals(app, {})
    return sorted(mail.recipient for mail in transport.taken)


def test_a_draft_that_did_not_change_is_not_asked_about_again(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    add_senders(app, clock, "dora")
    submitted(app)
    ask_for_approvals(app, {})
    assert asked_again(app, clock, transport) == []


def test_the_senders_are_asked_again_once_about_a_draft_that_changed(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    add_senders(app, clock, "dora", "emil")
    number = submitted(app)
    ask_for_approvals(app, {})
    editions.edit(app, CAT, number, ArrangementEdit(drop=2))
    addresses = ["dora@wexcombe.example", "emil@wexcombe.example"]
    assert asked_again(app, clock, transport) == addresses
    assert asked_again(app, clock, transport) == []


def test_a_draft_that_is_made_of_the_same_has_the_same_inputs(
    site: Site, clock: FixedClock
) -> None:
    app = site("sender")
    number = submitted(app)
    with app.database.read() as session:
        before = approvals.inputs_of(session, number)
    clock.at += timedelta(minutes=10)
    with app.database.read() as session:
        assert approvals.inputs_of(session, number) == before


CHANGES: dict[str, Callable[[Newsletter, int], object]] = {
    "a story is dropped": lambda app, number: editions.edit(
        app, CAT, number, ArrangementEdit(drop=2)
    ),
    "a story is renamed": lambda app, number: editions.edit(
        app, CAT, number, ArrangementEdit(titles={1: "Homes for all"})
    ),
    "a greeting": lambda app, number: editions.edit(
        app, CAT, number, ArrangementEdit(introduction="Hello.")
    ),
    "another order": lambda app, number: editions.edit(app, CAT, number, ArrangementEdit(lead=2)),
    "an article is withdrawn": lambda app, _: articles.withdraw(app, CAT, ["1"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_a_draft_changes_its_inputs(
    site: Site, change: Callable[[Newsletter, int], object]
) -> None:
    app = site("sender")
    number = submitted(app)
    with app.database.read() as session:
        before = approvals.inputs_of(session, number)
    change(app, number)
    with app.database.read() as session:
        assert approvals.inputs_of(session, number) != before


def test_a_draft_that_changes_while_it_is_watched_is_asked_about_again(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app, watched = site("sender"), dict[int, str]()
    add_senders(app, clock, "dora")
    number = submitted(app)
    for _ in range(3):
        ask_for_approvals(app, watched)
        clock.at += timedelta(minutes=10)
    editions.edit(app, CAT, number, ArrangementEdit(drop=2))
    ask_for_approvals(app, watched)
    assert [mail.recipient for mail in transport.taken] == 2 * ["dora@wexcombe.example"]


def test_many_changes_in_a_short_time_are_one_mail(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    add_senders(app, clock, "dora")
    number = submitted(app)
    ask_for_approvals(app, {})
    transport.taken.clear()
    for minute, words in enumerate(("Hello.", "Good morning.", "Dear friends.")):
        clock.at += timedelta(minutes=minute)
        editions.edit(app, CAT, number, ArrangementEdit(introduction=words))
        ask_for_approvals(app, {})
    assert transport.taken == []
    assert asked_again(app, clock, transport) == ["dora@wexcombe.example"]


def test_an_approver_who_has_seen_the_changed_draft_is_not_asked_again(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    [dora, _] = add_senders(app, clock, "dora", "emil")
    number = submitted(app)
    ask_for_approvals(app, {})
    editions.edit(app, CAT, number, ArrangementEdit(drop=2))
    editions.record_view(app, dora, number)
    assert asked_again(app, clock, transport) == ["emil@wexcombe.example"]


def test_an_approver_is_not_asked_about_their_own_change(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    [dora, _] = add_senders(app, clock, "dora", "emil")
    number = submitted(app)
    ask_for_approvals(app, {})
    editions.record_view(app, dora, number)
    editions.edit(app, dora, number, ArrangementEdit(drop=2))
    assert asked_again(app, clock, transport) == ["emil@wexcombe.example"]


def test_the_second_mail_tells_what_changed_since_the_look(
    site: Site, transport: RecordingTransport, clock: FixedClock
) -> None:
    app = site("sender")
    [dora] = add_senders(app, clock, "dora")
    number = submitted(app)
    ask_for_approvals(app, {})
    editions.record_view(app, dora, number)
    editions.edit(app, CAT, number, ArrangementEdit(drop=2))
    asked_again(app, clock, transport)
    text = transport.taken[0].content.decode().replace("=\r\n", "")
    for told in ("It has changed since you looked at it", "Dropped:", "Buses"):
        assert told in text


def test_a_bulletin_of_an_editor_waits_for_a_sender(site: Site, clock: FixedClock) -> None:
    app = site("off")
    saved = bulletins.save(app, EDITOR, Writing(subject="Flood", text="Stay home."))
    made = bulletins.submit(app, EDITOR, saved.number)
    assert made.state is EditionState.DRAFT
    clock.at += timedelta(hours=1)
    assert editions.approve(app, ANN, made.number) == 0
    assert edition(app, made.number).send_at == clock.now() + app.config.bulletins.undo
