"""Plain text as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.sanitising import sanitise
from newsletter.rendering.plaintext import WIDTH, first_part, html_to_text, underlined, wrapped


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines"),
        ("<h2>What <i>changes</i></h2><p>All.</p>", "What changes\n------------\n\nAll."),
        ("<ul><li>One</li><li>Two<ul><li>In it</li></ul></li></ul>", "- One\n- Two\n  - In it"),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        ("<blockquote><p>One</p><p>Two</p></blockquote>", "> One\n>\n> Two"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>One</p><hr><p>Two</p>", "One\n\n* * *\n\nTwo"),
        ("<table><tr><th>Year</th><td>12</td></tr></table>", "Year  12"),
        ('<p><img src="x.png" alt="A heron"></p>', "(Picture: A heron)"),
        ("<p>1. It * is _so_ # &lt;b&gt;</p>", "1. It * is _so_ # <b>"),
        ("", ""),
    ],
)
def test_every_element_has_its_form(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_links_are_numbered_and_their_addresses_stand_below() -> None:
    html = '<p><a href="https://a.example/">A</a>, <a href="https://b.example/">B</a></p>'
    assert html_to_text(html) == "A [1], B [2]\n\n[1] https://a.example/\n[2] https://b.example/"


def test_the_same_address_has_one_number() -> None:
    html = '<a href="https://a.example/">A</a> <a href="https://a.example/">again</a>'
    assert html_to_text(html) == "A [1] again [1]\n\n[1] https://a.example/"


@pytest.mark.parametrize("address", ["https://a.example/", "mailto:a@b.example", "tel:+441"])
def test_an_address_that_is_its_own_words_stays_alone(address: str) -> None:
    words = address.removeprefix("mailto:").removeprefix("tel:")
    assert html_to_text(f'<a href="{address}">{words}</a>') == words


def test_a_table_too_wide_for_columns_is_written_cell_after_cell() -> None:
    cell = "words " * 8
    text = html_to_text(f"<table><tr><td>{cell}</td><td>{cell}</td></tr></table>")
    assert " | " in text.replace("\n", " ")
    assert all(len(line) <= WIDTH for line in text.splitlines())


@given(st.text(alphabet="<>/abliphr ulo\n&;=\"'", max_size=300))
def test_whatever_is_sanitised_can_be_written_and_wrapped(source: str) -> None:
    text = html_to_text(sanitise(source, "https://wexcombe.example"))
    assert all(line == line.rstrip() for line in text.split("\n") if "<pre" not in source)


@given(st.text(alphabet="ab ", max_size=400))
def test_no_line_of_words_is_longer_than_the_width(text: str) -> None:
    longest = max([WIDTH, *map(len, text.split())])
    assert all(len(line) <= longest for line in wrapped(text).split("\n"))


def test_a_heading_is_underlined_as_far_as_it_reaches() -> None:
    assert underlined("A heading", "=") == "A heading\n========="


def test_the_first_part_of_a_body_ends_between_its_blocks() -> None:
    assert first_part("<p>One</p><p>Two</p>", 15) == "<p>One</p>"
    assert first_part("<p>One, which is long</p><p>Two</p>", 5) == "<p>One, which is long</p>"
    assert first_part("<p>One</p>", 100) == "<p>One</p>"


def test_a_link_without_an_address_is_its_words() -> None:
    assert html_to_text("<p><a>Read on</a></p>") == "Read on"


def test_what_only_computers_read_leaves_no_trace() -> None:
    assert html_to_text("<p>One<!-- a remark --> word<!-- another --></p>") == "One word"
    assert html_to_text("<p>One<!-- a remark --></p>") == "One"
