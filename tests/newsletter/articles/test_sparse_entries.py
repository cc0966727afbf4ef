"""Feed entries that have little: a title alone, a link, words without a title, no content."""

import json
from collections.abc import Callable
from html import escape

import pytest
from imported import CONTEXT, only, take

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.importers.formats import feed
from newsletter.articles.importers.markup.bare_text import in_paragraphs
from newsletter.clock import FixedClock
from newsletter.database import Database

Document = Callable[[str, str, str], str]
HOME = "https://a.example/"
# The same entries in each format: title, link and text; empty where the entry has none.
RSS = "<item><title>{title}</title><link>{link}</link><description>{text}</description></item>"
ATOM = '<entry><title>{title}</title>{link}<content type="html">{text}</content></entry>'


def in_rss(title: str, link: str, text: str) -> str:
    item = RSS.format(title=escape(title), link=link, text=escape(text))
    return f'<rss version="2.0"><channel><link>{HOME}</link>{item}</channel></rss>'


def in_atom(title: str, link: str, text: str) -> str:
    href = f'<link href="{link}"/>' if link else ""
    entry = ATOM.format(title=escape(title), link=href, text=escape(text))
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="{HOME}"/>{entry}</feed>'


def in_json(title: str, link: str, text: str) -> str:
    item = {"id": "1", "title": title, "url": link, "content_html": text}
    return in_json_feed({key: value for key, value in item.items() if value})


def in_json_feed(item: dict[str, str]) -> str:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "home_page_url": HOME, "items": [item]}
    )


FORMATS = pytest.mark.parametrize("document", [in_rss, in_atom, in_json])


def the_record(source: str | bytes) -> Record:
    content = source if isinstance(source, bytes) else source.encode()
    [record] = feed.read(content, "https://a.example/feed", CONTEXT)
    assert isinstance(record, Record), record
    return record


@FORMATS
def test_a_title_alone_is_its_own_text(document: Document) -> None:
    assert the_record(document("Road & rail", "", "")).body_html == "<p>Road &amp; rail</p>"


@FORMATS
def test_a_title_with_a_link_links_to_the_article(document: Document) -> None:
    record = the_record(document("Road closed", "/road", ""))
    assert record.title == "Road closed"
    assert record.canonical_url == "https://a.example/road"
    assert record.body_html == '<p><a href="https://a.example/road">Road closed</a></p>'


@FORMATS
def test_a_title_is_made_of_the_first_words(document: Document) -> None:
    record = the_record(document("", "https://a.example/1", "The ferry sails again on Monday."))
    assert record.title == "The ferry sails again on Monday."
    assert record.body_html == "The ferry sails again on Monday."


@FORMATS
@pytest.mark.parametrize("end", ["\n\n", "<br><br>", " <br />\n<br />\n"])
def test_a_text_without_elements_keeps_its_paragraphs_apart(document: Document, end: str) -> None:
    record = the_record(document("Ferry", "/1", f"It <b>sails</b>.{end}It sails again."))
    assert record.body_html == "<p>It <b>sails</b>.</p>\n<p>It sails again.</p>"


@FORMATS
def test_a_text_beside_blocks_keeps_its_paragraphs_apart(document: Document) -> None:
    words = "It\nsails.\n\nBring:\n\n<ul>\n<li>boots</li>\n</ul>\n\nAt ten."
    record = the_record(document("Ferry", "/1", words))
    assert record.body_html.replace("\n", "") == (
        "<p>It sails.</p><p>Bring:</p><ul><li>boots</li></ul><p>At ten.</p>"
    )


@pytest.mark.parametrize("start", ["<h2>A</h2>b\n\nc", "a<br>", "a"])
def test_a_long_run_of_spaces_takes_little_time(start: str) -> None:
    html = f"{start}{' ' * 400_000}z"
    assert in_paragraphs(html).endswith(f"{html[-9:]}</p>" if "h2" in start else html[-9:])


@FORMATS
def test_an_empty_line_in_html_with_paragraphs_means_nothing(document: Document) -> None:
    record = the_record(document("Ferry", "/1", "<p>It\n\nsails.</p>"))
    assert record.body_html == "<p>It\n\nsails.</p>"


@FORMATS
def test_a_link_alone_is_kept(document: Document) -> None:
    record = the_record(document("", "https://a.example/1", ""))
    assert record.title == "a.example/1"


