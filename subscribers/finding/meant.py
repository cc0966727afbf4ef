"""Whose page is asked for: by the bits of the index who may be meant, and the condition in SQL."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from subscribers.finding.evaluating import Evaluation
from subscribers.finding.kept import Kept, ask_kept
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments import store as segments
from subscribers.segments.compiling import Asking
from subscribers.segments.fields import Operator
from subscribers.segments.parsing import parse


@dataclass(frozen=True, kw_only=True)
class Within:
    """A segment, and when and where it is asked."""

    expression: str
    asking: Asking


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the index knows of those who are meant."""

    bits: int | None
    """All of them who have not changed since it was brought up to date.

    Others may be among them. None: that would be everybody, or the index cannot tell.
    """
    among: Callable[[Collection[int]], ColumnElement[bool]]
    """The condition on `Subscriber` for those of some people who are meant."""


@dataclass(frozen=True, kw_only=True)
class Meant:
    """Those of a status and of a segment.

    Nothing is left of the erased that could be listed but their numbers: they are meant only
    where their status is asked for.
    """

    status: SubscriberStatus | None = None
    within: Within | None = None

    def condition(self) -> ColumnElement[bool]:
        """The condition on `Subscriber`.

        Raises:
            InvalidInput: the expression cannot be understood.
        """
        if self.within is None:
            return self._status()
        return self._status() & segments.members(self.within.expression, self.within.asking)

    def known(self, session: Session) -> Known:
        """What the index knows.

        Raises:
            InvalidInput: the expression cannot be understood.
        """
        condition = self.condition()
        unknown = Known(bits=None, among=lambda _people: condition)
        if not self.status and not self.within:
            return unknown
        found = ask_kept(session, self._of_kept, self.within.asking if self.within else None)
        if found is None and self.status and self.within:
            return replace(unknown, bits=replace(self, within=None).known(session).bits)
        return found or unknown

    def _status(self) -> ColumnElement[bool]:
        if self.status is None:
            return Subscriber.status != SubscriberStatus.ERASED
        return Subscriber.status == self.status

    def _of_kept(self, kept: Kept) -> Known:
        status, bits = self._status(), kept.everyone
        if self.status:
            bits &= kept.having("status", Operator.EQUAL, self.status.value)
        if self.within is None:
            return Known(bits=bits, among=lambda _people: status)
        evaluation = Evaluation(parse(self.within.expression), kept, self.within.asking)
        return Known(
            bits=bits & evaluation.found(),
            among=lambda people: status & evaluation.members_among(people),
        )


EVERYBODY = Meant()
