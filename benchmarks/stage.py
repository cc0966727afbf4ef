"""The sending benchmarks' site, with many subscribers and one 30 KB edition.

The subscribers are written straight to the table; everything after that is the product's own.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from newsletter.app import Newsletter
from newsletter.articles.models import Article, ArticleStatus, Topic
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.migrations.running import upgrade
from subscribers.models import Subscriber, SubscriberStatus, TopicChoice
from subscribers.topics import choice_key

CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "https://wexcombe.example"
secret_key = "only the benchmarks know this secret"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane, Little Wexcombe"
[database]
url = "{database}"
[senders.default]
address = "news@wexcombe.example"
{sender}
[transports.default]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "plain"
connections = {connections}
pipelining = "{pipelining}"
messages_per_connection = 0
[digests.weekly]
name = "The weekly digest"
maximum_articles = 200
[templates]
folder = "templates"
"""
# DKIM options of a sender; the key is beside the file.
SIGNING = 'dkim_selector = "bench"\ndkim_key_file = "dkim.pem"'
JOINED = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE_PER_BATCH = 10_000
# The encoded size of one digest: usual for a newsletter.
BYTES = 30_000
# The text part; the HTML part is made as large by the markup around its articles.
TEXT = """{{ person.greeting }},
{% for article in articles %}
{{ article.title }}
{{ article.body_html | striptags }}
{% endfor %}
{{ person.unsubscribe_url }}
{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}
"""
HTML = """<!DOCTYPE html><html lang="en"><head><title>{{ edition.subject }}</title></head><body>
<p>{{ person.greeting }},</p>
{% for article in articles %}<h2>{{ article.title }}</h2>{{ article.body_html | safe }}{% endfor %}
<p><a href="{{ person.unsubscribe_url }}">Leave</a></p>
<p>{{ site.imprint.promoter }}, {{ site.imprint.promoter_address }}</p></body></html>
"""
NAMES = ("Ann Carter", "Ben", "", "Zoë Haywood", "Mary-Jane O'Neill")
SENTENCE = "The council met in Little Wexcombe on Tuesday evening to hear what residents said. "


def site(
    folder: Path,
    database_url: str,
    port: int,
    *,
    subscribers: int,
    choices: int = 1,
    connections: int = 10,
    pipelining: str = "envelope",
    dkim_key: bytes = b"",
    size: int = BYTES,
) -> Path:
    """A configured site with an edition of so many bytes; yields its configuration file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "newsletter.toml"
    path.write_text(
        CONFIG.format(
            database=database_url,
            port=port,
            connections=connections,
            pipelining=pipelining,
            sender=SIGNING if dkim_key else "",
        )
    )
    (folder / "dkim.pem").write_bytes(dkim_key)
    template = folder / "templates" / "digest"
    template.mkdir(parents=True, exist_ok=True)
    (template / "body.txt").write_text(TEXT)
    (template / "body.html").write_text(HTML)
    app = Newsletter.from_file(path)
    upgrade(app.database)
    _people(app, subscribers, _topics(app, choices, size))
    app.close()
    return path


def edition(app: Newsletter) -> int:
    """The number of a new edition of everything, composed and not yet fanned out."""
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, "weekly", period=None, now=app.clock.now()
        )
        assert isinstance(made, Edition), made
        return made.id


def _topics(app: Newsletter, choices: int, size: int) -> list[int]:
    """Insert one general article, one per topic, and a choice for each topic."""
    with app.database.write() as session:
        # Half of a mail is its HTML part, half its text part.
        body = f"<p>{SENTENCE * (size // 2 // len(SENTENCE))}</p>"
        topics = [Topic(slug=f"ward-{n}", name=f"Ward {n}") for n in range(choices)]
        for number, topic in enumerate(topics):
            session.add(_article(f"News of ward {number}", body, [topic]))
        keys = [choice_key([topic.slug]) for topic in topics]
        made = [TopicChoice(key=key) for key in keys]
        session.add_all(made)
        session.flush()
        return [choice.id for choice in made]


def _article(title: str, body: str, topics: list[Topic]) -> Article:
    key = hashlib.sha256(title.encode()).hexdigest()[:12]
    return Article(
        uid=f"tag:wexcombe.example,2026:{key}",
        slug=key,
        source="text",
        source_key=key,
        fingerprint=key,
        title=title,
        summary=SENTENCE,
        body_html=body,
        body_text=body,
        status=ArticleStatus.PUBLISHED,
        published_at=JOINED,
        updated_at=JOINED,
        stored_at=JOINED,
        content_hash=key,
        topics=topics,
    )


def _people(app: Newsletter, count: int, choices: list[int]) -> None:
    for first in range(0, count, PEOPLE_PER_BATCH):
        with app.database.write() as session:
            many = range(first, min(first + PEOPLE_PER_BATCH, count))
            session.connection().execute(insert(Subscriber), list(_rows(many, choices)))


def _rows(numbers: range, choices: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "address": f"reader{number}@d{number % 1000}.example",
            "address_hash": f"{number:064x}",
            "name": NAMES[number % len(NAMES)],
            "status": SubscriberStatus.CONFIRMED,
            "choice_id": choices[number % len(choices)],
            "joined_at": JOINED,
            "confirmed_at": JOINED,
        }
