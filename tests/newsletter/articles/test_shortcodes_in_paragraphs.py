"""Shortcodes that stand for blocks, with words before and after them in one paragraph."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imported import CONTEXT
from lxml import html as trees

from newsletter.articles.body.sanitising import sanitise
from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import html, markdown
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.markup.shortcodes import PostMedia
from newsletter.articles.importers.markup.wordpress_text import render_post

MEDIA = PostMedia(by_number={"1": "https://a.example/1.png"})
CAPTION = '[caption id="a" width="300"]<img src="a.png"> Quay[/caption]'
# Each with the words that a reader sees of it.
BLOCKS = [
    (CAPTION, "Quay"),
    (f"<a href='/map'>{CAPTION}</a>", "Quay"),
    (
        '[caption]<img src="a.png"> By [audio mp3="https://a.example/q.mp3"][/caption]',
        "By https://a.example/q.mp3",
    ),
    ("[embed]https://vimeo.com/1[/embed]", "https://vimeo.com/1"),
    ('[video mp4="https://a.example/b.mp4"][/video]', "https://a.example/b.mp4"),
    ("[code]x = 1[/code]", "x = 1"),
    ("[contact-form-7 id=”5″]", ""),
    ("[youtube https://youtu.be/x]", "https://youtu.be/x"),
]
WORDS = [
    "",
    "One",
    "two <b>three</b>",
    "<em>four",
    "five</em>",
    "&amp; six",
    "<br>",
    "`seven`",
    "\n",
]


def parts() -> st.SearchStrategy[list[tuple[str, str]]]:
    words = st.sampled_from([(each, re.sub("<[^<>]*>", "", each)) for each in WORDS])
    others = st.lists(words | st.sampled_from(BLOCKS), max_size=4)
    blocks = st.sampled_from(BLOCKS)
    return st.builds(lambda before, block, after: [*before, block, *after], others, blocks, others)


def shown(html: str) -> list[str]:
    return "".join(trees.fromstring(f"<div>{html}</div>").itertext()).split()


def stray(html: str) -> list[str]:
    """Empty paragraphs, and words that stand in none."""
    root = trees.fromstring(f"<div>{html}</div>")
    empty = [e for e in root.iter("p", "h2") if not e.text_content().strip() and not len(e)]
    bare = [root.text, *(element.tail for element in root)]
    return [str(e.tag) for e in empty] + [text for text in bare if text and text.strip()]


@given(parts=parts(), name=st.sampled_from(["p", 'p class="x" id="y"', "h2"]))
def test_a_paragraph_is_split_around_blocks(parts: list[tuple[str, str]], name: str) -> None:
    content = " ".join(written for written, _ in parts)
    source = f"<{name}>{content}</{name.partition(' ')[0]}>"
    cleared = sanitise(strip_marks(source).text, "https://a.example/")
    assert not stray(cleared)
    assert shown(cleared) == " ".join(words for _, words in parts).replace("&amp;", "&").split()


@given(parts=parts())
def test_a_stored_paragraph_is_split_around_blocks(parts: list[tuple[str, str]]) -> None:
    content = " ".join(written for written, _ in parts)
    cleared = sanitise(render_post(f"<p>{content}</p>", MEDIA).html, "https://a.example/")
    assert not stray(cleared)
    assert shown(cleared) == " ".join(words for _, words in parts).replace("&amp;", "&").split()


def test_an_id_stays_with_the_first_part_alone() -> None:
    text = strip_marks(f'<p id="a"><b id="c">One {CAPTION} two</b></p>').text
    assert text.count('id="a"') == text.count('id="c"') == 1


def test_formatting_goes_on_after_the_block() -> None:
    text = strip_marks(f"<p><em>One {CAPTION} two</em></p>").text
    assert text.startswith("<p><em>One</em></p>")
    assert text.endswith("<p><em>two</em></p>")


def test_a_paragraph_without_an_end_tag_is_split() -> None:
    assert not stray(sanitise(strip_marks(f"<p>One {CAPTION} two<p>Three").text, ""))


def test_a_caption_across_paragraphs_becomes_one_figure() -> None:
    source = '<p>One [caption width="9"]<img src="a.png"></p>\n<p>Quay[/caption] two</p>'
    figure = '<figure><img src="a.png"><figcaption>Quay</figcaption></figure>'
    assert "".join(strip_marks(source).text.split("\n")) == f"<p>One</p>{figure}<p>two</p>"


@pytest.mark.parametrize("form", ["[code]{}[/code]", "[sourcecode language='php']{}[/sourcecode]"])
def test_code_is_kept_to_the_letter(form: str) -> None:
    source = '<?php\n\n  if ($a < 3 && $_b_) { echo "{{ x }} [gallery]"; }'
    for written in (f"# A\n\n{form.format(source)}\n", f"# A\n\nSee {form.format(source)} there\n"):
        [record] = markdown.read(written.encode(), "2026-11-20-a.md", CONTEXT)
        assert isinstance(record, Record)
        [code] = trees.fromstring(record.body_html).xpath("descendant-or-self::pre/code")
        assert code.text_content() == source


def test_stored_code_is_kept_to_the_letter() -> None:
    source = "[code lang='html']\n<script>\n\nx && '[gallery]'\n</script>\n&lt;b&gt;[/code]"
    html = render_post(f"Before\n\n{source}\n\nAfter", MEDIA).html
    code = trees.fromstring(f"<div>{html}</div>").findtext(".//pre/code")
    assert code == "<script>\n\nx && '[gallery]'\n</script>\n<b>"


def test_code_whose_lines_were_made_paragraphs_is_one_block() -> None:
    written = "<p>[code]<br />\na &lt; b<br />\n  c {{ d }}</p>\n<p>e[/code]</p>"
    assert strip_marks(written).text.strip() == "<pre><code>a &lt; b\n  c {{ d }}\n\ne</code></pre>"


def test_code_with_its_own_block_keeps_that() -> None:
    written = "<p>[code]</p><pre>a\n b</pre><p>[/code]</p>"
    assert strip_marks(written).text.strip() == "<pre>a\n b</pre>"


def test_highlighted_code_in_an_html_source_is_a_block() -> None:
    source = "{% highlight ruby %}\nputs 1 < 2\n{% endhighlight %}"
    page = f"---\ntitle: A\ndate: 2026-11-20\n---\n<p>One</p>\n{source}\n"
    [record] = html.read(page.encode(), "a.html", CONTEXT)
    assert isinstance(record, Record)
    assert "<pre><code>puts 1 &lt; 2</code></pre>" in record.body_html
