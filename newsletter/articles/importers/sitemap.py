"""A sitemap (sitemaps.org): the URLs of a site's pages, each to be imported.

A page without an article (a list, a form) fails on its own, like any other page.
"""

import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

from lxml import etree

from newsletter.articles.importers.base import BadRecord, Record, Unreadable
from newsletter.articles.importers.values.dates import moment_of
from newsletter.articles.models import ArticleStatus
from newsletter.errors import FetchError
from newsletter.unpacking import UNPACKING_ERRORS

# sitemaps.org: at most 50,000 URLs a file, and as many files in an index; so many in all are read.
MAX_PAGES = 50_000
MAX_FILES = 500
_TOO_LARGE = BadRecord(
    where="the rest",
    what=f"a site has {MAX_PAGES:,} pages in {MAX_FILES} sitemaps at most",
    hint="import the further sitemaps one by one",
)
MAX_BYTES = 50 * 1024 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A URL and its last modification, as the sitemap states them."""

    address: str
    changed: str = ""


def is_sitemap(content: bytes) -> bool:
    try:
        head = _unpacked(content)[:2000]
    except Unreadable:
        return False
    return b"<urlset" in head or b"<sitemapindex" in head


def pages_of(
    content: bytes, name: str, fetch: Callable[[str], bytes]
) -> Iterator[Page | BadRecord]:
    """The pages of a sitemap, and of the sitemaps that an index names; those that cannot be read.

    Args:
        name: the sitemap's, for messages.
    """
    files: list[tuple[str, Callable[[], bytes]]] = [(name, lambda: content)]
    seen = set[str]()
    opened = 0
    is_cut = False
    while files and len(seen) < MAX_PAGES:
        where, load = files.pop(0)
        opened += 1
        try:
            entries = list(_entries(_unpacked(load())))
        except Unreadable as error:
            yield BadRecord(where=where, what=error.what, hint=error.hint)
            continue
        except FetchError as error:
            what = str(error).removeprefix(f"{where}: ")
            yield BadRecord(where=where, what=what, hint="its pages are missing; import it again")
            continue
        for kind, page in entries:
            if page.address in seen or not page.address.startswith(("http://", "https://")):
                continue
            seen.add(page.address)
            if kind == "url":
                yield page
            elif opened + len(files) < MAX_FILES:
                files.append((page.address, partial(fetch, page.address)))
            else:
                is_cut = True
    if files or is_cut:
        yield _TOO_LARGE


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(MAX_BYTES)
    except UNPACKING_ERRORS as error:
        raise Unreadable("the sitemap is damaged", "fetch it again") from error


def _entries(content: bytes) -> Iterator[tuple[str, Page]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(content.strip(), parser) if content.strip() else None
    if root is None or etree.QName(root).localname not in {"urlset", "sitemapindex"}:
        raise Unreadable("the sitemap is damaged, or another page", "fetch it again")
    for element in root.iterchildren("{*}url", "{*}sitemap"):
        address = (element.findtext("{*}loc") or "").strip()
        changed = (element.findtext("{*}lastmod") or "").strip()
        yield etree.QName(element).localname, Page(address=address, changed=changed)


def completed(record: Record, page: Page, zone: ZoneInfo) -> Record:
    """The record under its URL; dated by the sitemap if the page has no date."""
    record = replace(record, source_key=page.address, explicit_key=True)
    record = replace(record, canonical_url=record.canonical_url or page.address)
    if record.published_at is not None or not page.changed:
        return record
    try:
        moment = moment_of(page.changed, zone)
    except Unreadable:
        return record
    note = "without a date on the page: kept as a draft, under its last change in the sitemap"
    return replace(
        record, published_at=moment, status=ArticleStatus.DRAFT, notes=(*record.notes, note)
    )
