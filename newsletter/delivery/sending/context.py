"""Dependencies shared by all workers of a process."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.clock import Clock
from newsletter.config.tables.sending import LimitOptions, RouteOptions, SendingOptions
from newsletter.database import Database
from newsletter.delivery.alarms import RaiseAlarm, no_alarm
from newsletter.rendering.encoding.dkim import DkimKey
from newsletter.tokens.envelope import SignedEnvelopes
from newsletter.tokens.links import LinkSigners

Progress = Callable[[int], None]
ShouldYield = Callable[[], bool]


def never_yield() -> bool:
    """No other edition preempts this one."""
    return False


@dataclass(frozen=True, kw_only=True)
class SendingContext:
    """Dependencies shared by all workers of a process."""

    database: Database
    options: SendingOptions
    clock: Clock
    links: LinkSigners
    dkim: Mapping[str, DkimKey] = field(default_factory=dict)
    """By From address."""
    limits: Mapping[str, LimitOptions] = field(default_factory=dict)
    """By transport name."""
    routes: Mapping[str, RouteOptions] = field(default_factory=dict)
    envelopes: SignedEnvelopes | None = None
    """Where the envelope sender names the delivery; None: it is the sender's own address."""
    alarm: RaiseAlarm = no_alarm
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def state_folder(self) -> Path:
        return Path(self.options.state_folder)
