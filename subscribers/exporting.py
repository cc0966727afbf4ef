"""Taking the list along: people in rows of text, in a form that can be imported again."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscribers.models import Subscriber, SubscriberStatus, TopicChoice
from subscribers.topics import choice_of

COLUMNS = (
    "email",
    "name",
    "status",
    "topics",
    "digests",
    "frequency",
    "language",
    "joined",
    "confirmed",
    "source",
)
AT_ONCE = 1000
# What a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rows(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Iterator[dict[str, str]]:
    """Everybody whom the conditions mean, but for the erased, in the order that they joined."""
    query = (
        select(Subscriber, TopicChoice.key)
        .join(TopicChoice, TopicChoice.id == Subscriber.choice_id)
        .where(Subscriber.status != SubscriberStatus.ERASED, *conditions)
        .order_by(Subscriber.id)
    )
    for person, key in session.execute(query, execution_options={"yield_per": AT_ONCE}):
        choice = choice_of(key)
        yield {
            "email": person.address or "",
            "name": person.name,
            "status": person.status.value,
            "topics": ",".join(choice.topics),
            "digests": ",".join(choice.digests),
            "frequency": person.frequency.value,
            "language": person.language,
            "joined": person.joined_at.isoformat(timespec="seconds"),
            "confirmed": person.confirmed_at.isoformat(timespec="seconds")
            if person.confirmed_at
            else "",
            "source": person.source,
        }


def defused(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; `read` gives it back."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def read(text: str) -> str:
    """What `defused` was given."""
    is_defused = text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS)
    return text[1:] if is_defused else text
