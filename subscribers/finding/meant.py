"""Whose page is asked for: the condition in SQL, and by the bits of the index who may be meant."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from subscribers.finding.counting import _ask, _found, _Kept
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
        if self.status is None:
            found: ColumnElement[bool] = Subscriber.status != SubscriberStatus.ERASED
        else:
            found = Subscriber.status == self.status
        if self.within:
            found &= segments.members(self.within.expression, self.within.asking)
        return found

    def bits(self, session: Session) -> int | None:
        """All of those meant who have not changed since the index was brought up to date.

        Others may be among them. None: that would be everybody, or the index cannot tell.
        """

        def ask(kept: _Kept) -> int:
            found = kept.everyone
            if self.status:
                found &= kept.having("status", Operator.EQUAL, self.status.value)
            if self.within:
                found &= _found(parse(self.within.expression), kept, self.within.asking)
            return found

        if not self.status and not self.within:
            return None
        found = _ask(session, ask, self.within.asking if self.within else None)
        if found is None and self.status and self.within:
            return replace(self, within=None).bits(session)
        return found


EVERYBODY = Meant()
