"""The list of articles: search, filters, and which digest told each."""

from contextlib import suppress

from starlette.responses import Response

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.presentation.moments import moment_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.http.path_params import number_in
from newsletter.queries import articles as queries
from newsletter.queries.articles import ArticleCursor, ArticleFilters, ListedArticle
from newsletter.staff.permissions import Permission

FILTERS = ("q", "status", "topic", "told")
STATUSES = {
    ArticleStatus.DRAFT: ("Draft", "off"),
    ArticleStatus.SCHEDULED: ("Scheduled", "wait"),
    ArticleStatus.PUBLISHED: ("Published", "good"),
    ArticleStatus.WITHDRAWN: ("Withdrawn", "bad"),
}
"""Each status as it is called, and how its badge looks."""


def topics_of(row: ListedArticle) -> str:
    """Its topics in a line."""
    return ", ".join(topic.name for topic in row.article.topics)


def tellings_of(row: ListedArticle) -> str:
    """The editions with it in a line."""
    return ", ".join(f"{one.title} {one.period}".strip() for one in row.told_by)


COLUMNS = [
    Column[ListedArticle](name="Title", value=lambda row: row.article.title),
    Column[ListedArticle](name="Status", value=lambda row: STATUSES[row.article.status][0]),
    Column[ListedArticle](name="Date", value=lambda row: row.article.published_at),
    Column[ListedArticle](name="Topics", value=topics_of),
    Column[ListedArticle](name="Author", value=lambda row: row.article.author),
    Column[ListedArticle](name="Sent in", value=tellings_of),
]
SHOWN = [column for column in COLUMNS if column.name != "Author"]


def list_(request: ConsoleRequest) -> Response:
    """The articles, newest first."""
    listing = Listing.of(request, filters=FILTERS)
    with request.database.read() as session:
        articles = queries.article_page(
            session, _filters(listing), below=_position(listing.after), limit=listing.limit
        )
        topics = [(topic.slug, topic.name) for topic in store.topics(session)]
    columns = COLUMNS if listing.wants_csv else SHOWN
    table = listing.table(columns, articles, key=_key)
    if listing.wants_csv:
        return table.csv("articles.csv")
    context = {
        "table": table,
        "topics": topics,
        "statuses": STATUSES,
        "topics_of": topics_of,
        "may_write": request.may(Permission.WRITE),
    }
    return request.page("articles/list.html", context)


def _filters(listing: Listing) -> ArticleFilters:
    status = None
    with suppress(ValueError):
        status = ArticleStatus(listing.filter("status"))
    is_told = {"yes": True, "no": False}.get(listing.filter("told"))
    return ArticleFilters(
        words=listing.filter("q"), status=status, topic=listing.filter("topic"), is_told=is_told
    )


def _key(row: ListedArticle) -> str:
    return f"{row.article.published_at.isoformat()} {row.article.id}"


def _position(after: str) -> ArticleCursor | None:
    """The place that the page begins after; None on the first page."""
    moment, _, number = after.rpartition(" ")
    at, article_id = moment_in(moment, "UTC"), number_in(number)
    return (
        None if at is None or article_id is None else ArticleCursor(published_at=at, id=article_id)
    )


ROUTES = [page("/articles", Permission.READ, list_)]
