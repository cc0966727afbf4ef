"""An article as it stands, for those who read and do not write; drafts too."""

from starlette.responses import Response

from newsletter.articles import store
from newsletter.articles.body.urls import resolved
from newsletter.console.articles.list import STATUSES
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.staff.permissions import Permission


def read_page(request: ConsoleRequest) -> Response:
    """Its text, sanitised when it was stored."""
    with request.database.read() as session:
        article = store.get(session, request.number())
        body = resolved(article.body_html, request.config.site.base_url)
        topics = [topic.name for topic in article.topics]
    context = {
        "article": article,
        "body": body,
        "topics": topics,
        "status": STATUSES[article.status],
    }
    return request.page("articles/read.html", context)


ROUTES = [page("/articles/{number:int}/read", Permission.READ, read_page)]
