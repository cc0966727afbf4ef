"""One change by every action on bulletins, digests and editions, and by test mails."""

from collections.abc import Mapping
from datetime import timedelta

from action_site import FRIDAY, Call, Change, edition, sent_edition

from newsletter.actions import (
    bulletins,
    digests,
    editions,
    test_mails,
)
from newsletter.actions.test_mails import PreviewMail
from newsletter.app import Newsletter
from newsletter.delivery.dry_run import render_for_choice
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.coming.arrangement import ArrangementEdit
from newsletter.editions.compose import BulletinDraft
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.combined_digests import DueDigest
from newsletter.editions.digests.schedule import Run
from newsletter.editions.digests.upcoming import next_edition
from newsletter.editions.models import EditionState
from newsletter.staff.actors import operator
from subscribers.topics import Choice

DUE = DueDigest(name="friday", period="2026-11-27", at=FRIDAY)

# The run of the next week: a minute after nine, this week's is not to come.
COMING = "2026-12-04"

MISSED = Run(period="2026-11-20", at=FRIDAY - timedelta(weeks=1))


def approving(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.approve(app, actor, number)


def editing_draft(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.edit(
        app, actor, number, ArrangementEdit(introduction="Good morning.")
    )


def reopening(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.reopen(app, actor, number)


def looking(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.record_view(app, actor, number)


def asking(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.ask_for_approval(app, actor, number, "as it is")


def unholding(app: Newsletter) -> Call:
    digests.hold(app, operator("setup"), "friday")
    return lambda actor: digests.unhold(app, actor, "friday")


def skipping(app: Newsletter) -> Call:
    app.clock.at += timedelta(minutes=1)
    return lambda actor: digests.skip(app, actor, "friday", COMING)


def unskipping(app: Newsletter) -> Call:
    app.clock.at += timedelta(minutes=1)
    digests.skip(app, operator("setup"), "friday", COMING)
    return lambda actor: digests.unskip(app, actor, "friday", COMING)


def saved_bulletin(app: Newsletter) -> int:
    writing = Writing(subject="Flood", text="Stay home.")
    return bulletins.save(app, operator("setup"), writing).number


def copying(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.copy(app, actor, number)


def discarding(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.discard(app, actor, number)


def sending_saved(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.send_saved(app, actor, number)


def submitting(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.submit(app, actor, number)


def testing(app: Newsletter) -> Call:
    with app.database.read() as session:
        made = next_edition(session, app.config, app.renderer, "friday", app.clock.now())
        assert isinstance(made, Composition)
        compiled = render_for_choice(made, app.renderer, Choice(), app.clock.now(), test=True)
    mail = PreviewMail(compiled=compiled, edition=made.edition, name="", to="me@b.example")
    return lambda actor: test_mails.send(app, actor, mail)


def pausing(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.pause(app, actor, number)


def pausing_all(app: Newsletter) -> Call:
    edition(app)
    return lambda actor: editions.pause_all(app, actor)


def resuming(app: Newsletter) -> Call:
    number = edition(app, EditionState.PAUSED)
    return lambda actor: editions.resume(app, actor, number)


def cancelling(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.cancel(app, actor, number)


def starting(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.start(app, actor, number)


def retrying(app: Newsletter) -> Call:
    number = sent_edition(app, DeliveryState.FAILED)
    return lambda actor: editions.retry(app, actor, number)


def resolving(app: Newsletter) -> Call:
    number = sent_edition(app, DeliveryState.UNCERTAIN)
    return lambda actor: editions.resolve(app, actor, number, resend=False)


EDITION_CHANGES: Mapping[str, Change] = {
    "bulletins.send": lambda app: (
        lambda who: bulletins.send(app, who, BulletinDraft(subject="Flood", text="Stay home."))
    ),
    "bulletins.copy": copying,
    "bulletins.discard": discarding,
    "bulletins.save": lambda app: (
        lambda who: bulletins.save(app, who, Writing(subject="Flood", text="Stay home."))
    ),
    "bulletins.send_saved": sending_saved,
    "bulletins.submit": submitting,
    "digests.compose": lambda app: lambda who: digests.compose(app, who, "friday"),
    "digests.compose_due": lambda app: lambda who: digests.compose_due(app, who, [DUE]),
    "digests.edit": lambda app: (
        lambda who: digests.edit(app, who, "friday", ArrangementEdit(introduction="Good morning."))
    ),
    "digests.hold": lambda app: lambda who: digests.hold(app, who, "friday"),
    "digests.record_missed_run": lambda app: (
        lambda who: digests.record_missed_run(app, who, "friday", MISSED)
    ),
    "digests.register": lambda app: lambda who: digests.register(app, who, "friday"),
    "digests.release": lambda app: lambda who: digests.release(app, who, "friday", seen=None),
    "digests.skip": skipping,
    "digests.submit": lambda app: lambda who: digests.submit(app, who, "friday", seen=None),
    "digests.unhold": unholding,
    "digests.unskip": unskipping,
    "editions.approve": approving,
    "editions.ask_for_approval": asking,
    "editions.edit": editing_draft,
    "editions.record_view": looking,
    "editions.reopen": reopening,
    "editions.cancel": cancelling,
    "editions.pause": pausing,
    "editions.pause_all": pausing_all,
    "editions.resolve": resolving,
    "editions.resume": resuming,
    "editions.retry": retrying,
    "editions.start": starting,
    "test_mails.send": testing,
    "test_mails.try_transport": lambda app: (
        lambda who: test_mails.try_transport(app, who, "", "me@b.example")
    ),
}
