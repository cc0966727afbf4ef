"""One change by every action on feedback, upkeep, settings and transports."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from action_site import (
    Call,
    Change,
    sent_edition,
)

from newsletter.actions import (
    feedback,
    maintenance,
    settings,
    transports,
)
from newsletter.app import Newsletter
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.feedback.receivers.base import MailboxPosition
from newsletter.staff.actors import operator
from newsletter.transports.api.account import WebhookRegistration
from newsletter.transports.api.webhooks import Webhook, WebhookCall
from newsletter.transports.events import Event, EventKind, EventSource

REPORT = """From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@wexcombe.example
Action: failed
Status: 5.1.1
"""

ALARM = ("overdue friday 2026-11-20", Alarm(title="The digest friday is overdue", text="…"))


def bounce(recipient: str = "ann@wexcombe.example") -> Event:
    """A hard bounce, proven."""
    return Event(
        kind=EventKind.HARD, source=EventSource.WEBHOOK, recipient=recipient, provider_id="1"
    )


def receiving(app: Newsletter) -> Call:
    sent_edition(app, DeliveryState.SENT)
    return lambda actor: feedback.receive(app, actor, REPORT.encode())


def looking_after_feedback(app: Newsletter) -> Call:
    many = [
        Event(kind=EventKind.BLOCKED, source=EventSource.WEBHOOK, provider_id=str(number))
        for number in range(10)
    ]
    feedback.record(app, operator("setup"), many)
    return lambda actor: feedback.check_returned_mail(app, actor)


def undoing_bounce(app: Newsletter) -> Call:
    feedback.record(app, operator("setup"), [bounce()])
    return lambda actor: feedback.undo(app, actor, 1, "the server was misconfigured")


def forgetting(app: Newsletter) -> Call:
    # Pat's confirmation was queued a day ago.
    app.clock.at += app.config.joining.forget + timedelta(days=1)
    return lambda actor: maintenance.forget_people(app, actor)


def unsetting(app: Newsletter) -> Call:
    settings.change(app, operator("ann"), {"site.description": "News"})
    return lambda who: settings.unset(app, who, "site.description")


class Told(Webhook):
    """A provider's calls that nothing has to prove."""

    needs = ()

    def prove(self, call: WebhookCall, now: datetime) -> None:
        """Nothing."""

    def events(self, item: Any, call: WebhookCall) -> tuple[()]:
        return ()


def connecting(app: Newsletter) -> Call:
    class WithProvider:
        connections = 1

        def webhook(self) -> Webhook:
            return Told(None)

        def connect(self, address: str) -> WebhookRegistration:
            return WebhookRegistration(done=(address,))

    app.recorders["provider"] = WithProvider()
    return lambda actor: transports.connect(app, actor, "provider")


def removing(app: Newsletter) -> Call:
    spare = {"transports.spare.kind": "smtp", "transports.spare.host": "mail.wexcombe.example"}
    settings.change(app, operator("setup"), spare)
    return lambda actor: settings.remove_transport(app, actor, "spare")


OPERATION_CHANGES: Mapping[str, Change] = {
    "feedback.record": lambda app: lambda who: feedback.record(app, who, [bounce()]),
    "feedback.check_returned_mail": looking_after_feedback,
    "feedback.receive": receiving,
    "feedback.remember_mailbox": lambda app: (
        lambda who: feedback.remember_mailbox(app, who, "bounces", MailboxPosition(last=7))
    ),
    "feedback.undo": undoing_bounce,
    "maintenance.forget_people": forgetting,
    "maintenance.raise_alarms": lambda app: lambda who: maintenance.raise_alarms(app, who, [ALARM]),
    "settings.change": lambda app: (
        lambda who: settings.change(app, who, {"site.description": "News"})
    ),
    "settings.remove_transport": removing,
    "settings.unset": unsetting,
    "transports.connect": connecting,
}
