"""The form of an article: its fields, what they mean, and when it is to appear."""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from newsletter.articles.editing import ArticleEdit, markdown_of
from newsletter.articles.importers.base import one_line
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing.content import ArticleContent
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.presentation.moments import Turn, typed_moment

MORNING, EVENING = time(9), time(18)
When = Literal["keep", "draft", "now", "morning", "evening", "at"]


class ArticleForm(BaseModel):
    """What is written of an article."""

    title: str = ""
    summary: str = ""
    author: str = ""
    canonical_url: str = ""
    image_url: str = ""
    topics: tuple[str, ...] = ()
    more_topics: str = ""
    text: str | None = None
    """Markdown, where the editor does not run."""
    body_html: str | None = None
    base: str = ""
    when: When = "keep"
    at: str = ""
    at_turn: Turn = ""
    without_picture: bool = False


class ArticleAutosave(BaseModel):
    """What the editor sends by itself."""

    number: int | None = None
    base: str = ""
    has_words: bool = False
    title: str = ""
    summary: str = ""
    author: str = ""
    canonical_url: str = ""
    image_url: str = ""
    topics: str = ""
    """One a line."""
    more_topics: str = ""
    body_html: str = ""


def content_of(form: ArticleForm, stored: ArticleContent) -> ArticleContent:
    """What was written; an untouched Markdown text leaves the stored body as it is."""
    body = form.body_html
    if body is None:
        text = (form.text or "").replace("\r\n", "\n")
        is_same = text.strip() == markdown_of(stored.body_html).strip()
        body = stored.body_html if is_same else html_of(text)
    return ArticleContent(
        title=one_line(form.title),
        summary=one_line(form.summary),
        author=one_line(form.author),
        topics=topics_in(form.topics, form.more_topics, stored),
        image_url="" if form.without_picture else form.image_url,
        canonical_url=form.canonical_url,
        body_html=body,
    )


def kept_content(form: ArticleAutosave, stored: ArticleContent) -> ArticleContent:
    """What the editor sent."""
    return ArticleContent(
        title=one_line(form.title),
        summary=one_line(form.summary),
        author=one_line(form.author),
        topics=topics_in(form.topics.split("\n"), form.more_topics, stored),
        image_url=form.image_url,
        canonical_url=form.canonical_url,
        body_html=form.body_html,
    )


def topics_in(
    ticked: tuple[str, ...] | list[str], more: str, stored: ArticleContent
) -> tuple[str, ...]:
    """The names of the topics; in the stored order where they are the same."""
    names = [one_line(name) for name in (*ticked, *more.split(","))]
    distinct = tuple(dict.fromkeys(name for name in names if name))
    return stored.topics if set(distinct) == set(stored.topics) else distinct


def change_of(form: ArticleForm, article: Article | None, now: datetime, zone: str) -> ArticleEdit:
    """The status and time that the form asks for.

    Raises:
        FormErrors: a time is missing, or has passed.
    """
    match form.when:
        case "keep":
            return ArticleEdit()
        case "draft":
            return ArticleEdit(status=ArticleStatus.DRAFT)
        case "now":
            was_public = article is not None and article.status is ArticleStatus.WITHDRAWN
            at = None if was_public else now
            return ArticleEdit(status=ArticleStatus.PUBLISHED, published_at=at)
        case "morning":
            return _at(tomorrow_at(MORNING, now, zone))
        case "evening":
            return _at(tomorrow_at(EVENING, now, zone))
        case "at":
            return _at(_moment(form, now, zone))


def tomorrow_at(clock: time, now: datetime, zone: str) -> datetime:
    """Tomorrow at a time, in the site's zone."""
    local = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(local, clock, ZoneInfo(zone))


def _at(moment: datetime) -> ArticleEdit:
    return ArticleEdit(status=ArticleStatus.PUBLISHED, published_at=moment)


def _moment(form: ArticleForm, now: datetime, zone: str) -> datetime:
    words = "Write the day and the time at which it is to appear."
    moment = typed_moment(form.at, zone, "at", words, form.at_turn)
    if moment <= now:
        raise FormErrors({"at": "This time has passed. Write one that is to come."})
    return moment
