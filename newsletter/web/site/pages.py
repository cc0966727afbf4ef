"""Pages: front page, articles, topics, authors and search."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.articles import store
from newsletter.articles.models import Article, ArticleStatus
from newsletter.errors import ResourceNotFound
from newsletter.http.path_params import page_in, slug_in
from newsletter.web.errors import ArticleWithdrawn
from newsletter.web.state import site_of

PAGE_SIZE = 12
MORE_TO_READ = 3
MAX_QUERY_CHARACTERS = 200


def front(request: Request) -> Response:
    """The newest articles."""
    site, number = site_of(request), page_in(request)
    with site.services.database.read() as session:
        articles = store.published(session, (), limit=PAGE_SIZE + 1, offset=_offset(number))
        context = {"is_front": True, "topics": store.topics(session), **_paged(articles, number)}
        return site.views.page("front.html", context)


def article(request: Request) -> Response:
    """One article."""
    site = site_of(request)
    with site.services.database.read() as session:
        article = _shown(store.by_slug(session, slug_in(request)))
        slugs = tuple(topic.slug for topic in article.topics[:1])
        others = store.published(session, slugs, limit=MORE_TO_READ + 1)
        more = [other for other in others if other.id != article.id][:MORE_TO_READ]
        context = {
            "article": article,
            "corrections": store.corrections(session, [article.id]),
            "more": more,
            "topics": store.topics(session),
        }
        return site.views.page("article.html", context)


def topic(request: Request) -> Response:
    """The articles of one topic."""
    site, number = site_of(request), page_in(request)
    slug = slug_in(request)
    with site.services.database.read() as session:
        topics = store.topics(session)
        current = next((topic for topic in topics if topic.slug == slug), None)
        if current is None:
            raise ResourceNotFound(f"there is no topic {slug!r}")
        articles = store.published(session, (slug,), limit=PAGE_SIZE + 1, offset=_offset(number))
        context = {"topics": topics, "topic": current, "feed_topic": current}
        return site.views.page("topic.html", {**context, **_paged(articles, number)})


def author(request: Request) -> Response:
    """The articles of one author."""
    site, number = site_of(request), page_in(request)
    slug = slug_in(request, "author")
    with site.services.database.read() as session:
        current = next((a for a in store.authors(session) if a.slug == slug), None)
        if current is None:
            raise ResourceNotFound(f"nothing by an author called {slug!r} is published")
        articles = store.published(
            session, (), limit=PAGE_SIZE + 1, offset=_offset(number), authors=current.names
        )
        context = {"topics": store.topics(session), "author": current, "feed_author": current}
        return site.views.page("author.html", {**context, **_paged(articles, number)})


def search(request: Request) -> Response:
    """Full-text search."""
    site, number = site_of(request), page_in(request)
    query = " ".join(request.query_params.get("q", "").split())[:MAX_QUERY_CHARACTERS]
    with site.services.database.read() as session:
        articles: Sequence[Article] = ()
        if query:
            articles = store.search(session, query, limit=PAGE_SIZE + 1, offset=_offset(number))
        context = {"query": query, "topics": store.topics(session), **_paged(articles, number)}
        return site.views.page("search.html", context, headers={"X-Robots-Tag": "noindex"})


def _shown(article: Article) -> Article:
    """The article, if it is public.

    Raises:
        Withdrawn: it was published once.
        ResourceNotFound: it is a draft or scheduled.
    """
    if article.status is ArticleStatus.WITHDRAWN:
        raise ArticleWithdrawn(f"article {article.slug!r} has been withdrawn")
    if article.status is not ArticleStatus.PUBLISHED:
        raise ResourceNotFound(f"there is no article {article.slug!r}")
    return article


def _offset(number: int) -> int:
    return (number - 1) * PAGE_SIZE


def _paged(articles: Sequence[Article], number: int) -> dict[str, Any]:
    """Pagination: `found` has one article more than a page, if there is a next page.

    Raises:
        ResourceNotFound: the page lies past the last.
    """
    if number > 1 and not articles:
        raise ResourceNotFound(f"there is no page {number}")
    return {
        "articles": articles[:PAGE_SIZE],
        "page": number,
        "newer": number - 1 if number > 1 else None,
        "older": number + 1 if len(articles) > PAGE_SIZE else None,
    }


ROUTES = [
    Route("/", front),
    Route("/articles/{slug}", article),
    Route("/topics/{slug}", topic),
    Route("/authors/{author}", author),
    Route("/search", search),
]
