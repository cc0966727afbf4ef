"""Feeds validated by schema: RELAX NG for Atom, JSON Schema for JSON Feed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from sqlalchemy.orm import Session
from support import add_article

from newsletter.articles import store
from newsletter.articles.corrections import correct
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.feeds.scopes import Content, Scope, Selection

SCHEMAS = Path(__file__).resolve().parents[3] / "scripts" / "judges" / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
SHAPES = {
    "newest": Selection(kind=FeedKind.ATOM),
    "second page": Selection(kind=FeedKind.ATOM, page=2),
    "archive": Selection(kind=FeedKind.ATOM, archive=1),
    "later archive": Selection(kind=FeedKind.ATOM, archive=2),
    "excerpts": Selection(kind=FeedKind.ATOM, content=Content.EXCERPT),
    "combination": Selection(kind=FeedKind.ATOM, scope=Scope.of_topics("housing+transport")),
    "empty topic": Selection(kind=FeedKind.ATOM, scope=Scope.of_topics("council")),
    "private": Selection(kind=FeedKind.ATOM, token="abc.def"),
}
Documents = Callable[[Selection], bytes]


@pytest.fixture
def documents(filled: Database, config: Config, clock: FixedClock) -> Documents:
    """A site with everything that feeds tell: media, a correction, withdrawals, archives, a hub."""
    feeds = config.feeds.model_copy(
        update={"archive_entries": 2, "hubs": ("https://hub.example/",)}
    )
    full = config.model_copy(update={"feeds": feeds})
    keeper = FeedMaintenance(filled, full, clock)
    keeper.run()
    with filled.write() as session:
        bus, homes = (_named(session, title) for title in ("Bus runs late", "Homes agreed"))
        correct(session, bus, "It was <early> & fine.", clock.now())
        store.set_status(session, homes, ArticleStatus.WITHDRAWN, clock.now())
        body = '<p><a href="https://w.example/speech.mp3">Hear</a> &amp; read</p>'
        when = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
        added = add_article(session, 'A "speech" & <more>', when, topics=("housing",))
        added.body_html = body
        store.mark_changed(added, store.begin_change(session, clock.now() + timedelta(hours=1)))
    keeper.run()

    def document(selection: Selection) -> bytes:
        with filled.read() as session:
            return build(session, full, selection).content

    return document


def _named(session: Session, title: str) -> int:
    return next(a.id for a in store.listed(session) if a.title == title)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_atom_document_is_valid(documents: Documents, shape: str) -> None:
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    grammar.assertValid(etree.fromstring(documents(SHAPES[shape])))


@pytest.mark.parametrize("shape", SHAPES)
def test_alternate_links_and_ids_are_unique(documents: Documents, shape: str) -> None:
    feed = etree.fromstring(documents(SHAPES[shape]))
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        links = [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(links) == 1
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_json_document_is_valid(documents: Documents, shape: str) -> None:
    schema = json.loads((SCHEMAS / "jsonfeed.json").read_text())
    Draft202012Validator.check_schema(schema)
    values = vars(SHAPES[shape]) | {"kind": FeedKind.JSON}
    Draft202012Validator(schema).validate(json.loads(documents(Selection(**values))))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<id>", b"<name>x</name><id>"),
        (b'<link href="', b'<link length="x" href="'),
        (b"<updated>2026", b"<updated>yesterday 2026"),
        (b' type="html"', b' type="xhtml"'),
    ],
)
def test_the_schema_refuses_invalid_documents(
    documents: Documents, right: bytes, wrong: bytes
) -> None:
    good = documents(SHAPES["newest"])
    assert right in good
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    assert not grammar.validate(etree.fromstring(good.replace(right, wrong, 1)))
