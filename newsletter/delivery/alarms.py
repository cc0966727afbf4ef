"""Alarm mails, and requests to decide, to the administrators.

Alarms are not in the ledger: one may be lost with its process, but the log has it too. They have a
transport of their own, because the usual one may be what failed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.transactional import MailContext, transactional_mail
from newsletter.transports.base import Mail

KIND = "admin-alert"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm."""

    title: str
    text: str
    details: tuple[str, ...] = ()
    url: str = ""
    """Of the page where it is decided; empty: none."""
    button: str = ""
    """The words of its link."""


RaiseAlarm = Callable[[Alarm], None]


def no_alarm(_alarm: Alarm) -> None:
    """Discard an alarm."""


def alarm_mail(alarm: Alarm, address: str, mail_context: MailContext, now: datetime) -> Mail:
    """The alarm as a mail."""
    alert = {
        "title": alarm.title,
        "text": alarm.text,
        "details": list(alarm.details),
        "url": alarm.url,
        "button": alarm.button,
    }
    return transactional_mail(
        KIND, {"alert": alert}, mail_context, address=address, name="", message_id="", now=now
    )
