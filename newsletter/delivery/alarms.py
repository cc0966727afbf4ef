"""Telling the administrators by mail that something needs them, by a way that still works.

Not in the ledger: an alarm may be lost with its process, and the log says the same. It goes out
by a transport of its own choice, because the usual one may be what is broken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.transactional import Stationery, single_mail
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


def alarm_mail(alarm: Alarm, address: str, stationery: Stationery, now: datetime) -> Mail:
    """The alarm as a mail."""
    alert = {"title": alarm.title, "text": alarm.text, "details": list(alarm.details)}
    return single_mail(
        KIND, {"alert": alert}, stationery, address=address, name="", message_id="", now=now
    )
