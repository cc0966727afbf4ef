"""The rows of a large office's lists: articles, staff, segments, pictures, the audit log."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from people import LAST, NOW, SEGMENTS, TOPICS

from newsletter.articles.models import ArticleStatus
from newsletter.articles.writing.content import ArticleContent
from newsletter.staff.permissions import ActorKind, Role
from subscribers.segments.parsing import parse

SENTENCE = "The council met in Little Wexcombe on Tuesday evening to hear what residents said. "
BODY = f"<p>{SENTENCE * 12}</p>" * 4
STAFF = 200
DRAFTS = 20
PICTURES = 500
AUDIT_LINES = 100_000
REVISED = 10
"""One article in so many has a history, and unsaved words."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much there is."""

    people: int
    editions: int
    articles: int
    large_editions: int
    """How many of the last ones went to nearly everybody."""

    @property
    def sent(self) -> int:
        """The newest edition that was sent whole."""
        return self.editions - 4

    @property
    def large(self) -> range:
        """The editions that went to nearly everybody, the last of them being sent."""
        return range(max(self.editions - 2 - self.large_editions, 1), self.editions - 2)

    @property
    def sending(self) -> int:
        return self.editions - 3

    @property
    def paused(self) -> int:
        return self.editions - 2

    @property
    def queued(self) -> int:
        return self.editions - 1

    @property
    def draft(self) -> int:
        return self.editions

    @property
    def bulletins(self) -> int:
        """Saved ones; the last are drafts."""
        return sum(map(self.is_bulletin, range(1, self.editions + 1))) + DRAFTS

    def is_bulletin(self, number: int) -> bool:
        return number % 2 == 1 if number < self.sent else number != self.draft


def written_articles(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Articles, the newest an hour old; some are drafts or withdrawn."""
    for number in range(1, sizes.articles + 1):
        age = sizes.articles - number
        at = NOW - timedelta(hours=2 * age + 1)
        status = {7: ArticleStatus.DRAFT, 13: ArticleStatus.WITHDRAWN}.get(number % 100)
        title = _title(number)
        yield {
            "uid": f"tag:wexcombe.example,2026:{number}",
            "slug": f"story-{number}",
            "source": "text",
            "source_key": str(number),
            "fingerprint": str(number),
            "title": title,
            "summary": SENTENCE,
            "body_html": BODY,
            "body_text": f"{title} {SENTENCE * 48}",
            "author": "Ann Carter",
            "status": status or ArticleStatus.PUBLISHED,
            "published_at": at,
            "updated_at": at,
            "stored_at": at,
            "changed_at": at,
            "media": [],
            "is_measured": True,
            "content_hash": str(number),
        }


def _title(number: int) -> str:
    place = "".join(part[number // 7**n % len(part)] for n, part in enumerate(LAST))
    return f"Meeting {number} of {place} on {TOPICS[number % len(TOPICS)]}"


def filed_articles(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Their topics, one or two each."""
    for number in range(1, sizes.articles + 1):
        first = number % len(TOPICS)
        yield {"article_id": number, "topic_id": first + 1}
        if number % 3 == 0:
            yield {"article_id": number, "topic_id": (first + 5) % len(TOPICS) + 1}


def revisions(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """The histories of some of them."""
    for article in range(1, sizes.articles + 1, REVISED):
        for number in range(1, 6):
            content = ArticleContent(title=f"{_title(article)}, {number}", body_html=BODY)
            yield {
                "article_id": article,
                "number": number,
                "at": NOW - timedelta(days=9 - number),
                "by": "staff:2",
                "content": content.as_json(),
            }


def unsaved_words(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Words of the first owner in articles that others have changed since."""
    for article in range(1, sizes.articles + 1, REVISED):
        yield {
            "article_id": article,
            "author": "staff:1",
            "seen_at": NOW,
            "kept_at": NOW,
            "base": "before",
            "content": ArticleContent(title=_title(article), body_html=BODY).as_json(),
        }


def segments() -> Iterator[dict[str, Any]]:
    """The segments of `people`."""
    for number, (_, expression) in enumerate(SEGMENTS):
        parse(expression)
        yield {
            "name": f"segment-{number}",
            "expression": " ".join(expression.split()),
            "created_at": NOW,
        }


def staff_members() -> Iterator[dict[str, Any]]:
    """An owner, and many editors."""
    for number in range(1, STAFF + 1):
        yield {
            "id": number,
            "email": f"staff{number}@wexcombe.example",
            "name": f"Staff {number}",
            "role": Role.OWNER if number == 1 else Role.EDITOR,
            "granted": [],
            "invited_at": NOW - timedelta(days=100),
            "joined_at": NOW - timedelta(days=99),
        }


def pictures() -> Iterator[dict[str, Any]]:
    """Pictures of the library."""
    for number in range(1, PICTURES + 1):
        yield {
            "id": number,
            "source_hash": hashlib.sha256(b"%d" % number).hexdigest(),
            "name": f"meeting-{number}.jpg",
            "alt": "People around a table",
            "created_at": NOW - timedelta(hours=PICTURES - number),
        }


def renditions() -> Iterator[dict[str, Any]]:
    """Their files, three each."""
    for number in range(1, PICTURES + 1):
        for width in (320, 640, 1280):
            content = b"%d of %d " % (width, number) * width
            yield {
                "hash": hashlib.sha256(content).hexdigest()[:20],
                "item_id": number,
                "media_type": "image/jpeg",
                "width": width,
                "height": width // 2,
                "length": len(content),
                "content": content,
            }


def audit_lines(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Lines of the audit log, most by subscribers."""
    lines = min(AUDIT_LINES, sizes.people)
    for number in range(lines):
        is_staff = number % 4 == 0
        yield {
            "at": NOW - timedelta(minutes=lines - number),
            "actor_kind": ActorKind.STAFF if is_staff else ActorKind.SUBSCRIBER,
            "actor": str(number % STAFF + 1 if is_staff else number % sizes.people + 1),
            "action": "articles.save" if is_staff else "account.choose",
            "subject_kind": "article" if is_staff else "subscriber",
            "subject": str(number % sizes.articles + 1),
            "details": {},
            "is_long": False,
        }
