"""The editor: one page to write, to choose topics and time, and to save."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from newsletter.actions import articles
from newsletter.articles import store
from newsletter.articles.editing import markdown_of
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing import store as writing
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.models import ArticleDraft
from newsletter.articles.writing.saving import (
    UNTITLED,
    OtherWriter,
    StaleVersion,
    has_text,
    others_in,
)
from newsletter.console.articles.form import (
    EVENING,
    MORNING,
    ArticleAutosave,
    ArticleForm,
    change_of,
    content_of,
    kept_content,
    tomorrow_at,
)
from newsletter.console.articles.list import STATUSES
from newsletter.console.frame import errors
from newsletter.console.frame.presentation.forms import sentence
from newsletter.console.frame.presentation.words import when as in_words
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.media.sent import (
    MAX_FORM_BYTES,
    address_of_picture,
    picture_sent,
)
from newsletter.errors import NewsletterError
from newsletter.queries import articles as queries
from newsletter.queries.audit import who_is
from newsletter.staff import store as staff
from newsletter.staff.permissions import Permission

EMPTY = ArticleContent()


def new_page(request: ConsoleRequest) -> Response:
    """An empty article; it begins to exist with its first words."""
    return _editor(request, None)


def article_page(request: ConsoleRequest) -> Response:
    """An article, with one's own words that are not saved in it."""
    with request.database.read() as session:
        article = store.get(session, request.number())
    return _editor(request, article)


def create(request: ConsoleRequest) -> Response:
    """The form of a new article, where the editor did not begin it."""
    form = request.read(ArticleForm)
    change = change_of(form, None, request.now, request.config.site.timezone)
    content = _with_picture(request, content_of(form, EMPTY))
    autosave = articles.keep(request.context, request.actor, None, content)
    done = articles.save(
        request.context, request.actor, autosave.article_id, content, autosave.version, change
    )
    return _saved(request, autosave.article_id, done)


def save(request: ConsoleRequest) -> Response:
    """The form of an article; where somebody else changed it, both are shown."""
    number, form = request.number(), request.read(ArticleForm)
    with request.database.read() as session:
        article = store.get(session, number)
        stored = ArticleContent.of(article)
    change = change_of(form, article, request.now, request.config.site.timezone)
    content = _with_picture(request, content_of(form, stored))
    try:
        done = articles.save(request.context, request.actor, number, content, form.base, change)
    except StaleVersion:
        articles.keep(request.context, request.actor, number, content, form.base)
        return request.redirect(f"/articles/{number}/compare")
    return _saved(request, number, done)


def keep(request: ConsoleRequest) -> Response:
    """What the editor sends by itself; answered as JSON."""
    try:
        return JSONResponse(_keep(request, request.read(ArticleAutosave)))
    except NewsletterError as error:
        return JSONResponse({"message": sentence(str(error))}, errors.status(error))


def discard(request: ConsoleRequest) -> Response:
    """Give up one's own unsaved words."""
    number = request.number()
    articles.discard(request.context, request.actor, number)
    return request.redirect(f"/articles/{number}", "Your unsaved words are gone.")


def _keep(request: ConsoleRequest, form: ArticleAutosave) -> dict[str, Any]:
    stored = EMPTY
    if form.number is not None:
        with request.database.read() as session:
            stored = ArticleContent.of(store.get(session, form.number))
    words = kept_content(form, stored) if form.has_words else None
    autosave = articles.keep(request.context, request.actor, form.number, words, form.base)
    return {
        "number": autosave.article_id,
        "version": autosave.version,
        "is_saved": autosave.is_saved,
        "is_stale": autosave.is_stale,
        "notice": _notice(
            request, autosave.article_id, autosave.others, is_stale=autosave.is_stale
        ),
    }


def _with_picture(request: ConsoleRequest, content: ArticleContent) -> ArticleContent:
    item = picture_sent(request, "lead_picture", alt="")
    return replace(content, image_url=address_of_picture(request, item)) if item else content


def _saved(request: ConsoleRequest, number: int, done: articles.ArticleChange) -> Response:
    with request.database.read() as session:
        article = store.get(session, number)
        status, missing = article.status, _missing(article)
    title, undo = f"“{done.title}”", ""
    if done.appears_at is not None:
        zone = request.config.site.timezone
        words = f"{title} appears {in_words(done.appears_at, request.now, zone)}."
        undo = f"/articles/{number}/draft"
    elif status is ArticleStatus.PUBLISHED:
        words = f"{title} is published." if done.is_changed else f"{title} is as it was."
    elif status is ArticleStatus.WITHDRAWN:
        words = f"{title} is saved, and stays withdrawn."
    else:
        # Its editor may have saved all of it already.
        words = f"{title} is saved as a draft."
        if missing:
            words += f" Before it can be published, write its {' and its '.join(missing)}."
    return request.redirect("/articles", words, undo=undo)


