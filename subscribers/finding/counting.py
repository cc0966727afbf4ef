"""How many people a segment has, by the bits of the index; by the list where it cannot be told.

What other rooms measure, they are asked for.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import allow_large_sets
from subscribers import store
from subscribers.finding.evaluating import Evaluation
from subscribers.finding.kept import Kept, ask_kept
from subscribers.finding.models import PeopleChange
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments import store as segments
from subscribers.segments.compiling import Asking
from subscribers.segments.parsing import parse


def count(session: Session, text: str, asking: Asking) -> int:
    """How many people an expression means now.

    Raises:
        InvalidInput: it cannot be understood, or asks for a measure that was not handed in.
    """
    expression = parse(text)
    members = segments.members_of(expression, asking)

    def ask(kept: Kept) -> int:
        evaluation = Evaluation(expression, kept, asking)
        found = evaluation.found()
        noted = Subscriber.id.in_(select(PeopleChange.subscriber_id))
        changed = evaluation.members_among(kept.noted) & noted
        return found.bit_count() + segments.count(session, changed)

    counted = ask_kept(session, ask, asking)
    if counted is not None:
        return counted
    allow_large_sets(session)
    return segments.count(session, members)


def count_by_status(session: Session) -> dict[SubscriberStatus, int]:
    """How many people there are in each status that anybody has."""

    def ask(kept: Kept) -> dict[SubscriberStatus, int]:
        noted = Subscriber.id.in_(select(PeopleChange.subscriber_id))
        changed = store.count_by_status(session, noted)
        counts = {s: kept.count_of(s) + changed.get(s, 0) for s in SubscriberStatus}
        return {status: count for status, count in counts.items() if count}

    counts = ask_kept(session, ask)
    return store.count_by_status(session) if counts is None else counts
