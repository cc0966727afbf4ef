"""Withdrawing, publishing again and correcting an article."""

from pydantic import BaseModel
from starlette.responses import Response

from newsletter.actions import articles
from newsletter.articles import store
from newsletter.articles.corrections import MAX_NOTE_LENGTH
from newsletter.articles.editing import ArticleEdit
from newsletter.articles.models import ArticleStatus
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.staff.permissions import Permission


class CorrectionForm(BaseModel):
    """A correction to publish."""

    note: str = ""


def withdraw(request: ConsoleRequest) -> Response:
    """Take it off the site and the feeds."""
    number = request.number()
    [done] = articles.withdraw(request.context, request.actor, [str(number)])
    words = f"“{done.title}” is off the site and the feeds. Mails that were sent keep it."
    return request.redirect("/articles", words, undo=f"/articles/{number}/publish")


def publish(request: ConsoleRequest) -> Response:
    """Publish it again, with the date that it had."""
    change = ArticleEdit(status=ArticleStatus.PUBLISHED)
    done = articles.edit(request.context, request.actor, request.number(), change)
    return request.redirect("/articles", f"“{done.title}” is on the site.")


def make_draft(request: ConsoleRequest) -> Response:
    """Take back that it appears; it is a draft again."""
    change = ArticleEdit(status=ArticleStatus.DRAFT)
    done = articles.edit(request.context, request.actor, request.number(), change)
    return request.redirect("/articles", f"“{done.title}” is a draft again.")


def correct_page(request: ConsoleRequest) -> Response:
    """The form of a correction, and those before."""
    number = request.number()
    with request.database.read() as session:
        context = {
            "article": store.get(session, number),
            "corrections": store.corrections(session, [number]),
        }
    form_state = request.fields(note="")
    return request.page(
        "articles/correct.html", {**context, "form": form_state, "longest": MAX_NOTE_LENGTH}
    )


def correct(request: ConsoleRequest) -> Response:
    """Publish a correction."""
    form = request.read(CorrectionForm)
    title = articles.correct(request.context, request.actor, request.number(), form.note)
    return request.redirect("/articles", f"The correction of “{title}” is published.")


ROUTES = [
    form("/articles/{number:int}/withdraw", Permission.WRITE, withdraw),
    form("/articles/{number:int}/publish", Permission.WRITE, publish),
    form("/articles/{number:int}/draft", Permission.WRITE, make_draft),
    page("/articles/{number:int}/correct", Permission.WRITE, correct_page),
    form("/articles/{number:int}/correct", Permission.WRITE, correct, again=correct_page),
]
