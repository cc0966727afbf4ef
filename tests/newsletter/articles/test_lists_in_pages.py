"""Lists and tables within the article of a page, which have little that scores."""

import pytest
from imported import CONTEXT

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import html

LONG = "The harbour wall was mended, the council says, and the ferry sails, as it always did. " * 6


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (
            "<ul><li>The mayor came<p>and stayed for tea</p>until nine</li><li>The vicar</li></ul>",
            ["The mayor came", "and stayed for tea", "until nine", "The vicar"],
        ),
        (
            "<ul><li><p>On foot from the mill</p></li><li><p>By boat at ten</p></li></ul>",
            ["On foot from the mill", "By boat at ten"],
        ),
        (
            "<table><tr><td>Ten o'clock in the hall<p>with tea</p>for all</td></tr></table>",
            ["Ten o'clock in the hall", "with tea", "for all"],
        ),
    ],
)
def test_a_list_of_paragraphs_within_an_article_is_kept(written: str, lines: list[str]) -> None:
    page = f"""<title>Ferry</title><meta property="article:published_time" content="2024-01-02">
        <nav><a href="/">Home</a></nav><h1>Ferry</h1>
        <div><p>{LONG}</p><p>{LONG}</p>{written}<p>{LONG}</p></div>"""
    [record] = html.read(page.encode(), "ferry.html", CONTEXT)
    assert isinstance(record, Record)
    told = text_of(record.body_html).split("\n")
    assert told == [LONG.strip(), LONG.strip(), *lines, LONG.strip()]
