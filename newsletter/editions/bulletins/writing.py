"""The written content of a bulletin, and the edition made of it."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.bulletins.models import SavedBulletin
from newsletter.editions.compose import BulletinDraft
from subscribers.topics import choice_key, topics_of


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What is written of a bulletin; it may be incomplete."""

    subject: str = ""
    text: str = ""
    is_html: bool = False
    topics: tuple[str, ...] = ()
    segment: str = ""
    """A segment's name or an expression."""
    send_at: datetime | None = None
    in_quiet_hours: bool = False


def writing_of(bulletin: SavedBulletin) -> Writing:
    """What is written of a saved bulletin."""
    return Writing(
        subject=bulletin.subject,
        text=bulletin.text,
        is_html=bulletin.is_html,
        topics=topics_of(bulletin.topics),
        segment=bulletin.segment,
        send_at=bulletin.send_at,
        in_quiet_hours=bulletin.in_quiet_hours,
    )


def put(bulletin: SavedBulletin, writing: Writing) -> None:
    """Write it into the row of a saved bulletin."""
    bulletin.subject = " ".join(writing.subject.split())
    bulletin.text, bulletin.is_html = writing.text, writing.is_html
    bulletin.topics, bulletin.segment = choice_key(writing.topics), writing.segment
    bulletin.send_at, bulletin.in_quiet_hours = writing.send_at, writing.in_quiet_hours


def draft_of(
    bulletin: SavedBulletin, *, again: bool = False, needs_sender: bool = False
) -> BulletinDraft:
    """What a saved bulletin is sent as.

    Args:
        again, needs_sender: as in `BulletinDraft`.
    """
    return BulletinDraft(
        subject=bulletin.subject,
        text=bulletin.text,
        is_html=bulletin.is_html,
        topics=topics_of(bulletin.topics),
        segment=bulletin.segment,
        send_at=bulletin.send_at,
        in_quiet_hours=bulletin.in_quiet_hours,
        authors=tuple(bulletin.authors),
        again=again,
        needs_sender=needs_sender,
    )
