"""Shortcodes and template tags that a site left in its HTML, Markdown and feeds."""

import pytest
from imported import CONTEXT

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import feed, markdown
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.markup.sent_mail import without_list_links
from newsletter.articles.importers.markup.template_tags import StrippedSource


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ('<p>One</p><p>[gallery ids="1,2"]</p><p>Two</p>', "<p>One</p><p>Two</p>"),
        ("<p>[gallery]</p>", ""),
        ("<p>A [box color=&quot;red&quot;]word[/box] b</p>", "<p>A word b</p>"),
        ("<p>[b]Bold[/b] words</p>", "<p>Bold words</p>"),
        ("<p>Before [contact-form-7 id=”5″ title=”Ask”] after</p>", "<p>Before  after</p>"),
        ("<p>{% include x.html %}Words {{ page.title }}</p>", "<p>Words </p>"),
        ("<p>{{&lt; notice &gt;}}Words{{&lt; /notice &gt;}}</p>", "<p>Words</p>"),
        ("<p>Words</p>{: .wide}", "<p>Words</p>"),
        ('<a href="{{ site.baseurl }}/map/">map</a>', '<a href="/map/">map</a>'),
        ('<a href="%7B%7Bunsubscribe%7D%7D">leave</a>', "<a>leave</a>"),
        ("<a href='http://a.example/%7b%7b%20x%20%7d%7d/'>x</a>", "<a>x</a>"),
        ('<a href="*%7CUNSUB%7C*">leave</a>', "<a>leave</a>"),
        ('<a href="https://a.example/*|URL|*">web</a>', "<a>web</a>"),
    ],
)
def test_marks_go_and_their_content_stays(written: str, left: str) -> None:
    assert strip_marks(written).text == left


@pytest.mark.parametrize(
    ("written", "part"),
    [
        (
            "<p>[caption id=&quot;x&quot;]<img src='a.png'> The quay[/caption]</p>",
            "<figure><img src='a.png'><figcaption>The quay</figcaption></figure>",
        ),
        ("<p>[embed]https://vimeo.com/1[/embed]</p>", 'href="https://vimeo.com/1"'),
        ('<p>[video mp4="https://a.example/b.mp4"][/video]</p>', 'href="https://a.example/b.mp4"'),
        ("<p>[youtube https://youtu.be/x]</p>", 'href="https://youtu.be/x"'),
    ],
)
def test_shortcodes_for_media_become_figures_and_links(written: str, part: str) -> None:
    html = strip_marks(written).text
    assert part in html
    assert "[" not in html


@pytest.mark.parametrize(
    "written",
    [
        "<p>[sic] [...] […] [1] [ ] [x] [citation needed] [[Page]] [a](b) [video](b)</p>",
        "<p>Watch this [video] and the [gallery] below</p>",
        "<p>[note] without an end, [/home] without a start</p>",
        '<p>The shortcode [gallery ids="1"] shows pictures</p>',
        "<pre>[gallery]\n{{ x }}</pre><code>{% x %}</code>",
        '<a href="https://a.example/?q=%7B%7Bx%7D%7D">search</a> <a href="/a%7Bb%7D">b</a>',
        "<p>Set a = {{1, 2}, {3}} or {:ok, value} or {name}</p>",
        "<p>Write {{ x }} as in <code>{{ x }}</code></p>",
        r"<p>Since \(\frac{{a}}{b}\) is small</p>",
    ],
)
def test_brackets_and_braces_that_are_text_stay(written: str) -> None:
    assert strip_marks(written) == StrippedSource(text=written)


def test_a_title_about_template_tags_keeps_those_of_the_text() -> None:
    assert "{{ x }}" in strip_marks("<p>Write {{ x }}</p>", "What {{ x }} means").text


def test_removed_marks_are_noted_once_with_their_number() -> None:
    notes = strip_marks("<p>[gallery]</p><p>[gallery]</p><p>{{ a.b }}</p>").notes
    assert notes == ("template tag left out: {{ a.b }}", "shortcode left out: [gallery] (2 times)")


def test_markdown_keeps_its_own_brackets() -> None:
    text = "# A\n\n- [ ] task\n\n[caption][1] and note[^1] [gallery](/g)\n\n[1]: /c\n[^1]: Foot\n"
    [record] = markdown.read(text.encode(), "2026-11-20-a.md", CONTEXT)
    assert isinstance(record, Record)
    assert ">caption</a>" in record.body_html
    assert ">gallery</a>" in record.body_html
    assert "[ ] task" in record.body_html


def test_an_address_that_is_a_tag_alone_leaves_no_brackets() -> None:
    source = b"# A\n\nSee <{{ site.url }}> or <{% link a.md %}>, or <https://a.example/>.\n"
    [record] = markdown.read(source, "2026-11-20-a.md", CONTEXT)
    assert isinstance(record, Record)
    assert text_of(record.body_html) == "See or a.md, or https://a.example/."


def test_an_entry_of_a_feed_is_cleared() -> None:
    entry = "<title>A</title><description>&lt;p&gt;[box a=1]B[/box] {{ c }}&lt;/p&gt;</description>"
    rss = f"<rss version='2.0'><channel><title>S</title><item>{entry}</item></channel></rss>"
    [record] = feed.read(rss.encode(), "https://a.example/feed", CONTEXT)
    assert isinstance(record, Record)
    assert record.body_html == "<p>B </p>"


@pytest.mark.parametrize("address", ["%7B%7Bunsubscribe%7D%7D", "*%7CUNSUB%7C*", "{{ unsub_url }}"])
def test_an_encoded_link_for_leaving_the_old_list_goes(address: str) -> None:
    mail = without_list_links(f'<p>Words <a href="{address}">here</a></p>')
    assert mail.html == "<p>Words </p>"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["[caption a=1]", "<code>", r"\(", "{{ a", "<p>[gallery]", "{% x"])
def test_repeated_openings_take_little_time(part: str) -> None:
    strip_marks(part * 5_000)
