"""Atom, RSS and JSON documents, for any content."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from newsletter.feeds.documents.atom import write_atom
from newsletter.feeds.documents.content import (
    Entry,
    FeedInfo,
    FeedKind,
    Link,
    Media,
    Withdrawn,
    clean,
    clean_line,
    escape_markup_lookalikes,
)
from newsletter.feeds.documents.jsonfeed import write_json
from newsletter.feeds.documents.rss import write_rss

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
WRITERS = {FeedKind.ATOM: write_atom, FeedKind.RSS: write_rss, FeedKind.JSON: write_json}
IMPRINT = "Promoted by M. Hallam, 4 Mill Lane, Little Wexcombe."

INFO = FeedInfo(
    id="tag:wexcombe.example,2026:feed",
    title="Wexcombe Forward",
    subtitle="News for Little Wexcombe",
    imprint=IMPRINT,
    author="Wexcombe Forward",
    language="en-GB",
    self_url="https://wexcombe.example/feed.xml",
    site_url="https://wexcombe.example/",
    ttl_minutes=15,
)
PICTURE = Media(url="https://wexcombe.example/bridge.png", type="image/png", length=4321)
BRIDGE = Entry(
    id="tag:wexcombe.example,2026:article/bridge",
    url="https://wexcombe.example/articles/bridge",
    title="Bridge & ferry: <both> reopen",
    summary="Both reopen & all is well.",
    content_html='<p>The first bus crossed.</p><p><a href="https://wexcombe.example/x">more</a></p>',
    author="Nora Tallis",
    published=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
    updated=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    topics=(("transport", "Transport"), ("harbour", "Harbour")),
    image=PICTURE,
)
LIBRARY = replace(
    BRIDGE,
    id="tag:wexcombe.example,2026:article/library",
    url="https://wexcombe.example/articles/library",
    title="The library opens",
    author="",
    updated=datetime(2026, 11, 11, 12, 0, tzinfo=UTC),
    published=datetime(2026, 11, 11, 12, 0, tzinfo=UTC),
    topics=(),
    image=None,
)
ENTRIES = (BRIDGE, LIBRARY)

# Everything a database could hand over, lone surrogates and control characters included.
any_text = st.text(st.characters(categories=None), max_size=80)


def xml(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False))


def plain_title(title: etree._Element) -> str:
    """The text of an Atom title (RFC 4287, 3.1.1); of type HTML where it looks like HTML."""
    return unescape(title.text) if title.get("type") == "html" else title.text


@pytest.mark.parametrize("kind", FeedKind)
def test_documents_are_deterministic(kind: FeedKind) -> None:
    assert WRITERS[kind](INFO, ENTRIES) == WRITERS[kind](INFO, ENTRIES)


@pytest.mark.parametrize("kind", FeedKind)
def test_an_empty_feed_is_valid(kind: FeedKind) -> None:
    content = WRITERS[kind](INFO, ())
    assert content == WRITERS[kind](INFO, ())
    assert IMPRINT.encode() in content


@pytest.mark.parametrize("kind", [FeedKind.ATOM, FeedKind.RSS])
def test_a_feed_reader_gets_every_entry(kind: FeedKind) -> None:
    feed: Any = feedparser.parse(WRITERS[kind](INFO, ENTRIES))
    assert not feed.bozo
    assert feed.feed.title == "Wexcombe Forward"
    assert feed.feed.link == "https://wexcombe.example/"
    assert feed.feed.language == "en-GB"
    assert IMPRINT in feed.feed.subtitle
    assert [entry.id for entry in feed.entries] == [BRIDGE.id, LIBRARY.id]
    first = feed.entries[0]
    assert first.link == BRIDGE.url
    assert first.content[0].value == BRIDGE.content_html
    assert [tag.label or tag.term for tag in first.tags] == ["Transport", "Harbour"]
    assert [(e.href, e.type) for e in first.enclosures] == [(PICTURE.url, "image/png")]
    assert first.published_parsed[:5] == (2026, 11, 19, 8, 30)
    assert [entry.author for entry in feed.entries] == ["Nora Tallis", "Wexcombe Forward"]


def test_json_has_the_fields_of_json_feed_1_1() -> None:
    feed = json.loads(write_json(INFO, ENTRIES))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == INFO.self_url
    assert feed["home_page_url"] == INFO.site_url
    assert IMPRINT in feed["description"]
    first, second = feed["items"]
    assert first["id"] == BRIDGE.id
    assert first["title"] == BRIDGE.title
    assert first["content_html"] == BRIDGE.content_html
    assert first["tags"] == ["Transport", "Harbour"]
    assert first["image"] == "https://wexcombe.example/bridge.png"
    assert datetime.fromisoformat(first["date_published"]) == BRIDGE.published
    assert datetime.fromisoformat(first["date_modified"]) == BRIDGE.updated
    assert second["authors"] == [{"name": "Wexcombe Forward"}]
    assert "image" not in second


def test_atom_has_what_rfc_4287_demands_of_feed_and_entry() -> None:
    feed = xml(write_atom(INFO, ENTRIES))
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated", "author"):
            assert len(element.findall(ATOM + name)) == 1, name
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T09:00:00+00:00"
    links = [(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")]
    assert links == [("self", INFO.self_url), ("alternate", INFO.site_url)]


def test_an_atom_entry_has_one_alternate_and_its_enclosure_is_none() -> None:
    entry = xml(write_atom(INFO, ENTRIES)).findall(f"{ATOM}entry")[0]
    links = [dict(link.attrib) for link in entry.findall(f"{ATOM}link")]
    assert links == [
        {"rel": "alternate", "type": "text/html", "href": BRIDGE.url},
        {
            "rel": "enclosure",
            "type": "image/png",
            "href": "https://wexcombe.example/bridge.png",
            "length": "4321",
        },
    ]


def test_rss_follows_the_boards_profile() -> None:
    channel = xml(write_rss(INFO, ENTRIES)).find("channel")
    assert channel is not None
    assert channel.findtext("link") == INFO.site_url
    assert channel.findtext("lastBuildDate") == "Fri, 20 Nov 2026 09:00:00 +0000"
    assert channel.findtext("ttl") == "15"
    own = channel.find(f"{ATOM}link")
    assert own is not None
    assert (own.get("rel"), own.get("href")) == ("self", INFO.self_url)
    item = channel.findall("item")[0]
    guid, enclosure = item.find("guid"), item.find("enclosure")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (BRIDGE.id, "false")
    assert enclosure is not None
    assert enclosure.get("length") == "4321"
    assert item.findtext(f"{DC}creator") == "Nora Tallis"
    assert item.findtext(f"{CONTENT}encoded") == BRIDGE.content_html
    assert item.findtext("pubDate") == "Thu, 19 Nov 2026 08:30:00 +0000"


def test_rss_titles_use_hexadecimal_references_and_descriptions_are_html() -> None:
    content = write_rss(INFO, ENTRIES)
    title = "Bridge &#x26; ferry: &#x3C;\u2060both&gt; reopen"
    assert f"<title>{title}</title>".encode() in content
    assert xml(content).findtext("channel/item/title").replace("\u2060", "") == BRIDGE.title
    assert xml(content).findtext("channel/item/description") == "Both reopen &amp; all is well."


TITLES = ["Why is <script> here?", "The <b>end</b>", "Use &nbsp; or &#160;", "1 < 2 & 3", "AT&T"]


@pytest.mark.parametrize("title", [title for title in TITLES if "&nbsp;" not in title])
@pytest.mark.parametrize("kind", FeedKind)
def test_titles_are_displayed_unchanged(kind: FeedKind, title: str) -> None:
    content = WRITERS[kind](INFO, (replace(BRIDGE, title=title),))
    if kind is FeedKind.JSON:
        shown = json.loads(content)["items"][0]["title"]
    else:
        found = feedparser.parse(content).entries[0].title
        # feedparser gives HTML.
        shown = unescape(found).replace("\u2060", "")
    assert shown == title


@pytest.mark.parametrize("title", TITLES[:3])
def test_a_title_that_looks_like_html_has_an_explicit_type(title: str) -> None:
    entries = (replace(BRIDGE, title=title),)
    atom = xml(write_atom(INFO, entries)).find(f"{ATOM}entry/{ATOM}title")
    assert atom.get("type") == "html"
    assert unescape(atom.text) == title
    rss = xml(write_rss(INFO, entries)).findtext("channel/item/title")
    assert not re.search(r"</?\w|&#?\w+;", rss)


def test_unused_namespaces_are_not_declared() -> None:
    for content in (write_atom(INFO, (LIBRARY,)), write_rss(INFO, (LIBRARY,))):
        for unused in ("history", "tombstones", "mrss"):
            assert unused not in content.decode()
    sealed = replace(INFO, is_archive=True)
    assert xml(write_rss(sealed, ())).find("channel/{*}archive") is not None
    assert b"tombstones" not in write_rss(sealed, ())


@pytest.mark.parametrize("kind", FeedKind)
def test_an_unwritable_entry_is_skipped(kind: FeedKind) -> None:
    broken: Any = replace(BRIDGE, published="yesterday")
    content = WRITERS[kind](INFO, (broken, LIBRARY))
    if kind is FeedKind.JSON:
        assert [item["id"] for item in json.loads(content)["items"]] == [LIBRARY.id]
    else:
        assert [e.title for e in feedparser.parse(content).entries] == [LIBRARY.title]


@pytest.mark.parametrize("year", [1066, 1931, 2039, 9999])
@pytest.mark.parametrize("kind", FeedKind)
def test_any_year_is_written_with_four_digits(kind: FeedKind, year: int) -> None:
    when = datetime(year, 3, 4, 5, 6, tzinfo=UTC)
    content = WRITERS[kind](INFO, (replace(BRIDGE, published=when, updated=when),))
    date = f"04 Mar {year} 05:06:00" if kind is FeedKind.RSS else f"{year}-03-04T05:06:00+00:00"
    assert date.encode() in content


@given(title=any_text, body=any_text, author=any_text, summary=any_text, topic=any_text)
@example(title="<?", body="", author="", summary="", topic="")
def test_no_text_breaks_a_feed(
    title: str, body: str, author: str, summary: str, topic: str
) -> None:
    entry = replace(
        BRIDGE,
        title=title,
        content_html=body,
        author=author,
        summary=summary,
        topics=(("some-topic", topic),),
    )
    atom = xml(write_atom(INFO, (entry,))).find(f"{ATOM}entry")
    item = xml(write_rss(INFO, (entry,))).find("channel/item")
    feed = json.loads(write_json(INFO, (entry,)))["items"][0]
    assert atom is not None
    assert item is not None
    expected = clean_line(title, "Untitled")
    assert plain_title(atom.find(f"{ATOM}title")) == expected
    assert item.findtext("title") == escape_markup_lookalikes(expected)
    assert feed["title"] == expected
    assert (item.findtext(f"{CONTENT}encoded") or "") == clean(body)
    assert (atom.findtext(f"{ATOM}content") or "") == clean(body)
    assert atom.findtext(f"{ATOM}author/{ATOM}name") == clean_line(author, INFO.author)


@given(title=any_text, subtitle=any_text, imprint=any_text)
def test_no_name_of_a_site_breaks_a_feed(title: str, subtitle: str, imprint: str) -> None:
    info = replace(INFO, title=title, author=title, subtitle=subtitle, imprint=imprint)
    for kind in (FeedKind.ATOM, FeedKind.RSS):
        assert len(xml(WRITERS[kind](info, ENTRIES)))
    assert json.loads(write_json(info, ENTRIES))["items"]


def test_a_description_without_a_full_stop_gets_one_before_the_imprint() -> None:
    assert INFO.description == f"News for Little Wexcombe. {IMPRINT}"
    assert replace(INFO, subtitle="News!").description == f"News! {IMPRINT}"
    assert replace(INFO, subtitle="", imprint="").description == "Wexcombe Forward"


def test_the_feed_is_as_new_as_its_newest_entry() -> None:
    later = replace(LIBRARY, updated=BRIDGE.updated + timedelta(days=1))
    feed = xml(write_atom(INFO, (BRIDGE, later)))
    assert feed.findtext(f"{ATOM}updated") == "2026-11-21T09:00:00+00:00"


HISTORY = replace(
    INFO,
    links=(
        Link(rel="hub", url="https://hub.example/"),
        Link(rel="prev-archive", url="https://wexcombe.example/feed.atom?archive=2"),
    ),
    withdrawn=(
        Withdrawn(
            id="tag:wexcombe.example,2026:article/gone",
            at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        ),
    ),
    is_archive=True,
)
SPEECH = Media(url="https://wexcombe.example/speech.mp3", type="audio/mpeg", title="The speech")


def test_archives_and_withdrawals_are_in_every_format() -> None:
    atom, channel = xml(write_atom(HISTORY, ())), xml(write_rss(HISTORY, ())).find("channel")
    assert channel is not None
    for element in (atom, channel):
        assert element.find("{http://purl.org/syndication/history/1.0}archive") is not None
        gone = element.find("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        assert gone is not None
        assert dict(gone.attrib) == {
            "ref": "tag:wexcombe.example,2026:article/gone",
            "when": "2026-11-21T09:00:00+00:00",
        }
        links = {link.get("rel"): link.get("href") for link in element.findall(f"{ATOM}link")}
        assert links["hub"] == "https://hub.example/"
        assert links["prev-archive"].endswith("archive=2")
    feed = json.loads(write_json(HISTORY, ()))
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert feed["_newsletter"]["archive"] is True
    assert feed["next_url"].endswith("archive=2")


def test_a_withdrawal_advances_the_feeds_updated_time() -> None:
    assert xml(write_atom(HISTORY, (LIBRARY,))).findtext(f"{ATOM}updated") == (
        "2026-11-21T09:00:00+00:00"
    )


def test_a_recording_takes_precedence_as_the_only_enclosure() -> None:
    entry = replace(BRIDGE, enclosures=(SPEECH,))
    item = xml(write_rss(INFO, (entry,))).find("channel/item")
    assert item is not None
    enclosures = item.findall("enclosure")
    assert [e.get("url") for e in enclosures] == [SPEECH.url]
    media = item.findall("{http://search.yahoo.com/mrss/}content")
    assert [(m.get("medium"), m.get("url")) for m in media] == [
        ("audio", SPEECH.url),
        ("image", PICTURE.url),
    ]
    read: Any = feedparser.parse(write_atom(INFO, (entry,)))
    assert {e.href for e in read.entries[0].enclosures} == {SPEECH.url, PICTURE.url}
    attached = json.loads(write_json(INFO, (entry,)))["items"][0]["attachments"]
    assert attached == [
        {"url": SPEECH.url, "mime_type": "audio/mpeg", "title": "The speech"},
    ]


def test_an_excerpt_entry_has_all_but_the_text() -> None:
    entry = replace(BRIDGE, content_html="")
    atom = xml(write_atom(INFO, (entry,))).find(f"{ATOM}entry")
    item = xml(write_rss(INFO, (entry,))).find("channel/item")
    assert atom is not None
    assert item is not None
    assert atom.find(f"{ATOM}content") is None
    assert item.find(f"{CONTENT}encoded") is None
    assert atom.findtext(f"{ATOM}summary") == BRIDGE.summary
    assert json.loads(write_json(INFO, (entry,)))["items"][0]["content_text"] == BRIDGE.summary
