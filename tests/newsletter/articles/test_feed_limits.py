"""Feeds whose reading would take too long are refused with the reason."""

from expectations import CONTEXT

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.importers.formats import feed


def rss(attributes: int) -> bytes:
    """A feed whose channel has this many attributes."""
    written = " ".join(f"a{number}='1'" for number in range(attributes))
    item = "<item><title>The ferry sails again</title><description>On Monday.</description></item>"
    return f"<rss version='2.0'><channel {written}>{item}</channel></rss>".encode()


def test_an_element_with_more_than_a_thousand_attributes_is_refused() -> None:
    (bad,) = feed.read(rss(1001), "wexcombe.xml", CONTEXT)
    assert isinstance(bad, BadRecord)
    assert bad.what == "one of its elements has more than 1,000 attributes"


def test_a_thousand_attributes_are_read() -> None:
    (record,) = feed.read(rss(1000), "wexcombe.xml", CONTEXT)
    assert isinstance(record, Record)
