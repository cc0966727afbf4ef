"""Articles that their page divides into several parts."""

from imported import CONTEXT

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import html

PROSE = "The harbour wall was mended, the council says, and the ferry sails, as it always did. " * 3


def test_parts_that_score_alike_are_one_article() -> None:
    parts = [f"Part {number}. {PROSE}".strip() for number in range(1, 5)]
    divided = "".join(f"<div><div><p>{part}</p><p>{PROSE}</p></div></div>" for part in parts)
    page = f"""<title>Ferry</title><meta property="article:published_time" content="2024-01-02">
        <nav><a href="/">Home</a></nav><h1>Ferry</h1><div class="page"><div>{divided}</div>
        <div><a href="/a">Bins weekly again</a> <a href="/b">Fair on Saturday</a></div></div>"""
    [record] = html.read(page.encode(), "ferry.html", CONTEXT)
    assert isinstance(record, Record)
    told = text_of(record.body_html).split("\n")
    assert [line for line in told if line.startswith("Part")] == parts
    assert "Bins weekly again" not in told
