"""Unique tags and slugs for new articles."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.identity import article_name, slug_of, tag_uri
from newsletter.articles.importers.base import ImportContext, Record

# The slug of an article begun in the editor: it gets that of its title when it is first published.
UNSEEN_SLUG = re.compile(r"draft-[0-9a-f]{12}")
# Articles with one title.
MAX_ALIKE = 100_000


class NameAllocator:
    """Allocates names in one transaction, with one query for all its records."""

    def __init__(
        self, session: Session, context: ImportContext, now: datetime, records: Sequence[Record]
    ) -> None:
        self._session, self._context = session, context
        self._year = now.astimezone(context.zone).year
        uids = [self._uid(record, 0) for record in records]
        self._uids = store.taken_uids(session, uids)
        slugs = [_slug(r.title, uid) for r, uid in zip(records, uids, strict=True)]
        self._slugs = store.taken_slugs(session, slugs)
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}

    def uid(self, record: Record) -> str:
        """A permanent tag; disambiguated if a renamed file's old name was reused."""
        attempt, uid = 0, self._uid(record, 0)
        while uid in self._uids or uid in self._given:
            attempt += 1
            uid = self._uid(record, attempt)
            self._uids |= store.taken_uids(self._session, [uid])
        self._given.add(uid)
        return uid

    def slug(self, title: str, uid: str) -> str:
        """The title's slug, numbered if it is taken."""
        slug = _slug(title, uid)
        if slug in self._slugs or slug in self._given:
            slug = f"{slug}-{self._free_number(slug)}"
        self._given.add(slug)
        return slug

    def _free_number(self, slug: str) -> int:
        """The first free number, in few queries however many articles share the title."""
        taken = self._numbers.get(slug, 1)
        step, free = 1, taken + 1
        while self._is_taken(f"{slug}-{free}"):
            taken, step = free, step * 2
            free = taken + step
        while free - taken > 1:
            middle = (taken + free) // 2
            if self._is_taken(f"{slug}-{middle}"):
                taken = middle
            else:
                free = middle
        self._numbers[slug] = free
        return free

    def _is_taken(self, slug: str) -> bool:
        return slug in self._given or bool(store.taken_slugs(self._session, [slug]))

    def _uid(self, record: Record, attempt: int) -> str:
        name = article_name(record.source, record.source_key, attempt)
        return tag_uri(self._context.tag, self._context.base_url, self._year, name)


def free_slug(session: Session, title: str, uid: str) -> str:
    """A slug for one article, numbered if it is taken."""
    slug = _slug(title, uid)
    return next(
        name
        for name in (slug, *(f"{slug}-{number}" for number in range(2, MAX_ALIKE)))
        if not store.taken_slugs(session, [name])
    )


def _slug(title: str, uid: str) -> str:
    """Never digits only: those are article numbers."""
    fallback = f"article-{uid[-8:]}"
    slug = slug_of(title, fallback)
    return f"article-{slug}" if slug.isdigit() else slug