def _missing(article: Article) -> list[str]:
    """What a draft is not published without."""
    has = {"title": article.title != UNTITLED, "text": has_text(article.body_html)}
    return [name for name, is_there in has.items() if not is_there]


def _editor(request: ConsoleRequest, article: Article | None) -> Response:
    """The page; what was typed last is shown before kept words, and those before the article."""
    stored = ArticleContent.of(article) if article else EMPTY
    with request.database.read() as session:
        own = _own_words(session, article, request)
        topics = [topic.name for topic in store.topics(session)]
        editions = queries.editions_of(session, [article.id]).get(article.id, []) if article else []
        by = str(request.actor)
        others = others_in(session, article.id, by, request.now) if article else ()
    shown = ArticleContent.from_json(own.content) if own and own.content else stored
    base = own.base if own else stored.version
    typed = request.trouble.typed if request.trouble else {}
    body = next(iter(typed.get("body_html", [])), shown.body_html)
    number = article.id if article else None
    context = {
        "article": article,
        "status": STATUSES[article.status] if article else None,
        "told": editions,
        "own": own,
        "notice": _notice(request, number, others, is_stale=bool(own) and base != stored.version),
        "form": request.fields(
            title="" if shown.title == UNTITLED else shown.title,
            summary=shown.summary,
            author=shown.author if article else request.member.member.name,
            canonical_url=shown.canonical_url,
            image_url=shown.image_url,
            topics=shown.topics,
            text=markdown_of(shown.body_html),
            when="keep",
            base=base,
        ),
        "topics": list(dict.fromkeys([*topics, *shown.topics])),
        "times": _times(request, article),
        "settings": {
            "number": number,
            "version": base,
            "body": body,
            "root": request.state.root,
            "csrf": request.csrf,
            "keep": request.url("/articles/keep"),
            "upload": request.url("/media/upload"),
            "page": request.url("/articles/0"),
        },
    }
    return request.page("articles/editor.html", context)


def _own_words(
    session: Session, article: Article | None, request: ConsoleRequest
) -> ArticleDraft | None:
    if article is None:
        return None
    draft = writing.draft(session, article.id, str(request.actor))
    return draft if draft is not None and draft.content is not None else None


def _times(request: ConsoleRequest, article: Article | None) -> list[tuple[str, str]]:
    """The choices of when it appears."""
    zone = request.config.site.timezone
    status = article.status if article else ArticleStatus.DRAFT
    later = [
        ("now", "Publish now"),
        ("morning", _time(request, tomorrow_at(MORNING, request.now, zone))),
        ("evening", _time(request, tomorrow_at(EVENING, request.now, zone))),
        ("at", "Publish at another time"),
    ]
    if status is ArticleStatus.DRAFT:
        return [("keep", "Keep as a draft"), *later]
    if status is ArticleStatus.SCHEDULED and article is not None:
        at = in_words(article.published_at, request.now, zone)
        return [("keep", f"As planned: {at}"), ("draft", "Back to a draft"), *later]
    if status is ArticleStatus.WITHDRAWN:
        return [("keep", "Leave it withdrawn"), ("now", "Publish it again")]
    return []


def _time(request: ConsoleRequest, moment: datetime) -> str:
    return f"Publish {in_words(moment, request.now, request.config.site.timezone)}"


def _notice(
    request: ConsoleRequest,
    number: int | None,
    others: tuple[OtherWriter, ...],
    *,
    is_stale: bool,
) -> str:
    """What somebody in an article is told of others, as HTML; empty where there is nothing."""
    if number is None or not (others or is_stale):
        return ""
    with request.database.read() as session:
        names = staff.names(session)
        newest = writing.newest_revision(session, number)
    context = {
        "number": number,
        "is_stale": is_stale,
        "changed_by": who_is(newest.by, names) if newest and newest.by else "an import",
        "changed_at": newest.at if newest else None,
        "others": [(who_is(one.author, names), one) for one in others],
    }
    return request.fragment("articles/_others.html", context).strip()


ROUTES = [
    page("/articles/new", Permission.WRITE, new_page),
    form(
        "/articles/new",
        Permission.WRITE,
        create,
        again=new_page,
        threads=Threads.SLOW,
        max_bytes=MAX_FORM_BYTES,
    ),
    page("/articles/{number:int}", Permission.WRITE, article_page),
    form(
        "/articles/{number:int}",
        Permission.WRITE,
        save,
        again=article_page,
        threads=Threads.SLOW,
        max_bytes=MAX_FORM_BYTES,
    ),
    form("/articles/keep", Permission.WRITE, keep),
    form("/articles/{number:int}/discard", Permission.WRITE, discard),
]
