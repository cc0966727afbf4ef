"""Whatever a file holds, its importer reports it record by record and never raises."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.importers.format_detection import FORMATS
from newsletter.articles.importers.validation import validated

CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")
HEADS = {
    "text": [b"23 March 2019\nTitle\n\n", b"Site - Article From our Database\n"],
    "markdown": [b"---\ntitle: T\ndate: 2019-03-23\n", b"---\n", b"# T\n"],
    "html": [b"<html><head><meta name=date content=2019-03-23><title>T</title><body>", b"<a "],
    "csv": [b"title,date,body\n", b"title;date\n", b'"title\n'],
    "json": [b'[{"title":"T","date":"2019-03-23","body":"b"},', b'{"articles":[', b"[[[["],
    "feed": [
        b'<rss version="2.0"><channel><item><title>T</title><description>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>',
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":',
    ],
    "wordpress": [b'<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>'],
    "ghost": [b'{"db":[{"data":{"posts":[{"title":"T","html":"', b'{"db":'],
    "word": [b"PK\x03\x04", b"PK\x05\x06"],
    "mail": [b"Subject: T\nDate: Sat, 23 Mar 2019 12:00:00 +0000\n\n", b"From a@b Sat Mar 23\n"],
    "archive": [b"PK\x03\x04", b"PK\x05\x06" + bytes(18)],
}
PIECES = [
    *(
        b"</title>",
        b"</item>",
        b"</entry>",
        b"<![CDATA[",
        b"]]>",
        b"&#0;",
        b"&#x1b;",
        b"\xff",
        b"\0",
    ),
    *(
        b"date: 12:30:45\n",
        b"id: !!binary A\n",
        b"---\n",
        b'"date":',
        b"9" * 400,
        b"1e999",
        b"{",
        b"[",
    ),
    *(
        b"<guid>",
        b"<link>",
        b"<pubDate>Thu, 32 Jan 2019</pubDate>",
        b'<a "',
        b"<b>",
        b"\xed\xa0\x80",
    ),
    *(
        b"<enclosure url='x' length='" + b"9" * 30 + b"' type='\x01'/>",
        b"\r",
        b"\xef\xbb\xbf",
        b",,",
    ),
]


@pytest.mark.parametrize("form", list(FORMATS))
@settings(deadline=None)
@given(data=st.data())
def test_an_importer_never_raises(form: str, data: st.DataObject) -> None:
    assert form in HEADS, f"{__file__}, HEADS: add how a file of {form} begins"
    head = data.draw(st.sampled_from(HEADS[form]))
    rest = data.draw(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=12))
    for item in map(validated, FORMATS[form](head + b"".join(rest), "a", CONTEXT)):
        str(item).encode("utf-8")
        if isinstance(item, Record):
            text_of(sanitise(item.body_html, "https://wexcombe.example/")).encode("utf-8")
