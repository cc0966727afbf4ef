"""HTML sanitising and plain text."""

import re
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as pages

from newsletter.articles.body.sanitising import (
    ATTRIBUTES,
    SUMMARY_LENGTH,
    TAGS,
    absolute_address,
    derived_summary,
    sanitise,
    summary_of,
    text_of,
    without_controls,
)
from newsletter.articles.body.urls import ILLEGAL

BASE = "https://wexcombe.example/articles/harbour"
PIECES = """<p> </p> <h1> </h1> <b> </b> <script> </script> <svg> </svg> <style> </style>
    <math><mtext> <!-- --> <![CDATA[ ]]>
    <table> <tr><td> <select> <template> <form><input> <noscript> &#0; &lt;
    &amp;lt; " ' > <a|href='javascript:x'> <a|href="java&#1;script:x"> <a|href=/x> <iframe|src=x>
    <img|src=x|onerror=y> <img|src=data:,x> <a|title='<h1|'> <p|style=x|class=y|onclick=z|dir=rtl>
"""
PIECE = st.sampled_from(PIECES.split()).map(lambda piece: piece.replace("|", " "))
MARKUP = st.lists(PIECE | st.text(max_size=8), max_size=25).map("".join)


@given(MARKUP)
def test_only_allowed_elements_remain(html: str) -> None:
    clean = sanitise(html, BASE)
    assert not ILLEGAL.search(clean)
    for element in pages.fragment_fromstring(clean, create_parent="main").iterdescendants():
        assert element.tag in TAGS
        assert element.tag != "h1"
        assert set(element.attrib) <= ATTRIBUTES["*"] | ATTRIBUTES.get(element.tag, set())
        for name in ("href", "src", "cite"):
            if name in element.attrib:
                assert re.match(r"(https?://|mailto:|tel:)", element.get(name))


@given(MARKUP)
@example("<a title='<h1 '><table><a title='<h1 '>")
@example("<a title=1><table><tr><a title=2><table><a title=3>" * 3)
@example("<h2><a href=/x><h2><table><a href=/x>")  # changes until the last reading
@example("<pre>\n\n\n\n\n\nx</pre>")
def test_sanitising_again_changes_nothing(html: str) -> None:
    clean = sanitise(html, BASE)
    assert sanitise(clean, BASE) == clean


@given(st.text())
def test_plain_text_survives_escaping(words: str) -> None:
    kept = " ".join(without_controls(words).split())
    assert " ".join(text_of(sanitise(f"<p>{escape(words)}</p>", BASE)).split()) == kept


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<h1>A</h1><h2>B</h2>", "<h2>A</h2><h2>B</h2>"),
        ("<p class=x style='color:red' onclick=y>A</p>", "<p>A</p>"),
        ("A<script>alert(1)</script>B<style>p{}</style>", "AB"),
        (
            "<iframe src=https://x.example/a>frame</iframe>A",
            '<p><a href="https://x.example/a">Open: x.example</a></p>A',
        ),
        ("<form><input><button>Go</button></form>", "<div>Go</div>"),
        ("<details><summary>Times</summary>At ten</details>End",
         "<div><div>Times</div>At ten</div>End"),
        ("<ADDRESS class=x>4 Mill Lane</ADDRESS><center>Wexcombe</center>",
         "<div>4 Mill Lane</div><div>Wexcombe</div>"),
        ("<a href=/y>Yes</a><a href=/n class='x-btn'>No</a>",
         '<a href="https://wexcombe.example/y">Yes</a> <a href="https://wexcombe.example/n">No</a>'),
        ("<menu><li>soup</li></menu>", "<ul><li>soup</li></ul>"),
        ("<p>One<article>two</article>", "<p>One</p><div>two</div>"),
        ("<a href='/map'>m</a>", '<a href="https://wexcombe.example/map">m</a>'),
        ("<a href='map'>m</a>", '<a href="https://wexcombe.example/articles/map">m</a>'),
        ("<a href='//x.example/y'>m</a>", '<a href="https://x.example/y">m</a>'),
        ("<a href='mailto:a@b.example'>m</a>", '<a href="mailto:a@b.example">m</a>'),
        ("<a href='java&#1;script:alert(1)'>m</a>", "m"),
        ("<a href=' java\tscript:alert(1)'>m</a>", "m"),
        ("<a href='http://[bad'>m</a>", "m"),
        ("<img src='data:image/png;base64,x' alt=y>A", "A"),
        ("<img src=/x alt='a > b'>", '<img src="https://wexcombe.example/x" alt="a &gt; b">'),
        ("<div dir=rtl lang=he>שלום</div>", '<div dir="rtl" lang="he">שלום</div>'),
        ("<time datetime=2019-03-23>then</time>", '<time datetime="2019-03-23">then</time>'),
        ("<!-- wp:x --><figure><figcaption>c</figcaption></figure>",
         "<figure><figcaption>c</figcaption></figure>"),
    ],
)  # fmt: skip
def test_examples(html: str, clean: str) -> None:
    assert sanitise(html, BASE) == clean