@FORMATS
def test_a_text_of_which_nothing_is_shown_leaves_the_title(
    database: Database, clock: FixedClock, document: Document
) -> None:
    take(database, clock, the_record(document("Road closed", "", "<script>x()</script>")))
    assert only(database).body_html == "<p>Road closed</p>"


@FORMATS
def test_an_entry_without_anything_is_refused(document: Document) -> None:
    [bad] = feed.read(document("", "", "").encode(), "https://a.example/feed", CONTEXT)
    assert isinstance(bad, BadRecord)


@pytest.mark.parametrize(
    ("item", "body"),
    [
        ({"id": "1", "title": "A", "summary": "Words < more"}, "<p>Words &lt; more</p>"),
        ({"id": "https://a.example/2"}, '<p><a href="https://a.example/2">a.example/2</a></p>'),
        (
            {"id": "3", "external_url": "map"},
            '<p><a href="https://a.example/map">a.example/map</a></p>',
        ),
        (
            {"id": "4", "image": "/q.png"},
            '<p><a href="https://a.example/q.png">a.example/q.png</a></p>',
        ),
        ({"id": "5", "content_html": " ", "content_text": "Words"}, "<p>Words</p>"),
    ],
)
def test_an_item_of_a_json_feed_without_content_is_kept(item: dict[str, str], body: str) -> None:
    assert the_record(in_json_feed(item)).body_html == body


@pytest.mark.parametrize("rel", ["via", "related", "self", "replies"])
def test_an_entry_with_another_link_alone_is_kept_with_it(rel: str) -> None:
    link = f'<link rel="{rel}" href="/road"/>'
    source = in_atom("", "", "").replace("<title></title>", f"<title></title>{link}")
    assert the_record(source).canonical_url == "https://a.example/road"


def test_an_item_with_the_address_of_its_comments_alone_is_kept_with_it() -> None:
    source = in_rss("", "", "").replace("<link></link>", "<comments>/road#said</comments>")
    assert the_record(source).canonical_url == "https://a.example/road#said"


def test_a_text_is_no_page_of_what_it_was_told_by() -> None:
    link = '<link rel="via" href="https://b.example/"/>'
    source = in_atom("Road", "", "Closed.").replace("<title>", f"{link}<title>")
    assert the_record(source).canonical_url == ""


@pytest.mark.parametrize("items", ['"items": []', '"items": null', '"title": "A"'])
def test_a_json_feed_without_items_is_an_empty_feed(items: str) -> None:
    source = f'{{"version": "https://jsonfeed.org/version/1.1", {items}}}'
    assert list(feed.read(source.encode(), "https://a.example/feed", CONTEXT)) == []


def test_content_that_is_elsewhere_is_linked() -> None:
    source = in_atom("Film", "", "").replace("<content type", '<content src="/film.mp4" type')
    assert the_record(source).canonical_url == "https://a.example/film.mp4"


def test_a_subtitle_stands_in_for_no_text() -> None:
    itunes = '<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" version="2.0"'
    source = in_rss("One", "", "").replace('<rss version="2.0"', itunes)
    source = source.replace("<description></description>", "<itunes:subtitle>Two</itunes:subtitle>")
    assert "Two" in the_record(source).body_html


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_feed_in_wide_characters_is_read(encoding: str) -> None:
    declared = '<?xml version="1.0" encoding="utf-16"?>' + in_rss("Żółw", "/a", "Zażółć")
    assert the_record(declared.encode(encoding)).title == "Żółw"


@pytest.mark.parametrize(
    "source", ['<feed xmlns="http://www.w3.org/2005/Atom"/>', "<rss version='2.0'/>"]
)
def test_a_feed_without_entries_is_no_error(source: str) -> None:
    assert not list(feed.read(source.encode(), "https://a.example/feed", CONTEXT))


@pytest.mark.parametrize("cut", ["</rss>", ">", "</channel></rss>"])
def test_the_last_entry_is_read_where_the_feed_is_cut_off_after_it(cut: str) -> None:
    source = in_rss("Road closed", "/road", "Words").removesuffix(cut)
    assert the_record_before_the_cut(source).title == "Road closed"


def the_record_before_the_cut(source: str) -> Record:
    items = feed.read(source.encode(), "https://a.example/feed", CONTEXT)
    [record] = [item for item in items if isinstance(item, Record)]
    return record
