"""Source formats: front matter, template tags, WordPress markup."""

import pytest

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.markup import front_matter
from newsletter.articles.importers.markup.shortcodes import PostMedia
from newsletter.articles.importers.markup.template_tags import strip_template_tags
from newsletter.articles.importers.markup.wordpress_text import render_post

PICTURES = PostMedia(by_number={"9": "https://old.example/9.jpg"}, attached=("9",))


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\ndraft: true\n---\nText",
        "+++\ntitle = 'A'\ndraft = true\n+++\nText",
        '{\n"title": "A",\n"draft": true\n}\nText',
    ],
)
def test_front_matter_in_yaml_toml_and_json(text: str) -> None:
    document = front_matter.split(text)
    assert (document.values, document.text) == ({"title": "A", "draft": True}, "Text")


def test_yaml_values_stay_strings() -> None:
    document = front_matter.split("---\nat: 10:30\nid: 007\ndate: 2019-02-30\nname: no\n---\n")
    wanted = {"at": "10:30", "id": "007", "date": "2019-02-30", "name": "no"}
    assert document.values == wanted


def test_invalid_yaml_front_matter_is_read_line_by_line_with_a_note() -> None:
    document = front_matter.split("---\ntitle: Harbour plan: what was agreed\n---\nText")
    assert document.values == {"title": "Harbour plan: what was agreed"}
    assert document.notes


def test_unclosed_front_matter_is_refused() -> None:
    with pytest.raises(Unreadable, match="not closed"):
        front_matter.split("---\ntitle: A\n")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("A {{ site.title }} b", "A  b"),
        ("{% if x %}Kept{% endif %}", "Kept"),
        ("A picture\n{: .wide}", "A picture\n"),
        ("{{< notice >}}Kept{{< /notice >}}", "Kept"),
        ("[map]({{ site.baseurl }}/map/)", "[map](/map/)"),
        ("{{ '/a.jpg' | relative_url }}", "/a.jpg"),
    ],
)
def test_template_tags_are_removed_and_their_content_kept(source: str, left: str) -> None:
    assert strip_template_tags(source).text == left


@pytest.mark.parametrize("source", ["`{{ x }}`", "```\n{% raw %}\n```", "{ x }", "Pay {5}"])
def test_code_and_literal_braces_are_unchanged(source: str) -> None:
    cleared = strip_template_tags(source)
    assert cleared.notes == ()
    assert "{" in cleared.text


def test_a_video_shortcode_becomes_a_frame() -> None:
    assert (
        "youtube.com/embed/abcdefghijk" in strip_template_tags("{{< youtube abcdefghijk >}}").text
    )


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("A\n\nB\nC", "<p>A</p>\n<p>B<br>\nC</p>"),
        ("<pre>a\n\nb</pre>\n\nB", "<pre>a\n\nb</pre>\n<p>B</p>"),
        ("A\n<ul>\n<li>one</li>\n</ul>\nB", "<p>A</p>\n<ul>\n<li>one</li>\n</ul>\n<p>B</p>"),
        ("[gallery]", '<figure><img src="https://old.example/9.jpg" alt=""></figure>'),
        ("It is [sic] so [1]", "<p>It is [sic] so [1]</p>"),
        ('[box color="red"]Kept[/box]', "<p>Kept</p>"),
        ("[[gallery]]", "<p>[gallery]</p>"),
    ],
)
def test_a_classic_post_is_rendered_as_in_wordpress(written: str, html: str) -> None:
    assert render_post(written, PICTURES).html.strip() == html


def test_a_blockquote_keeps_two_paragraphs() -> None:
    html = render_post("<blockquote>A\n\nB</blockquote>", PICTURES).html
    assert html.replace("\n", "") == "<blockquote><p>A</p><p>B</p></blockquote>"


def test_a_caption_stands_with_its_picture() -> None:
    html = render_post('[caption id="x"]<img src="/a.jpg"> The lamp[/caption]', PICTURES).html
    assert "<figcaption>The lamp</figcaption>" in html
    assert "[" not in html
