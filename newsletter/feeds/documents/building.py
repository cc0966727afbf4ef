"""Building one feed document from the stored articles: contents, links, bytes.

Caching is in `feeds.feed_cache`; serving and compression are in `web`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles.identity import tag_uri
from newsletter.articles.models import ArticleStatus
from newsletter.config.options import Config, Imprint
from newsletter.errors import ResourceNotFound
from newsletter.feeds import store
from newsletter.feeds.documents.atom import write_atom
from newsletter.feeds.documents.content import (
    NEVER,
    Entry,
    FeedInfo,
    FeedKind,
    Link,
    Withdrawn,
    convert_each,
)
from newsletter.feeds.documents.entries import entry_of, entry_of_correction, thaw
from newsletter.feeds.documents.jsonfeed import write_json
from newsletter.feeds.documents.rss import write_rss
from newsletter.feeds.models import FeedEventKind
from newsletter.feeds.scopes import Content, Scope, Selection, limits_of

WRITERS = {FeedKind.ATOM: write_atom, FeedKind.RSS: write_rss, FeedKind.JSON: write_json}
# A tag URI needs a date (RFC 4151); constant, for sites without site.tag.
TAG_YEAR = 2026


@dataclass(frozen=True, kw_only=True)
class FeedDocument:
    """A feed as served and as written to disk."""

    content: bytes = field(repr=False)
    content_type: str
    etag: str
    """The strong ETag, quoted (RFC 9110 section 8.8.3), a hash of the bytes."""
    last_modified: datetime
    links: tuple[Link, ...] = ()
    """Links repeated in a `Link` header (WebSub section 4)."""


@dataclass(frozen=True, kw_only=True)
class _Contents:
    """The entries of a document, and what its links depend on."""

    entries: tuple[Entry, ...]
    withdrawn: tuple[Withdrawn, ...] = ()
    has_older: bool = False
    last_page: int = 1


def build(session: Session, config: Config, selection: Selection) -> FeedDocument:
    """The current document.

    Raises:
        ResourceNotFound: no such topic, author, page or archive.
    """
    name = store.scope_name(session, selection.scope)
    changed_at = store.last_change(session, selection.scope)
    if selection.archive:
        contents = _archived(session, selection, config)
    else:
        contents = _current(session, selection, config)
    links = tuple(_links(session, config, selection, contents))
    info = replace(_info(config, selection, name), links=links, withdrawn=contents.withdrawn)
    content = WRITERS[selection.kind](info, contents.entries)
    return FeedDocument(
        content=content,
        content_type=selection.kind.content_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        last_modified=changed_at or NEVER,
        links=(Link(rel="self", url=info.self_url), *links),
    )


def feed_url(base_url: str, selection: Selection) -> str:
    return f"{base_url}/{selection.path}"


def imprint_line(imprint: Imprint) -> str:
    """The imprint as one sentence; empty without a promoter."""
    if not imprint.promoter:
        return ""
    promoter = ", ".join(p for p in (imprint.promoter, imprint.promoter_address) if p)
    other = ", ".join(p for p in (imprint.on_behalf_of, imprint.on_behalf_of_address) if p)
    line = f"Promoted by {promoter}"
    return f"{line}, on behalf of {other}." if imprint.on_behalf_of else f"{line}."


def _current(session: Session, selection: Selection, config: Config) -> _Contents:
    """A page of the current articles; the first page has the withdrawals too."""
    limits = limits_of(config.feeds, selection.scope)
    size = selection.entries or limits.entries
    offset = (selection.page - 1) * size
    items = store.item_refs(session, selection.scope, size, offset)
    if selection.page > 1 and not items:
        raise ResourceNotFound(f"this feed has no page {selection.page}")
    shown = items[:size]
    if selection.is_subscription and selection.has_archives:
        shown = _with_unarchived(session, selection.scope, shown, config)
    is_excerpt = (selection.content or limits.content) is Content.EXCERPT
    return _Contents(
        entries=tuple(_entries(session, shown, config, is_excerpt=is_excerpt)),
        withdrawn=_withdrawn(session, selection.scope, size) if selection.page == 1 else (),
        has_older=len(items) > size,
        last_page=max(1, -(-store.count_items(session, selection.scope) // size)),
    )


def _with_unarchived(
    session: Session, scope: Scope, shown: list[store.ItemRef], config: Config
) -> list[store.ItemRef]:
    """Add articles that are neither among the newest nor archived, so that nothing is lost."""
    if not store.last_archive(session, scope):
        return shown
    more = store.unarchived(session, scope, config.feeds.archive_entries)
    return sorted({*shown, *more}, reverse=True)


def _entries(
    session: Session, places: list[store.ItemRef], config: Config, *, is_excerpt: bool
) -> Iterator[Entry]:
    articles = store.feed_articles(session, {place.article_id for place in places})
    notes = store.corrections(session, places)
    base = config.site.base_url

    def entry(place: store.ItemRef) -> Entry:
        article = articles[place.article_id]
        if place.number:
            return entry_of_correction(notes[place], article, base)
        return entry_of(article, base, is_excerpt=is_excerpt)

    return convert_each(places, entry)


def _withdrawn(session: Session, scope: Scope, limit: int) -> tuple[Withdrawn, ...]:
    return tuple(Withdrawn(id=uid, at=at) for uid, at in store.withdrawn(session, scope, limit))


def _archived(session: Session, selection: Selection, config: Config) -> _Contents:
    """The entries of an archive; of a withdrawn article, only the withdrawal."""
    limits = limits_of(config.feeds, selection.scope)
    is_excerpt = (selection.content or limits.content) is Content.EXCERPT
    entries: list[Entry] = []
    gone: dict[str, Withdrawn] = {}
    for told, status, uid, changed_at in store.archive_items(
        session, selection.scope, selection.archive
    ):
        if told.kind is FeedEventKind.WITHDRAWAL:
            gone[uid] = Withdrawn(id=uid, at=told.at)
        elif status is ArticleStatus.PUBLISHED:
            entries.append(thaw(told.entry, is_excerpt=is_excerpt))
        else:
            gone.setdefault(uid, Withdrawn(id=uid, at=changed_at))
    return _Contents(entries=tuple(entries), withdrawn=tuple(gone.values()))


def _links(
    session: Session, config: Config, selection: Selection, contents: _Contents
) -> Iterator[Link]:
    """Links to the hub, pages (RFC 5005 section 3) and archives (section 4)."""
    base = config.site.base_url
    if selection.is_advertised:
        yield from (Link(rel="hub", url=hub) for hub in config.feeds.hubs)
    if selection.archive or (selection.has_archives and selection.page == 1):
        yield from _archive_links(session, base, selection)
    if selection.archive:
        return

    def page(rel: str, number: int) -> Link:
        return Link(rel=rel, url=feed_url(base, replace(selection, page=number)))

    if contents.last_page > 1 or selection.page > 1:
        yield page("first", 1)
        yield page("last", contents.last_page)
    if selection.page > 1:
        yield page("previous", selection.page - 1)
    if contents.has_older:
        yield page("next", selection.page + 1)


def _archive_links(session: Session, base: str, selection: Selection) -> Iterator[Link]:
    older = (selection.archive or store.last_archive(session, selection.scope) + 1) - 1
    if selection.archive:
        yield Link(rel="current", url=feed_url(base, selection.plain()))
    if older:
        yield Link(rel="prev-archive", url=feed_url(base, replace(selection, archive=older)))


def _info(config: Config, selection: Selection, name: str) -> FeedInfo:
    site, scope = config.site, selection.scope
    return FeedInfo(
        id=tag_uri(site.tag, site.base_url, TAG_YEAR, _tag_name(selection)),
        title=f"{site.name}: {name}" if name else site.name,
        subtitle=site.description,
        imprint=imprint_line(site.imprint),
        author=name if scope.author else site.name,
        language=site.language,
        self_url=feed_url(site.base_url, selection),
        site_url=f"{site.base_url}/{'' if scope.is_combination else scope.key}",
        ttl_minutes=max(1, round(config.feeds.max_age.total_seconds() / 60)),
        is_archive=bool(selection.archive),
    )


def _tag_name(selection: Selection) -> str:
    """One id for every page and archive of a feed; a topic's keeps its established form."""
    if len(selection.scope.topics) == 1:
        return f"feed/{selection.scope.topics[0]}"
    return f"feed/{selection.scope.key}" if selection.scope.key else "feed"
