"""The list of articles: search, filters, and which digest told each."""

from collections.abc import Sequence
from contextlib import suppress

from starlette.responses import Response

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.queries import articles as queries
from newsletter.queries.articles import ArticleFilters, ArticleOrder, ListedArticle
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
    return ", ".join(f"{one.title} {one.period}".strip() for one in row.editions)


COLUMNS = [
    Column[ListedArticle](name="Title", value=lambda row: row.article.title, sort="title"),
    Column[ListedArticle](name="Status", value=lambda row: STATUSES[row.article.status][0]),
    Column[ListedArticle](name="Date", value=lambda row: row.article.published_at, sort="date"),
    Column[ListedArticle](name="Topics", value=topics_of),
    Column[ListedArticle](name="Author", value=lambda row: row.article.author),
    Column[ListedArticle](name="Sent in", value=tellings_of),
]
SHOWN = [column for column in COLUMNS if column.name != "Author"]


def list_(request: ConsoleRequest) -> Response:
    """The articles, the newest first unless something else was chosen."""
    listing = Listing.of(request, filters=FILTERS, sorts=("-date", "title"))

    def rows(after: int | None, limit: int) -> Sequence[ListedArticle]:
        with request.database.read() as session:
            return queries.article_page(
                session,
                _filters(listing),
                order=ArticleOrder(listing.sort.removeprefix("-")),
                is_ascending=listing.is_ascending,
                after=after,
                limit=limit,
            )

    if listing.wants_csv:
        return listing.csv("articles.csv", COLUMNS, rows, key=lambda row: row.article.id)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(SHOWN, shown, key=lambda row: row.article.id)
    with request.database.read() as session:
        topics = [(topic.slug, topic.name) for topic in store.topics(session)]
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


ROUTES = [page("/articles", Permission.READ, list_)]
