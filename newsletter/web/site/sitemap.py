"""Sitemap (sitemaps.org) and robots.txt (RFC 9309)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from lxml import etree
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.articles import store
from newsletter.errors import ResourceNotFound
from newsletter.web.state import site_of

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# sitemaps.org, "Sitemap index files": at most 50,000 addresses and 50 MB each.
MAX_ADDRESSES = 20_000
MAX_AGE = "public, max-age=3600"
# Private, or endless.
DISALLOWED = (
    "/search",
    "/unsubscribe/",
    "/return/",
    "/confirm/",
    "/move/",
    "/keep-address/",
    "/preferences/",
    "/private/",
    "/mails",
)

Place = tuple[str, datetime | None]


def sitemap(request: Request, *, most: int) -> Response:
    """The sitemap, or a sitemap index where there are too many pages for one."""
    site = site_of(request)
    base = site.config.site.base_url
    with site.services.database.read() as session:
        number = store.count(session)
        if number > most:
            parts = range(1, -(-number // most) + 1)
            return _xml(
                "sitemapindex", "sitemap", ((f"{base}/sitemap-{n}.xml", None) for n in parts)
            )
        return _xml("urlset", "url", _places(session, base, 1, most))


def sitemap_part(request: Request, *, most: int) -> Response:
    """One sitemap of the index."""
    site, number = site_of(request), request.path_params["number"]
    with site.services.database.read() as session:
        if not 1 <= number <= -(-store.count(session) // most):
            raise ResourceNotFound(f"there is no sitemap {number}")
        return _xml("urlset", "url", _places(session, site.config.site.base_url, number, most))


def _places(session: Session, base: str, part: int, most: int) -> Iterator[Place]:
    if part == 1:
        yield f"{base}/", store.last_change(session)
        for topic in store.topics(session):
            if topic.count:
                yield f"{base}/topics/{topic.slug}", None
        for author in store.authors(session):
            yield f"{base}/authors/{author.slug}", None
    offset = (part - 1) * most
    for slug, updated_at in store.addresses(session, limit=most, offset=offset):
        yield f"{base}/articles/{slug}", updated_at


def _xml(root_name: str, name: str, places: Iterable[Place]) -> Response:
    root = etree.Element(root_name, xmlns=SITEMAP)
    for address, changed_at in places:
        one = etree.SubElement(root, name)
        etree.SubElement(one, "loc").text = address
        if changed_at:
            etree.SubElement(one, "lastmod").text = changed_at.isoformat(timespec="seconds")
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Response(content, media_type="application/xml", headers={"Cache-Control": MAX_AGE})


def robots(request: Request) -> Response:
    """robots.txt."""
    base = site_of(request).config.site.base_url
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED)]
    text = "\n".join([*lines, "", f"Sitemap: {base}/sitemap.xml", ""])
    return PlainTextResponse(text, headers={"Cache-Control": MAX_AGE})


def routes(most: int = MAX_ADDRESSES) -> list[Route]:
    """
    Args:
        most: articles in one sitemap.
    """
    return [
        Route("/sitemap.xml", partial(sitemap, most=most)),
        Route("/sitemap-{number:int}.xml", partial(sitemap_part, most=most)),
        Route("/robots.txt", robots),
    ]
