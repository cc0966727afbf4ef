"""Reported cases, from `../shared/cases`: each read, shown, fed and mailed.

They are no part of the project; without them nothing is tested here.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import feedparser
import httpx
import pytest
from corpus_words import share_kept, shown, words_of
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import CONFIG, SECRET
from threads import asgi_server, http_server

from newsletter.app import Newsletter
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.inputs import Inputs, Loaded, find_inputs, read_all
from newsletter.articles.ingestion.polling import poll_source
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import Article, ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.config.options import SourceOptions
from newsletter.editions import store as editions
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.composing.content import content_of
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.each_article import compose_single
from newsletter.editions.models import Edition
from newsletter.http_client.fetching import fetch
from newsletter.linting.findings import errors_of
from newsletter.rendering.renderer import RenderedMail
from newsletter.web.routes import create_site

CASES = Path(__file__).parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="there are no cases beside the project")

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NO_ARTICLES = {"README.md", "sep-people.csv", "h1-site-name", "lists"}
FEEDS, PAGES = {".rss", ".atom"}, {".html"}
# Not public: they say so, or have no date, or one to come.
KEPT_BACK = {
    "Not yet to be told",
    "We signed with Chios, and with Füßen.",
    "The quay.",
    "Future",
}
# The administrator's own text: a picture that is a link needs words, and nothing is cut off.
STOPPED_BULLETINS = {"Linked picture without alt", "Το λιμάνι άνοιξε"}
# What each kind of fault lost, and what it showed instead.
SHOWN = {
    "Two pictures": "The harbour wall was repaired on Monday",
    "Wall repaired": "The quay opens again to all boats",
    "Rules": "First keep the gate shut. Then feed the geese. Last lock the shed. Sundays are free.",
    "Council meeting of May, the film": "YouTube",
    "How to write to us": "Put the form in <path> of the shared folder; then <set> the date",
    "Code with a dollar": "echo ${HOME}",
    "Second": "Two.",
    "Table with blocks": "recount",
    "Price – rises": "The mayor said “no” and that it’s 5 € late.",
    "Story number 2": "Words of story 2.",
    "WP lazy": "After.",
    "One centred line": "Second paragraph about the crane.",
}
UNSEEN = re.compile("A mason at work|Other story|Preview words|Not shown|contact-form|wp:|&lt;img")
MOMENTS = {
    ("CEST", datetime(2024, 7, 9, 8, tzinfo=UTC)),
    ("CEST", datetime(2019, 3, 23, 12, 30, tzinfo=UTC)),
    ("Dutch date", datetime(2024, 3, 9, 9, tzinfo=UTC)),
    ("half past two", datetime(2019, 3, 23, 14, 30, tzinfo=UTC)),
    ("Dated", datetime(2020, 5, 4, 9, tzinfo=UTC)),
}


@dataclass(frozen=True)
class Site:
    """A site that has read the cases, and what it did not read."""

    app: Newsletter
    refused: list[str]
    public: list[Article]

    def told(self) -> set[tuple[str, str]]:
        """Titles and texts."""
        return {(one.title, " ".join(one.body_text.split())) for one in self.public}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases, told apart where two of them share ids, or title and date."""
    made = tmp_path_factory.mktemp("cases")
    for path in cases():
        stem = path.stem.encode()
        content = path.read_bytes().replace(b"https://p.example", b"https://%b.p.example" % stem)
        content = content.replace(b"title: Fair on", b"title: Fair %b on" % stem)
        (made / path.name).write_bytes(content)
    return made


@pytest.fixture(scope="module")
def files(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, folder: Path
) -> Iterator[Site]:
    """Every case read from its file."""
    app = site_in(tmp_path_factory.mktemp("files"), sqlite_template)
    refused = imported(app, [str(path) for path in sorted(folder.iterdir())])
    yield Site(app, refused, public_of(app))
    app.close()


