"""WebSub publisher: notifies hubs of changed feeds (W3C WebSub; publish as in PubSubHubbub 0.4).

Pending notifications are derived from the articles' last change and the change that each hub last
accepted, both in the database, so none is lost by a restart or an outage. A lease on the row makes
one process of several notify a hub.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import FetchError
from newsletter.feeds import store
from newsletter.feeds.documents.building import feed_url
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.models import HubNotice
from newsletter.feeds.scopes import Scope, Selection
from newsletter.http_client.http_dates import parsed_http_date
from newsletter.logging import EventLogger

log = EventLogger(__name__)

LEASE = timedelta(minutes=3)
FIRST_WAIT = timedelta(minutes=1)
MAX_WAIT = timedelta(hours=6)
TIMEOUT_SECONDS = 15
USER_AGENT = "newsletter (WebSub publisher)"

NotifyHub = Callable[[str, str], None]
"""Notify a hub of a feed's URL; raises HubRefused."""


class HubRefused(FetchError):
    """The hub did not accept the notification; retried later."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True, slots=True)
class DueNotice:
    """A pending notification."""

    hub: str
    scope: Scope
    change: datetime


def notify_hubs(
    database: Database, config: Config, clock: Clock, tell: NotifyHub | None = None
) -> int:
    """Send every due notification; the number accepted."""
    notified = 0
    for due in _due(database, config, clock.now()):
        if _lease(database, due, clock.now()):
            notified += _send(database, config, due, clock, tell or notify_hub)
    return notified


def notify_hub(hub: str, url: str) -> None:
    """Send one publish request.

    Raises:
        HubRefused: no answer, or one that is not 2xx.
    """
    import requests

    form = {"hub.mode": "publish", "hub.url": url}
    try:
        with requests.Session() as session:
            session.trust_env = False
            # Streamed and left unread, however long the body is.
            with session.post(
                hub,
                data=form,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
                headers={"User-Agent": USER_AGENT},
            ) as answer:
                pass
    except requests.RequestException as error:
        raise HubRefused(f"hub {hub}: no answer ({type(error).__name__})") from error
    if not 200 <= answer.status_code < 300:
        wait = _retry_after(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
        raise HubRefused(f"hub {hub} answered {answer.status_code} {answer.reason or ''}", wait)


def wait_after(failures: int, retry_after: timedelta | None) -> timedelta:
    """The back-off after so many consecutive failures."""
    doubled = FIRST_WAIT * int(2 ** min(failures - 1, 16))
    wait = min(doubled, MAX_WAIT)
    return max(wait, min(retry_after, MAX_WAIT)) if retry_after else wait


def _due(database: Database, config: Config, now: datetime) -> list[DueNotice]:
    if not config.feeds.hubs:
        return []
    notices = []
    with database.read() as session:
        changes = [(s, store.last_notifiable_change(session, s)) for s, _ in store.scopes(session)]
        for hub in config.feeds.hubs:
            sent = store.notices(session, hub)
            notices += [
                DueNotice(hub=hub, scope=scope, change=change)
                for scope, change in changes
                if change and _is_due(sent.get(scope.key), change, now)
            ]
    return notices


def _is_due(notice: HubNotice | None, change: datetime, now: datetime) -> bool:
    if notice is None:
        return True
    if notice.told_change is not None and notice.told_change >= change:
        return False
    return notice.next_attempt_at is None or notice.next_attempt_at <= now


def _lease(database: Database, due: DueNotice, now: datetime) -> bool:
    """Whether this process got the lease."""
    with database.write() as session:
        return store.lease_notice(
            session, due.hub, due.scope, change=due.change, now=now, until=now + LEASE
        )


def _send(
    database: Database, config: Config, due: DueNotice, clock: Clock, tell: NotifyHub
) -> bool:
    try:
        for kind in FeedKind:
            selection = Selection(kind=kind, scope=due.scope)
            tell(due.hub, feed_url(config.site.base_url, selection))
    except HubRefused as error:
        _note_failure(database, due, error, clock.now())
        return False
    with database.write() as session:
        notice = store.notice(session, due.hub, due.scope)
        notice.told_change, notice.told_at = due.change, clock.now()
        notice.failures, notice.next_attempt_at, notice.last_error = 0, None, ""
    log.info("hub notified", hub=due.hub, feed=due.scope.key)
    return True


def _note_failure(database: Database, due: DueNotice, error: HubRefused, now: datetime) -> None:
    with database.write() as session:
        notice = store.notice(session, due.hub, due.scope)
        notice.failures += 1
        notice.last_error = str(error)
        notice.next_attempt_at = now + wait_after(notice.failures, error.retry_after)
    log.warning("hub notification failed, will be retried", hub=due.hub, error=str(error))


def _retry_after(text: str, date: str) -> timedelta | None:
    """Seconds or a date (RFC 9110 section 10.2.3), relative to the response's Date."""
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    end, sent = parsed_http_date(text), parsed_http_date(date)
    return max(end - sent, timedelta(0)) if end and sent else None