def test_deeply_nested_elements_leave_their_text() -> None:
    assert sanitise("<div>" * 500_000 + "the<b>end", BASE) == "<p>the end</p>"


@pytest.mark.parametrize(
    ("piece", "clean"), [("</x>", ""), ("<!", "<p>" + "&lt;!" * 9000 + "</p>")]
)
def test_many_malformed_tags_are_fast(piece: str, clean: str) -> None:
    assert sanitise(piece * 9000, BASE) == clean


def test_ten_thousand_paragraphs_are_unchanged() -> None:
    html = "".join(f"<p>Number <b>{number}</b> &amp; more.</p>" for number in range(10_000))
    assert sanitise(html, BASE) == html


def test_a_fragment_link_without_a_page_is_dropped() -> None:
    assert absolute_address("#note", BASE) == BASE + "#note"
    assert absolute_address("#note", "https://wexcombe.example/") is None


@pytest.mark.parametrize("address", ["", " ", "http://", "http://[bad", "data:,x"])
def test_invalid_urls_are_dropped(address: str) -> None:
    assert absolute_address(address, BASE) is None


@pytest.mark.parametrize(
    "name", ["address", "article", "center", "details", "fieldset", "footer", "legend", "main"]
)
def test_blocks_that_are_not_kept_are_lines_of_text_too(name: str) -> None:
    assert text_of(f"One<{name}>two</{name}><{name}>three</{name}>four") == "One\ntwo\nthree\nfour"


def test_blocks_are_lines_of_text() -> None:
    html = "<h2>A</h2><p>One\n two <b>three</b><br>four</p><ul><li>x</li><li>y &amp; z</li></ul>"
    assert text_of(html) == "A\nOne two three\nfour\nx\ny & z"


@given(st.text(), st.integers(10, 300))
@example("x" * 500, 100)
@example("👩‍👩‍👧" * 100, 50)
@example("e\u0301" * 200, 51)
def test_a_summary_is_short_and_begins_the_text(text: str, limit: int) -> None:
    summary = summary_of(text, limit)
    assert len(summary) <= limit
    assert " ".join(text.split()).startswith(summary.removesuffix("…"))
    assert bool(summary) == bool(text.strip())


def test_a_summary_ends_with_a_sentence_where_one_fits() -> None:
    assert summary_of("One is here. Two is here as well. Three is too long.", 40) == (
        "One is here. Two is here as well."
    )


def test_a_made_summary_has_no_marks_of_footnotes() -> None:
    text = "The wall[1] is mended.[2] All [3] of it.\nIn May. ↩︎\nBy masons. ↩"
    assert derived_summary(text) == "The wall is mended. All [3] of it. In May. By masons."
    assert derived_summary("Read row[1] first.") == "Read row[1] first."


def test_a_summary_ends_with_a_closing_quotation_mark() -> None:
    assert summary_of("“It is overdue.” And then much more was said.", 30) == "“It is overdue.”"


def test_a_summary_of_one_long_sentence_ends_between_words() -> None:
    assert summary_of("word " * 200) == " ".join(["word"] * (SUMMARY_LENGTH // 5)) + "…"


def test_a_summary_never_splits_an_emoji() -> None:
    summary = summary_of("👩‍👩‍👧" * 100, 50)
    assert set(summary.removesuffix("…").split("👩‍👩‍👧")) == {""}
