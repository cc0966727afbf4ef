"""Pages about feeds: all of them with a form, one feed in a browser, and the list as OPML."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.articles import store as articles
from newsletter.feeds import store
from newsletter.feeds.documents.building import feed_url
from newsletter.feeds.documents.content import NEVER, FeedKind
from newsletter.feeds.documents.opml import CONTENT_TYPE, OPML_PATH, write_opml
from newsletter.feeds.scopes import AND, Content, Scope, Selection, limits_of, select
from newsletter.http.middleware.conditional import http_date, is_unchanged
from newsletter.web.state import SiteState, site_of

SHOWN_ARTICLES = 10


def feeds_overview(request: Request) -> Response:
    """All feeds, and a form that builds a feed URL."""
    site, query = site_of(request), request.query_params
    with site.services.database.read() as session:
        topics = articles.topics(session)
        chosen = _chosen(site, query, {topic.slug for topic in topics if topic.count})
        context = {
            "topics": topics,
            "authors": articles.authors(session),
            "chosen": chosen,
            "made": feed_url(site.config.site.base_url, chosen) if query else "",
            "form": _form(site, chosen),
        }
        return site.views.page("feeds.html", context)


def _chosen(site: SiteState, query: QueryParams, topics: set[str]) -> Selection:
    """The feed that the form selects; invalid values are ignored."""
    scope = Scope.of_topics(AND.join(t for t in query.getlist("topic") if t in topics))
    kind = FeedKind(query["kind"]) if query.get("kind") in list(FeedKind) else FeedKind.ATOM
    asked = {}
    if query.get("content") in list(Content):
        asked["content"] = query["content"]
    most, entries = limits_of(site.config.feeds, scope).entries, query.get("entries", "")
    if entries.isascii() and entries.isdigit() and len(entries) < 6 and 0 < int(entries) <= most:
        asked["entries"] = entries
    return select(kind, scope, asked, site.config.feeds)


def _form(site: SiteState, chosen: Selection) -> dict[str, Any]:
    limits = limits_of(site.config.feeds, chosen.scope)
    return {
        "content": chosen.content or limits.content,
        "entries": chosen.entries or limits.entries,
        "most": limits.entries,
    }


def feed_page(site: SiteState, session: Session, selection: Selection, name: str) -> Response:
    """The page that a navigating browser gets at a feed's URL."""
    base = site.config.site.base_url
    places = store.item_refs(session, selection.scope, SHOWN_ARTICLES)[:SHOWN_ARTICLES]
    numbers = [place.article_id for place in places if not place.number]
    by_number = store.feed_articles(session, numbers)
    context = {
        "address": feed_url(base, selection),
        "raw": _with_raw(selection.path),
        "selection": selection,
        "others": [
            (kind.label, replace(selection, kind=kind).path)
            for kind in FeedKind
            if kind is not selection.kind
        ],
        "name": name,
        "articles": [by_number[number] for number in numbers],
        "topics": articles.topics(session),
    }
    return site.views.page("feed.html", context, headers={"X-Robots-Tag": "noindex"})


def _with_raw(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}raw=1"


def opml(request: Request) -> Response:
    """The list of all feeds."""
    site = site_of(request)
    with site.services.database.read() as session:
        content = write_opml(site.config.site, store.scopes(session))
        changed_at = articles.last_change(session) or NEVER
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": http_date(changed_at),
        "Cache-Control": f"public, max-age={int(site.config.feeds.max_age.total_seconds())}",
        "Content-Disposition": 'attachment; filename="feeds.opml"',
    }
    if is_unchanged(request.headers, etag, changed_at):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=CONTENT_TYPE, headers=headers)


ROUTES = [Route("/feeds", feeds_overview), Route(f"/{OPML_PATH}", opml)]
