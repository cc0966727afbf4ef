"""The plain text part."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.rendering.plaintext.layout import WIDTH, underlined, wrapped
from newsletter.rendering.plaintext.writer import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines"),
        ("<h2>What <i>changes</i></h2><p>All.</p>", "What changes\n------------\n\nAll."),
        ("<ul><li>One</li><li>Two<ul><li>In it</li></ul></li></ul>", "- One\n- Two\n  - In it"),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        ("<blockquote><p>One</p><p>Two</p></blockquote>", "> One\n>\n> Two"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<pre>a<br>  <b>b</b>\n  c</pre>", "a\n  b\n  c"),
        ("<ul><li>One</li><ul><li>In it</li></ul><li>Two</li></ul>", "- One\n  - In it\n- Two"),
        ("<ul>Before<li>One</li>After</ul>", "  Before\n- One\n  After"),
        ('<ol start="5"><li>a</li><li value="9">b</li><li>c</li></ol>', "5. a\n9. b\n10. c"),
        ("<ol reversed><li>a</li><li>b</li></ol>", "2. a\n1. b"),
        ('<ol type="a" start="26"><li>x</li><li>y</li></ol>', "z. x\naa. y"),
        ('<ol type="I" start="4"><li>x</li></ol>', "IV. x"),
        ("<dl><dt>A</dt><dd>x</dd><dt>B</dt><dd>y</dd></dl>", "A\n  x\n\nB\n  y"),
        ("<p>a</p><dl> </dl>", "a"),
        ("<b><p>One</p><ul><li>Two</li></ul></b>", "One\n\n- Two"),
        ("<p>He said <q>now</q>.</p>", "He said “now”."),
        ("<h2>議会</h2>", "議会\n----"),
        ("<p>One</p><hr><p>Two</p>", "One\n\n* * *\n\nTwo"),
        ("<table><tr><th>Year</th><td>12</td></tr></table>", "Year  12"),
        ("<table><colgroup><col></colgroup><tr><td>Year</td><td>12</td></tr></table>", "Year  12"),
        (
            "<table><tr><td colspan=2>All at once</td><td>z</td></tr><tr><td>a</td><td>b</td></tr>",
            "All at once  z\na  b",
        ),
        ('<p><img src="x.png" alt="A heron"></p>', "(Picture: A heron)"),
        ("<p>1. It * is _so_ # &lt;b&gt;</p>", "1. It * is _so_ # <b>"),
        ("", ""),
    ],
)
def test_every_element_has_a_plain_text_form(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_links_are_numbered_with_their_urls_below() -> None:
    html = '<p><a href="https://a.example/">A</a>, <a href="https://b.example/">B</a></p>'
    assert html_to_text(html) == "A [1], B [2]\n\n[1] https://a.example/\n[2] https://b.example/"


def test_the_same_address_has_one_number() -> None:
    html = '<a href="https://a.example/">A</a> <a href="https://a.example/">again</a>'
    assert html_to_text(html) == "A [1] again [1]\n\n[1] https://a.example/"


@pytest.mark.parametrize("address", ["https://a.example/", "mailto:a@b.example", "tel:+441"])
def test_a_link_whose_text_is_its_url_has_no_number(address: str) -> None:
    words = address.removeprefix("mailto:").removeprefix("tel:")
    assert html_to_text(f'<a href="{address}">{words}</a>') == words


def test_a_table_too_wide_for_columns_is_written_cell_after_cell() -> None:
    cell = "words " * 8
    text = html_to_text(f"<table><tr><td>{cell}</td><td>{cell}</td></tr></table>")
    assert " | " in text.replace("\n", " ")
    assert all(len(line) <= WIDTH for line in text.splitlines())


@given(st.text(alphabet="<>/abliphr ulo\n&;=\"'", max_size=300))
def test_any_sanitised_html_can_be_written(source: str) -> None:
    text = html_to_text(sanitise(source, "https://wexcombe.example"))
    assert all(line == line.rstrip() for line in text.split("\n") if "<pre" not in source)


@given(st.text(alphabet="ab ", max_size=400))
def test_no_line_of_words_is_longer_than_the_width(text: str) -> None:
    longest = max([WIDTH, *map(len, text.split())])
    assert all(len(line) <= longest for line in wrapped(text).split("\n"))


def test_a_heading_is_underlined_as_far_as_it_reaches() -> None:
    assert underlined("A heading", "=") == "A heading\n========="


def test_a_link_without_an_address_is_its_words() -> None:
    assert html_to_text("<p><a>Read on</a></p>") == "Read on"


def test_scripts_and_comments_leave_no_trace() -> None:
    assert html_to_text("<p>One<!-- a remark --> word<!-- another --></p>") == "One word"
    assert html_to_text("<p>One<!-- a remark --></p>") == "One"


TABLES = [
    (
        (
            "<table><caption>Results</caption><tr><th>Ward</th><th>Seats</th></tr><tr>"
            "<td><p>Harbour</p><p>recount</p></td><td><ul><li>Ada</li><li>Bo</li></ul></td></tr>"
            '<tr><td colspan="2">Total 2</td></tr></table>'
        ),
        "Results\n\nWard     Seats\nHarbour  - Ada\nrecount  - Bo\nTotal 2",
    ),
    (
        '<table><tr><th rowspan="2">Ward</th><td>1</td></tr><tr><td>2</td></tr></table>',
        "Ward  1\n      2",
    ),
    (
        (
            "<table><tfoot><tr><td>Sum</td><td>9</td></tr></tfoot>"
            "<tr><td>One</td><td>9</td></tr></table>"
        ),
        "One  9\nSum  9",
    ),
    (
        (
            "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td>"
            "<td><p>x</p><p>y</p></td></tr></table>"
        ),
        "a  b\n\nx\n\ny",
    ),
    ("<table><tr><td><p>One</p><p>Two</p></td></tr></table>", "One\n\nTwo"),
]


@pytest.mark.parametrize(("html", "text"), TABLES)
def test_data_tables_are_columns_and_layout_tables_are_blocks(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_link_around_blocks_has_its_number_after_the_last() -> None:
    html = '<a href="https://a.example/"><p>One</p><p>Two</p></a>'
    assert html_to_text(html) == "One\n\nTwo [1]\n\n[1] https://a.example/"


def test_a_link_without_text_is_its_url() -> None:
    html = '<p>Film<a href="https://v.example/1"><img src="x.png" alt=""></a>here</p>'
    assert html_to_text(html) == "Film https://v.example/1 here"


def test_links_within_the_page_have_no_number() -> None:
    assert html_to_text('<p>So it is.<a href="#note">1</a></p>') == "So it is.1"


def test_a_caption_equal_to_the_alt_text_is_written_once() -> None:
    picture = '<img src="x.png" alt="The quay">'
    once = f"<figure>{picture}<figcaption>The quay</figcaption></figure>"
    both = f"<figure>{picture}<figcaption>By A. Fenn</figcaption></figure>"
    assert html_to_text(once) == "The quay"
    assert html_to_text(both) == "(Picture: The quay)\n\nBy A. Fenn"


def test_deep_nesting_is_supported() -> None:
    assert "deep words" in html_to_text("<blockquote>" * 900 + "deep words")
    assert html_to_text("<div>" * 1500 + "deep words") == "deep words"


@given(st.lists(st.sampled_from(["ul", "ol", "li", "table", "tr", "td", "p", "b", "pre", "dl"])))
def test_every_word_is_written_once(tags: list[str]) -> None:
    opened = "".join(f"<{tag}>w{number} " for number, tag in enumerate(tags))
    html = sanitise(opened, "https://wexcombe.example")
    told = re.findall(r"w\d+", html_to_text(html))
    assert sorted(told) == sorted(re.findall(r"w\d+", text_of(html)))
