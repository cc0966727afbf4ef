"""Editing an article field by field, or as one Markdown document.

An edit updates `updated_at` and leaves tag and slug alone. The content hash of the imported record
is untouched, so importing the same file again changes nothing.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.body.sanitising import derived_summary, sanitise, text_of
from newsletter.articles.body.urls import relative_to_site
from newsletter.articles.importers.base import (
    ImportContext,
    Unreadable,
    checked_title,
    one_line,
)
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.importers.markup.front_matter import split
from newsletter.articles.importers.values.dates import moment_of
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.ingestion.unique_names import UNSEEN_SLUG, free_slug
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.scheduling import status_at
from newsletter.errors import InvalidInput

_SEEN = (ArticleStatus.PUBLISHED, ArticleStatus.SCHEDULED)
FIELDS = ("title", "date", "author", "summary", "topics", "image", "link", "status")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleEdit:
    """What to change; None leaves a field as it is.

    Args:
        summary: empty: derive it from the text.
        body_html: not yet sanitised.
    """

    title: str | None = None
    published_at: datetime | None = None
    author: str | None = None
    summary: str | None = None
    topics: tuple[str, ...] | None = None
    image_url: str | None = None
    canonical_url: str | None = None
    status: ArticleStatus | None = None
    body_html: str | None = None


def apply_edit(
    session: Session, article: Article, edit: ArticleEdit, context: ImportContext, now: datetime
) -> bool:
    """Apply the changes; False if nothing is different.

    Raises:
        InvalidInput: no title, one too long, or no text.
    """
    before = _state(article)
    left = list(article.topics)
    was_derived = article.summary == derived_summary(article.body_text)
    _set_fields(article, edit)
    if edit.status is ArticleStatus.SCHEDULED and article.published_at <= now:
        raise InvalidInput(
            f"article {article.id}: its time has passed; give the time at which it is to appear "
            "with --publish-at"
        )
    article.status = status_at(article.status, article.published_at, now)
    if article.status in _SEEN and UNSEEN_SLUG.fullmatch(article.slug):
        article.slug = free_slug(session, article.title, article.uid)
    if edit.topics is not None:
        article.topics = store.get_or_create_topics(
            session, [one_line(t) for t in edit.topics if t.strip()]
        )
    if edit.body_html is not None:
        _set_body(article, edit.body_html, context)
    if edit.summary is not None:
        article.summary = one_line(edit.summary)
    if not article.summary or (was_derived and edit.summary is None):
        article.summary = derived_summary(article.body_text)
    after = _state(article)
    if after == before:
        return False
    changed_at = store.begin_change(session, now)
    if _content(after) != _content(before):
        article.updated_at = max(now, article.published_at)
        article.is_measured = False
    article.updated_at = max(article.updated_at, article.published_at)
    store.mark_changed(article, changed_at, left)
    return True


def _set_fields(article: Article, edit: ArticleEdit) -> None:
    if edit.title is not None:
        article.title = checked_title(edit.title)
    article.published_at = edit.published_at or article.published_at
    article.status = edit.status or article.status
    if edit.author is not None:
        article.author = one_line(edit.author)
    if edit.image_url is not None:
        article.image_url = edit.image_url.strip()
    if edit.canonical_url is not None:
        article.canonical_url = edit.canonical_url.strip()


def _set_body(article: Article, html: str, context: ImportContext) -> None:
    body = sanitise(html, article.canonical_url or context.base_url + "/")
    body = relative_to_site(body, context.base_url)
    if not body and article.status is not ArticleStatus.DRAFT:
        raise InvalidInput(f"article {article.id}: nothing is left of the text; write its text")
    article.body_html, article.body_text = body, text_of(body)


State = tuple[object, ...]


def _state(article: Article) -> State:
    """Status and content."""
    return (
        article.status,
        article.title,
        article.published_at,
        article.author,
        article.summary,
        tuple(topic.slug for topic in article.topics),
        article.image_url,
        article.canonical_url,
        article.body_html,
    )


def _content(state: State) -> State:
    return state[1:]


def document_of(article: Article, context: ImportContext) -> str:
    """The article as Markdown with front matter, for a text editor."""
    import yaml  # type: ignore[import-untyped]  # python-frontmatter's own dependency

    derived = article.summary == derived_summary(article.body_text)
    values = {
        "title": article.title,
        "date": article.published_at.astimezone(context.zone).isoformat(" "),
        "author": article.author,
        "summary": "" if derived else article.summary,
        "topics": [topic.name for topic in article.topics],
        "image": article.image_url,
        "link": article.canonical_url,
        "status": article.status.value,
    }
    head = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{markdown_of(article.body_html)}\n"


def read_document(text: str, article: Article, context: ImportContext) -> ArticleEdit:
    """The changes in a document from `document_of`; an unchanged body stays as it is stored.

    Raises:
        InvalidInput: it cannot be read.
    """
    document = split(text)
    body = document.text
    if not document.values:
        raise Unreadable("there is no front matter", "keep the lines between the two lines of ---")
    fields = Fields(document.values)
    date = fields.find("date")
    is_same = body.strip() == markdown_of(article.body_html)
    edit = ArticleEdit(
        title=fields.text("title"),
        published_at=None if date is None else moment_of(date, context.zone),
        author=fields.author(),
        summary=fields.text("summary"),
        topics=fields.topics() or (),
        image_url=fields.text("image"),
        canonical_url=fields.text("link"),
        status=fields.status(),
        body_html=None if is_same else html_of(body),
    )
    for note in (*document.notes, *fields.notes):
        raise Unreadable(f"the front matter cannot be read: {note}", "correct it")
    return edit


def markdown_of(html: str) -> str:
    """An HTML body as Markdown."""
    from html2text import HTML2Text

    writer = HTML2Text(bodywidth=0)
    writer.unicode_snob = True
    writer.protect_links = False
    text = writer.handle(html)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
