"""Telling the administrators by mail that something needs them, by a way that still works.

Not in the ledger: an alarm may be lost with its process, and the log says the same. It goes out
by a transport of its own choice, because the usual one may be what is broken.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.rendering.compile import Renderer, compile_mail, personal_values
from newsletter.rendering.dkim import DkimKey, ready
from newsletter.rendering.message import Envelope
from newsletter.transports.base import Mail

KIND = "admin-alert"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What the administrators must know."""

    title: str
    text: str
    details: tuple[str, ...] = ()


RaiseAlarm = Callable[[Alarm], None]


def no_alarm(_alarm: Alarm) -> None:
    """Nobody is to be told."""


def alarm_mail(
    alarm: Alarm,
    address: str,
    masthead: Mapping[str, Any],
    renderer: Renderer,
    key: DkimKey | None,
    now: datetime,
) -> Mail:
    """The alarm as a mail from the masthead's sender.

    Its envelope sender is the null sender, so that no bounce of it can make another mail.
    """
    context = {
        "site": masthead["site"],
        "edition": {"subject": alarm.title},
        "alert": {"title": alarm.title, "text": alarm.text, "details": list(alarm.details)},
    }
    sender = masthead["sender"]
    rendered = renderer.render(KIND, context)
    envelope = Envelope(
        from_name=sender["name"],
        from_address=sender["address"],
        reply_to=sender["reply_to"],
        subject=renderer.subject(KIND, context),
        date=now,
        unsubscribe_base="",
        list_id="",
        list_name="",
        feedback_id="",
        archive_url="",
        owner="",
        message_id_domain=sender["address"].partition("@")[2],
    )
    message = ready(compile_mail(rendered, envelope), rendered.nonce, key)
    message_id = f"alarm.{secrets.token_hex(12)}"
    values = personal_values(to=address, name="", token="", message_id=message_id)
    return Mail(key=0, sender="", recipient=address, content=message.splice(values), plain=True)