@pytest.fixture(scope="module")
def fetched(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, folder: Path
) -> Iterator[Site]:
    """Every feed polled, and the pages of a sitemap fetched, from a server on this machine."""
    app = site_in(tmp_path_factory.mktemp("fetched"), sqlite_template)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    with http_server(server) as address:
        refused = []
        for path in cases(FEEDS):
            source = SourceOptions(url=f"{address}/{path.name}", allow_private=True)
            report = poll_source(app.database, source, context_of(app), app.clock)
            refused += [str(bad) for bad in report.bad]
        (folder / "sitemap.xml").write_text(sitemap(address), encoding="utf-8")
        refused += imported(app, [f"{address}/sitemap.xml"])
    yield Site(app, refused, public_of(app))
    app.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Nothing."""


def cases(suffixes: set[str] | None = None) -> list[Path]:
    paths = [*CASES.iterdir(), *(CASES / "h1-site-name").iterdir()] if CASES.is_dir() else []
    return sorted(
        path
        for path in paths
        if path.name not in NO_ARTICLES and (not suffixes or path.suffix in suffixes)
    )


def sitemap(address: str) -> str:
    pages = "".join(f"<url><loc>{address}/{path.name}</loc></url>" for path in cases(PAGES))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'


def site_in(folder: Path, template: Path) -> Newsletter:
    """An empty site with the shipped templates and the digests of `support`."""
    (folder / "newsletter.db").write_bytes(template.read_bytes())
    text = CONFIG.format(secret=SECRET, database=f"sqlite:///{folder}/newsletter.db")
    text += "[feeds]\nentries = 200\n"
    path = folder / "newsletter.toml"
    text = text.replace('folder = "templates"', 'folder = ""')
    text = text.replace('name = "The Friday digest"', 'name = "Friday"\noldest = "0s"')
    return Newsletter(parse_config(text, path, {}), path, FixedClock(NOW))


def context_of(app: Newsletter) -> ImportContext:
    return ImportContext.of(app.config.site)


def imported(app: Newsletter, names: list[str]) -> list[str]:
    """Import files or addresses; what was refused."""
    inputs: Inputs = find_inputs(names, BytesIO(), downloaded)
    records = read_all(inputs, context_of(app), fetch=downloaded)
    report = import_records(app.database, records, context_of(app), app.clock)
    return [str(bad) for bad in report.bad]


def downloaded(address: str) -> Loaded:
    answer = fetch(address, allow_private=True)
    return Loaded(content=answer.content, content_type=answer.content_type)


def public_of(app: Newsletter) -> list[Article]:
    with app.database.read() as session:
        query = select(Article).where(Article.status == ArticleStatus.PUBLISHED)
        return list(session.scalars(query.order_by(Article.id)))


def stopped(app: Newsletter, edition: Edition, mail: RenderedMail) -> list[str]:
    found = errors_of(app.preflight.content_findings(edition, [mail]))
    return [f"{mail.subject}: [{fault.rule}] {fault.message}" for fault in found]


def mailed(session: Session, app: Newsletter, edition: Edition) -> RenderedMail:
    """The mail of an edition for whoever takes everything."""
    sections = editions.sections_of(session, edition)
    base = app.renderer.unsubscribe_base
    return app.renderer.render_mail(content_of(edition, sections, unsubscribe_base=base, now=NOW))


def test_no_case_is_refused(files: Site, fetched: Site) -> None:
    assert (files.refused, fetched.refused) == ([], [])


def test_drafts_and_scheduled_articles_are_not_public(files: Site) -> None:
    assert KEPT_BACK.isdisjoint(article.title for article in files.public)


def test_feeds_and_pages_are_the_same_from_a_file_and_from_a_server(
    files: Site, fetched: Site
) -> None:
    assert fetched.told() <= files.told()
    titles = {title for title, _ in fetched.told()}
    assert {"Two pictures", "Dated", "Story number 1", "WP lazy", "Second"} <= titles


def test_every_article_is_told_in_full(files: Site) -> None:
    told = files.told()
    assert all(
        any(title == one and words in text for one, text in told) for title, words in SHOWN.items()
    )
    assert [title for title, text in told if UNSEEN.search(text)] == []


def test_moments_are_read_to_the_minute(files: Site) -> None:
    assert {(article.title, article.published_at) for article in files.public} >= MOMENTS


def test_site_and_feeds_show_every_article(files: Site) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with asgi_server(create_site(files.app), listener), httpx.Client(base_url=address) as client:
        pages = {
            one: client.get(f"/articles/{one.slug}").raise_for_status() for one in files.public
        }
        feeds = [client.get(f"/feed.{form}").content for form in ("rss", "atom")]
    lost = [
        article.title
        for article, page in pages.items()
        if share_kept(words_of(article.body_text), words_of(shown(page.text))) < 1
    ]
    assert lost == []
    for content in feeds:
        found = feedparser.parse(content)
        titles = [" ".join(shown(entry.title).split()) for entry in found.entries]
        assert not found.bozo
        assert sorted(titles) == sorted(article.title for article in files.public)


def test_no_mail_of_an_article_is_stopped_and_its_text_part_has_every_word(files: Site) -> None:
    faults, lost = [], []
    with files.app.database.write() as session:
        for article in files.public:
            edition = compose_single(session, files.app.config, session.merge(article), NOW)
            mail = mailed(session, files.app, edition)
            faults += stopped(files.app, edition, mail)
            has = share_kept(words_of(article.body_text), words_of(mail.text))
            lost += [article.title] if has < 1 and not mail.left_out else []
        session.rollback()
    assert (faults, lost) == ([], [])


def test_no_digest_is_stopped_and_each_article_is_in_one(files: Site) -> None:
    faults, told = [], []
    with files.app.database.write() as session:
        while not isinstance(edition := next_digest(session, files.app), NoEdition):
            mail = mailed(session, files.app, edition)
            faults += stopped(files.app, edition, mail)
            told += [one.title for section in mail.content.sections for one in section.stories]
        session.rollback()
    assert faults == []
    assert sorted(told) == sorted(article.title for article in files.public)


def next_digest(session: Session, app: Newsletter) -> Edition | NoEdition:
    return compose_digest(session, app.config, app.renderer, "friday", period=None, now=NOW)


def test_only_bulletins_that_their_author_can_mend_are_stopped(files: Site) -> None:
    found = {}
    with files.app.database.write() as session:
        for article in files.public:
            draft = BulletinDraft(subject=article.title, text=article.body_html, is_html=True)
            edition = compose_bulletin(session, files.app.config, draft, NOW)
            found[article.title] = stopped(files.app, edition, mailed(session, files.app, edition))
        session.rollback()
    assert {title for title, faults in found.items() if faults} == STOPPED_BULLETINS
