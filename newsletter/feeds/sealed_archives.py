"""Archive documents (RFC 5005 section 4): events of a feed, sealed in order.

An archive holds a fixed number of events: a version of an article, a correction, a withdrawal. A
sealed archive is immutable; later changes go into a later archive. The one exception: the text of a
withdrawn article is no longer shown (`feeds.documents.building`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.articles.models import ArticleStatus, Correction
from newsletter.config.options import Config
from newsletter.feeds import store
from newsletter.feeds.documents.entries import entry_of, entry_of_correction, freeze
from newsletter.feeds.models import FeedArchive, FeedArchiveItem, FeedEvent, FeedEventKind
from newsletter.feeds.scopes import Scope
from newsletter.feeds.store import ArticleState, FeedArticle, ItemRef

PendingEvent = tuple[datetime, FeedEventKind, int, int, datetime]
"""Sort time, kind, article, number of the correction, identifying time."""


def seal(session: Session, config: Config, scope: Scope, now: datetime) -> int:
    """Seal every full archive; the number sealed.

    The remainder, less than an archive, stays in the feed.
    """
    waiting = pending_events(session, scope)
    size = config.feeds.archive_entries
    number = store.last_archive(session, scope)
    full = len(waiting) // size
    for i in range(full):
        archive = FeedArchive(scope=scope.key, number=number + i + 1, sealed_at=now)
        session.add(archive)
        session.flush()
        part = waiting[i * size : (i + 1) * size]
        event_rows = _event_rows(session, part, config.site.base_url)
        session.add_all(
            FeedArchiveItem(archive_id=archive.id, position=position, event_id=one.id)
            for position, one in enumerate(event_rows)
        )
        session.flush()
    return full


def pending_events(session: Session, scope: Scope) -> list[PendingEvent]:
    """Events that no archive of the scope holds yet, oldest first."""
    last_events: dict[int, tuple[FeedEventKind, datetime]] = {}
    corrected: set[tuple[int, int]] = set()
    for kind, article, number, at in store.archived(session, scope):
        if kind is FeedEventKind.CORRECTION:
            corrected.add((article, number))
        else:
            last_events[article] = (kind, at)
    events = list(_of_articles(store.article_states(session, scope), last_events))
    events += [
        (place.at, FeedEventKind.CORRECTION, place.article_id, place.number, place.at)
        for place in store.correction_refs(session, scope)
        if (place.article_id, place.number) not in corrected
    ]
    return sorted(events)


def _of_articles(
    states: list[ArticleState], last_events: dict[int, tuple[FeedEventKind, datetime]]
) -> Iterator[PendingEvent]:
    for state in states:
        kind, at = last_events.get(state.id, (None, None))
        if state.status is ArticleStatus.WITHDRAWN:
            if kind is not FeedEventKind.WITHDRAWAL:
                moment = state.changed_at
                yield moment, FeedEventKind.WITHDRAWAL, state.id, 0, moment
        elif kind is None:
            yield state.published_at, FeedEventKind.ARTICLE, state.id, 0, state.updated_at
        elif kind is FeedEventKind.WITHDRAWAL or at != state.updated_at:
            yield state.changed_at, FeedEventKind.ARTICLE, state.id, 0, state.updated_at


def _event_rows(session: Session, part: list[PendingEvent], base_url: str) -> list[FeedEvent]:
    """The rows of the events; created unless another feed's archive has them."""
    places = [ItemRef(at=at, article_id=article, number=n) for at, _, article, n, _ in part]
    articles = store.feed_articles(session, {place.article_id for place in places})
    notes = store.corrections(session, places)
    rows = []
    for place, (_, kind, article_id, number, moment) in zip(places, part, strict=True):
        row = store.find_event(session, kind, article_id, number, moment)
        if row is None:
            article = articles[article_id]
            row = FeedEvent(kind=kind, article_id=article_id, number=number, at=moment)
            row.entry = _frozen(kind, article, notes.get(place), base_url)
            session.add(row)
        rows.append(row)
    session.flush()
    return rows


def _frozen(
    kind: FeedEventKind, article: FeedArticle, note: Correction | None, base_url: str
) -> dict[str, Any]:
    if kind is FeedEventKind.WITHDRAWAL:
        return {}
    if note is not None:
        return freeze(entry_of_correction(note, article, base_url))
    return freeze(entry_of(article, base_url, is_excerpt=False))
