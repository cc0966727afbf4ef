"""Published corrections: readers are notified, whereas an edit is silent.

The article keeps its tag and URL. Mails already sent are unchanged, and no digest includes the
article twice: its next edition includes the correction alone.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.importers.base import one_line
from newsletter.articles.models import ArticleStatus, Correction
from newsletter.errors import Conflict, InvalidInput

MAX_NOTE_LENGTH = 1000


def correct(session: Session, reference: str | int, note: str, now: datetime) -> Correction:
    """Add a correction to a published article.

    Args:
        note: what was wrong and what is right, as plain text.

    Raises:
        ResourceNotFound: there is no such article.
        Conflict: the article is not public.
        InvalidInput: the note is empty or too long.
    """
    article = store.get(session, reference)
    if article.status is not ArticleStatus.PUBLISHED:
        raise Conflict(
            f"article {article.id} is {article.status}; only what is published is corrected: "
            f"change it with newsletter articles edit {article.id}"
        )
    words = one_line(note)
    if not words or len(words) > MAX_NOTE_LENGTH:
        raise InvalidInput(
            f"the note has {len(words)} characters; say in 1 to {MAX_NOTE_LENGTH} what was wrong "
            "and is right now"
        )
    changed_at = store.begin_change(session, now)
    number = len(store.corrections(session, [article.id])) + 1
    correction = Correction(article_id=article.id, number=number, at=now, note=words)
    session.add(correction)
    article.updated_at = max(now, article.updated_at)
    store.mark_changed(article, changed_at)
    return correction
