"""Saving what people write: kept words, a version that guards against lost updates, new articles.

Each person's words that are not saved yet are kept apart, so that nobody overwrites anybody's.
Words for an article that is still a draft go into it at once, unless somebody else changed it.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.articles.body.sanitising import text_of
from newsletter.articles.editing import ArticleEdit, apply_edit
from newsletter.articles.identity import article_name, fingerprint_of, tag_uri
from newsletter.articles.importers.base import ImportContext, one_line
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing import history, store
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.models import ArticleDraft
from newsletter.errors import Conflict, InvalidInput
from newsletter.media.urls import hashes_in

SOURCE = "console"
UNTITLED = "Untitled"
# Somebody is in an article while their editor answers; it does so every 30 seconds.
PRESENT = timedelta(seconds=75)
_IMAGE = re.compile("<img\\b[^>]*>")
_ALT = re.compile(r"\salt=")


class StaleVersion(Conflict):
    """The article was changed by somebody else since the editor was opened."""


@dataclass(frozen=True, kw_only=True)
class OtherWriter:
    """Somebody else in the same article."""

    author: str
    """The actor ("staff:3")."""
    seen_at: datetime
    is_here: bool
    """Whether their editor is open now."""
    kept_at: datetime | None
    """When they last wrote words that are not saved yet."""


@dataclass(frozen=True, kw_only=True)
class AutosaveResult:
    """The state of an article after words were kept."""

    article_id: int
    version: str
    """The version of the stored article."""
    is_saved: bool
    """Whether the words are in the article itself; else they are kept beside it."""
    is_stale: bool
    """Whether the article was changed since the editor was opened."""
    others: tuple[OtherWriter, ...]


def new_article(
    session: Session, content: ArticleContent, by: str, context: ImportContext, now: datetime
) -> Article:
    """A new article as a draft; its public name follows when it is published."""
    key = secrets.token_hex(6)
    year = now.astimezone(context.zone).year
    title = _title(content)
    article = Article(
        uid=tag_uri(context.tag, context.base_url, year, article_name(SOURCE, key)),
        slug=f"draft-{key}",
        source=SOURCE,
        source_key=key,
        key_is_explicit=True,
        fingerprint=fingerprint_of(now, title, context.zone),
        title=title,
        summary="",
        body_html="",
        body_text="",
        status=ArticleStatus.DRAFT,
        published_at=now,
        updated_at=now,
        stored_at=now,
        changed_at=articles.begin_change(session, now),
        content_hash="",
        topics=[],
        media=[],
        author="",
        image_url="",
        canonical_url="",
    )
    session.add(article)
    session.flush()
    _apply(session, article, content, ArticleEdit(), context, now)
    history.begin(session, article, by, now)
    return article


def autosave(
    session: Session,
    article: Article,
    content: ArticleContent | None,
    base: str,
    by: str,
    context: ImportContext,
    now: datetime,
) -> AutosaveResult:
    """Keep a person's words, and note that they are in the article.

    Args:
        content: None: they have written nothing since.
        base: the version of the article that they started from.
    """
    articles.begin_change(session, now)
    is_stale = ArticleContent.of(article).version != base
    is_saved = False
    if content is not None and article.status is ArticleStatus.DRAFT and not is_stale:
        with history.recorded(session, article, by, now, by_itself=True):
            _apply(session, article, content, ArticleEdit(), context, now)
        is_saved = True
    _note_presence(session, article.id, None if is_saved else content, base, by, now, is_saved)
    return AutosaveResult(
        article_id=article.id,
        version=ArticleContent.of(article).version,
        is_saved=is_saved,
        is_stale=is_stale,
        others=others_in(session, article.id, by, now),
    )


def has_text(body_html: str) -> bool:
    """Whether there is anything to read or see."""
    return bool(text_of(body_html)) or "<img" in body_html


def save(
    session: Session,
    article: Article,
    content: ArticleContent,
    base: str,
    change: ArticleEdit,
    by: str,
    context: ImportContext,
    now: datetime,
) -> bool:
    """Write a person's words into the article; False if nothing is different.

    Args:
        base: the version that they started from.
        change: status and time.

    Raises:
        StaleVersion: somebody else changed it meanwhile.
        InvalidInput: it is to be published, and lacks title or text.
    """
    # Locks first: two people may save at once.
    articles.begin_change(session, now)
    stored = ArticleContent.of(article)
    if base != stored.version and content != stored:
        raise StaleVersion(_conflict_message(session, article))
    is_public = change.status in {ArticleStatus.PUBLISHED, ArticleStatus.SCHEDULED}
    if is_public and not one_line(content.title):
        raise InvalidInput("there is no title; write one before it is published")
    if is_public and not has_text(content.body_html):
        raise InvalidInput("there is no text; write it before it is published")
    if is_public and (number := _undescribed(content.body_html, context.base_url)):
        raise InvalidInput(
            f"{'a picture has' if number == 1 else f'{number} pictures have'} no description; say "
            "what it shows, for those who cannot see it, or that it only decorates"
        )
    with history.recorded(session, article, by, now):
        is_changed = _apply(session, article, content, change, context, now)
    store.remove_draft(session, article.id, by)
    return is_changed


def others_in(session: Session, article_id: int, by: str, now: datetime) -> tuple[OtherWriter, ...]:
    """Everybody else who is in the article, or has unsaved words of it."""
    return tuple(
        OtherWriter(
            author=draft.author,
            seen_at=draft.seen_at,
            is_here=now - draft.seen_at < PRESENT,
            kept_at=draft.kept_at,
        )
        for draft in store.drafts(session, article_id)
        if draft.author != by and (draft.kept_at or now - draft.seen_at < PRESENT)
    )


def _note_presence(
    session: Session,
    article_id: int,
    content: ArticleContent | None,
    base: str,
    by: str,
    now: datetime,
    is_saved: bool,
) -> None:
    draft = store.draft(session, article_id, by)
    if draft is None:
        draft = ArticleDraft(
            article_id=article_id, author=by, base=base, kept_at=None, content=None
        )
        session.add(draft)
    draft.seen_at = now
    if content is not None:
        draft.content, draft.kept_at, draft.base = content.as_json(), now, base
    elif is_saved:
        draft.content, draft.kept_at = None, None
    session.flush()
    store.remove_passers_by(session, article_id, now - 10 * PRESENT)


def _apply(
    session: Session,
    article: Article,
    content: ArticleContent,
    change: ArticleEdit,
    context: ImportContext,
    now: datetime,
) -> bool:
    """Write content, status and time into the article."""
    edit = replace(
        content.edit_of(article),
        title=_title(content),
        published_at=change.published_at,
        status=change.status,
    )
    return apply_edit(session, article, edit, context, now)


def _undescribed(html: str, base_url: str) -> int:
    """How many uploaded pictures have no `alt`."""
    tags = _IMAGE.findall(html)
    return sum(
        _ALT.search(tag) is None and bool(hashes_in(tag.replace(base_url, ""))) for tag in tags
    )


def _title(content: ArticleContent) -> str:
    return one_line(content.title) or UNTITLED


def _conflict_message(session: Session, article: Article) -> str:
    newest = store.newest_revision(session, article.id)
    by = f" by {newest.by}" if newest and newest.by else ""
    return (
        f"article {article.id} was changed{by} since you opened it; your words are kept: "
        "compare both and save again"
    )
