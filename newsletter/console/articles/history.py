"""The history of an article with differences, and comparing words that are not saved."""

from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.actions import articles
from newsletter.articles import store
from newsletter.articles.writing import store as writing
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.differences import ChangedLine, differences
from newsletter.articles.writing.merging import choices, merged, only_theirs
from newsletter.articles.writing.models import ArticleRevision
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.errors import Conflict, ResourceNotFound
from newsletter.http.path_params import number_in
from newsletter.queries.audit import who_is
from newsletter.staff import store as staff
from newsletter.staff.permissions import Permission

# The value of a choice that keeps what the article has.
ARTICLE = "article"


class Restoring(BaseModel):
    """The revision to go back to."""

    revision: int


class Keeping(BaseModel):
    """Saving one's own words over the newest version."""

    base: str


class Merging(BaseModel):
    """Joining one's own words with the article; beside it a choice for each place."""

    base: str


class Taking(BaseModel):
    """Taking the words of somebody else into one's own editor."""

    of: str


def history_page(request: ConsoleRequest) -> Response:
    """The revisions, newest first, each with what it changed."""
    number = request.number()
    with request.database.read() as session:
        article = store.get(session, number)
        revisions = writing.revisions(session, number, below=_below(request))
        names = staff.names(session)
    rows = [
        {
            "revision": one,
            "by": who_is(one.by, names) if one.by else "",
            "changes": _changes(revisions, place),
        }
        for place, one in enumerate(revisions)
    ]
    context = {
        "article": article,
        "rows": rows,
        "older": revisions[-1].number if len(revisions) == writing.PAGE else None,
        "may_write": request.may(Permission.WRITE),
    }
    return request.page("articles/history.html", context)


def restore(request: ConsoleRequest) -> Response:
    """Give the article the content of an earlier revision."""
    number, form = request.number(), request.read(Restoring)
    done = articles.restore(request.context, request.actor, number, form.revision)
    words = f"“{done.title}” is again as it was then." if done.is_changed else "It is the same."
    return request.redirect(f"/articles/{number}/history", words)


def compare_page(request: ConsoleRequest) -> Response:
    """The unsaved words of somebody beside the article."""
    number, own = request.number(), str(request.actor)
    author = request.query.get("of") or own
    with request.database.read() as session:
        article = store.get(session, number)
        stored, words = ArticleContent.of(article), _words(session, number, author)
        autosave = _kept(request, session, stored, words)
        newest = writing.newest_revision(session, number)
        names = staff.names(session)
    context = {
        "article": article,
        "author": author,
        "name": who_is(author, names),
        "is_own": author == own,
        "version": stored.version,
        "changed_by": who_is(newest.by, names) if newest and newest.by else "",
        "lines": differences(stored, words),
        "choices": choices(stored, words) if author == own else [],
        "kept": autosave,
    }
    return request.page("articles/compare.html", context)


def merge(request: ConsoleRequest) -> Response:
    """Join one's own words with the article as chosen for each place, and go on in the editor."""
    number, form = request.number(), request.read(Merging)
    with request.database.read() as session:
        stored = ArticleContent.of(store.get(session, number))
        words = _words(session, number, str(request.actor))
    if stored.version != form.base:
        raise Conflict("the article has been changed once more; choose again")
    stored_fields = {choice.name for choice in choices(stored, words)}
    stored_fields = {name for name in stored_fields if request.form.get(name) == ARTICLE}
    joined = merged(stored, words, stored_fields)
    articles.keep(request.context, request.actor, number, joined, stored.version)
    return request.redirect(f"/articles/{number}", "Both are joined. Look at it, and save it.")


def save_mine(request: ConsoleRequest) -> Response:
    """Save one's own words over the version that one has seen; the other stays in the history."""
    number, form = request.number(), request.read(Keeping)
    with request.database.read() as session:
        words = _words(session, number, str(request.actor))
    done = articles.save(request.context, request.actor, number, words, form.base)
    words_told = f"“{done.title}” has your words; what was there before is in its history."
    return request.redirect(f"/articles/{number}", words_told)


def take(request: ConsoleRequest) -> Response:
    """Go on with the words of somebody else; theirs stay as they are."""
    number, form = request.number(), request.read(Taking)
    with request.database.read() as session:
        words = _words(session, number, form.of)
        base = ArticleContent.of(store.get(session, number)).version
    articles.keep(request.context, request.actor, number, words, base)
    return request.redirect(f"/articles/{number}", "Their words are in your editor now.")


def _kept(
    request: ConsoleRequest, session: Session, stored: ArticleContent, words: ArticleContent
) -> set[str]:
    """The places that are as the article has them: as chosen, or where only others changed it."""
    if request.form.get("base") == stored.version:
        return {name for name, value in request.form.items() if value == ARTICLE}
    number = request.number()
    draft = writing.draft(session, number, str(request.actor))
    base = writing.content_of_version(session, number, draft.base) if draft else None
    return only_theirs(base, stored, words) if base else set()


def _words(session: Session, number: int, author: str) -> ArticleContent:
    """
    Raises:
        ResourceNotFound: they have no unsaved words.
    """
    draft = writing.draft(session, number, author)
    if draft is None or draft.content is None:
        raise ResourceNotFound("there are no unsaved words any more; they are saved or given up")
    return ArticleContent.from_json(draft.content)


def _changes(revisions: list[ArticleRevision], place: int) -> list[ChangedLine] | None:
    """What a revision changed; None where the one before is not on this page."""
    if place + 1 >= len(revisions):
        return None
    before, after = (ArticleContent.from_json(revisions[p].content) for p in (place + 1, place))
    return differences(before, after)


def _below(request: ConsoleRequest) -> int | None:
    return number_in(request.query.get("below", ""))


ROUTES = [
    page("/articles/{number:int}/history", Permission.READ, history_page),
    form("/articles/{number:int}/restore", Permission.WRITE, restore),
    page("/articles/{number:int}/compare", Permission.WRITE, compare_page),
    form("/articles/{number:int}/mine", Permission.WRITE, save_mine, again=compare_page),
    form("/articles/{number:int}/merge", Permission.WRITE, merge, again=compare_page),
    form("/articles/{number:int}/take", Permission.WRITE, take),
]
