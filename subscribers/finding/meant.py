"""Whose page is asked for: the condition in SQL, and by the bits of the index who may be meant."""

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
class Meant:
    """Those of a status and of a segment.

    Nothing is left of the erased that could be listed but their numbers: they are meant only
    where their status is asked for.
    """

    status: SubscriberStatus | None = None
    segment: str = ""
    """An expression; it needs to be known when and where it is asked."""
    asking: Asking | None = None

    def condition(self) -> ColumnElement[bool]:
        """The condition on `Subscriber`.

        Raises:
            InvalidInput: the expression cannot be understood.
        """
        if self.status is None:
            found: ColumnElement[bool] = Subscriber.status != SubscriberStatus.ERASED
        else:
            found = Subscriber.status == self.status
        if self.segment and self.asking:
            found &= segments.members(self.segment, self.asking)
        return found

    def bits(self, session: Session) -> int | None:
        """All of those meant who have not changed since the index was brought up to date.

        Others may be among them. None: that would be everybody, or the index cannot tell.
        """

        def ask(kept: Kept) -> int:
            found = kept.everyone
            if self.status:
                found &= kept.having("status", Operator.EQUAL, self.status.value)
            if self.segment and self.asking:
                found &= Evaluation(parse(self.segment), kept, self.asking).found()
            return found

        if not self.status and not self.segment:
            return None
        found = ask_kept(session, ask, self.asking if self.segment else None)
        if found is None and self.status and self.segment:
            return replace(self, segment="").bits(session)
        return found


EVERYBODY = Meant()
