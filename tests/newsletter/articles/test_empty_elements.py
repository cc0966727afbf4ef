"""Elements that show nothing are left out of articles, from every importer."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.articles.body.empty_elements import without_empty_elements
from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.articles.importers.markup.shortcodes import PostMedia
from newsletter.articles.importers.markup.wordpress_text import render_post

BASE = "https://wexcombe.example/a"
# Blocks that a theme fills when a page is shown: a query loop, a site logo, a spacer.
DYNAMIC = """<!-- wp:paragraph --><p>The ferry sails.</p><!-- /wp:paragraph -->

<!-- wp:query {"queryId":1} --><div class="wp-block-query"><!-- wp:post-template -->
<!-- wp:post-title {"isLink":true} /-->

<!-- wp:group --><div class="wp-block-group"><!-- wp:post-date /--></div><!-- /wp:group -->
<!-- /wp:post-template --></div><!-- /wp:query -->

<!-- wp:site-logo {"width":120} /-->

<!-- wp:spacer {"height":"40px"} -->
<div style="height:40px" aria-hidden="true" class="wp-block-spacer"></div>
<!-- /wp:spacer -->

<!-- wp:paragraph --><p></p><!-- /wp:paragraph -->

<!-- wp:paragraph --><p>It sails again.</p><!-- /wp:paragraph -->"""


def imported(html: str) -> str:
    """As an import stores it; the editor keeps what somebody wrote."""
    return without_empty_elements(sanitise(html, BASE))


EMPTY = re.compile(r"<(?!td|th|tr|li)([a-z0-9]+)[^<>]*>(?:\s|&nbsp;|\u200b|<w?br>)*</\1>")
TEXT = st.text("a \n\xa0\u200b", max_size=3)
NAME = st.sampled_from(
    ["p", "div", "span", "b", "li", "ul", "blockquote", "h2", "figure", "section", "a", "pre"]
)
ELEMENT = st.recursive(
    TEXT | st.sampled_from(["<br>", "<hr>", "<img src=/m.png>", "<wbr>"]),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format, NAME, st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=12,
)


@given(st.lists(ELEMENT, max_size=4).map("".join))
@example("<p><span> </span></p>a<div><p>&nbsp;</p></div>b")
def test_every_element_of_a_sanitised_body_shows_something(html: str) -> None:
    assert not EMPTY.search(imported(html))


@given(st.lists(ELEMENT, max_size=4).map("".join))
def test_every_word_beside_an_empty_element_is_kept(html: str) -> None:
    kept = "".join(text_of(imported(html)).split()).replace("\u200b", "")
    assert kept == "".join(text_of(html).split()).replace("\u200b", "")


def test_dynamic_blocks_of_a_wordpress_post_leave_no_trace() -> None:
    html = imported(render_post(DYNAMIC, PostMedia(by_number={})).html)
    assert html == "<p>The ferry sails.</p>\n<p>It sails again.</p>"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<a href='#n'>1</a><p id=n></p>", '<a href="#in-n">1</a><p id="in-n"></p>'),
        ("<ol><li></li><li>b</li></ol>", "<ol><li></li><li>b</li></ol>"),
        (
            "<table><tr><td></td><td>9</td></tr></table>",
            "<table><tbody><tr><td></td><td>9</td></tr></tbody></table>",
        ),
        ("<pre>a\n\n\n\nb</pre>", "<pre>a\n\n\n\nb</pre>"),
        ("<p>a<b><br></b>b</p>", "<p>a<br>b</p>"),
        ("<p>a<b> </b>b</p>", "<p>a b</p>"),
    ],
)
def test_an_empty_element_with_a_meaning_is_kept(written: str, kept: str) -> None:
    assert imported(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "<p>&nbsp;</p>",
        "<p>\u200b<br></p>",
        "<ul><li> </li></ul>",
        "<table><tr><td></td></tr></table>",
        "<figure><a href=/x><img src='data:,'></a></figure>",
    ],
)
def test_a_body_that_shows_nothing_is_empty(written: str) -> None:
    assert imported(written) == ""


def test_many_line_breaks_are_one_empty_line() -> None:
    assert imported("a<br>\n<br><br /><br>b\n\n\n\nc") == "a<br><br>b\nc"


def test_a_hundred_thousand_empty_elements_are_left_out() -> None:
    assert imported("<div><p></p></div>" * 50_000 + "<p>end</p>").strip() == "<p>end</p>"
