"""Factories of test data: an organisation, articles, subscribers, and a recording transport."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.app import Newsletter
from newsletter.articles.models import Article, ArticleStatus, Topic
from newsletter.clock import Clock
from newsletter.config.loading import parse_config
from newsletter.errors import NewsletterError
from newsletter.tokens.links import LinkSigners
from newsletter.transports.base import Accepted, ClosingSession, Mail, Outcome, Recorder
from subscribers import membership
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin
from subscribers.membership import Signup
from subscribers.models import Frequency, Subscriber

SECRET = "a secret that only the tests know"

CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "https://wexcombe.example"
secret_key = "{secret}"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane, Little Wexcombe"
[database]
url = "{database}"
[senders.default]
address = "news@wexcombe.example"
[transports.default]
kind = "maildir"
path = "mails"
[digests.friday]
name = "The Friday digest"
[digests.housing]
name = "Housing"
topics = ["housing"]
subject = "{{{{ digest.name }}}}: {{{{ lead.title }}}}"
[bulletins]
undo = "5m"
[templates]
folder = "templates"
"""

# Templates for tests, independent of the shipped design.
TEMPLATES = {
    "digest/body.html": "<html><body><p>{{ person.greeting }}</p>"
    "{% for a in articles %}<h2>{{ a.title }}</h2>{% endfor %}"
    "<a href='{{ person.unsubscribe_url }}'>leave</a>"
    "<a href='{{ person.preferences_url }}'>choose</a>"
    "<p>{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}</p></body></html>",
    "digest/body.txt": "{{ person.greeting }}\n{% for a in articles %}* {{ a.title }}\n"
    "{% endfor %}{{ person.unsubscribe_url }}\n{{ site.imprint.promoter }}, "
    "{{ site.imprint.promoter_address }}",
    "bulletin/body.html": "<html><body>{{ body_html|safe }}"
    "<a href='{{ person.unsubscribe_url }}'>leave</a>"
    "<p>{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}</p></body></html>",
    "bulletin/body.txt": "{{ person.greeting }}\n{{ body_text }}\n{{ person.unsubscribe_url }}\n"
    "{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}",
}


def smtp_config(database: str, port: int, connections: int) -> str:
    """A configuration with the shipped templates that sends to a server on this machine."""
    text = CONFIG.format(secret=SECRET, database=database)
    return text.replace('folder = "templates"', 'folder = ""').replace(
        'kind = "maildir"\npath = "mails"',
        f'kind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
        f"connections = {connections}",
    )


def make_app(
    folder: Path,
    database_url: str,
    clock: Clock,
    extra: str = "",
    transport: "RecordingTransport | None" = None,
) -> Newsletter:
    """A site configured in a folder; its mail goes to the recorder if given."""
    path = folder / "newsletter.toml"
    text = CONFIG.format(secret=SECRET, database=database_url) + extra
    path.write_text(text, encoding="utf-8")
    for name, source in TEMPLATES.items():
        template = folder / "templates" / name
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(source, encoding="utf-8")
    app = RecordedNewsletter if transport else Newsletter
    made = app(parse_config(text, path, {}), path, clock)
    if isinstance(made, RecordedNewsletter):
        made.recorder = transport
    return made


class RecordedNewsletter(Newsletter):
    """A site whose transports are recorders."""

    recorder: "RecordingTransport | None" = None

    @cached_property
    def recorders(self) -> "dict[str, RecordingTransport]":
        return {}

    def transport(self, name: str) -> Any:
        return self.recorders.get(name, self.recorder)

    def reread(self) -> Newsletter:
        made = super().reread()
        assert isinstance(made, RecordedNewsletter)
        made.recorder = self.recorder
        return made


def add_article(
    session: Session,
    title: str,
    published_at: datetime,
    *,
    topics: Sequence[str] = (),
    status: ArticleStatus = ArticleStatus.PUBLISHED,
    **values: Any,
) -> Article:
    """An article as the store would hold it."""
    key = hashlib.sha256(title.encode()).hexdigest()[:12]
    article = Article(
        uid=f"tag:wexcombe.example,2026:article/{key}",
        slug=key,
        source="text",
        source_key=key,
        fingerprint=key,
        title=title,
        summary=f"In short: {title}",
        body_html=f"<p>{key}</p>",
        body_text=key,
        status=status,
        published_at=published_at,
        updated_at=published_at,
        stored_at=published_at,
        content_hash=key,
        **values,
    )
    article.topics = [_topic(session, slug) for slug in topics]
    session.add(article)
    session.flush()
    return article


def add_subscriber(
    session: Session,
    address: str,
    now: datetime,
    *,
    topics: Sequence[str] = (),
    name: str = "",
    proven: bool = True,
    frequency: Frequency = Frequency.REGULAR,
) -> Subscriber:
    joining = Signup(address=address, name=name, topics=tuple(topics), frequency=frequency)
    return membership.join(
        session,
        SECRET,
        joining,
        origin=ConsentOrigin(source="test"),
        proven=proven,
        now=now - timedelta(days=1),
    )


def preferences_path(subscriber_id: int, address: str, issued_at: datetime) -> str:
    """The path of the link to the preferences that a mail to this address brings."""
    known = hash_address(SECRET, address)
    token = LinkSigners(SECRET).preferences_token(subscriber_id, known, issued_at)
    return f"/preferences/{token}"


def unsubscribe_path(
    subscriber_id: int, issued_at: datetime, address: str = "", edition_id: int = 7
) -> str:
    """The path of the unsubscribe link that a mail to this address brings."""
    known = hash_address(SECRET, address)
    links = LinkSigners(SECRET)
    return f"/unsubscribe/{links.unsubscribe_token(subscriber_id, edition_id, known, issued_at)}"


def _topic(session: Session, slug: str) -> Topic:
    found = session.scalar(select(Topic).where(Topic.slug == slug))
    return found or Topic(slug=slug, name=slug.title())


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@dataclass
class RecordingTransport:
    """Accepts every mail or returns scripted outcomes; records the order of events."""

    connections: int = 1
    answers: dict[str, Outcome] = field(default_factory=dict)
    taken: list[Mail] = field(default_factory=list)
    raising: BaseException | None = None
    """Raised in the middle of a mail."""
    closed: NewsletterError | None = None
    """Raised before anything can be sent."""

    def open(self) -> "RecordingSession":
        if self.closed is not None:
            raise self.closed
        return RecordingSession(self)


class RecordingSession(ClosingSession):
    def __init__(self, transport: RecordingTransport) -> None:
        self._transport = transport

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        for mail in mails:
            recorder.handing_over(mail.key)
            self._transport.taken.append(mail)
            if self._transport.raising is not None:
                raise self._transport.raising
            answer = self._transport.answers.get(mail.recipient, Accepted(response="250 ok"))
            recorder.settled(mail.key, answer)
