"""Static HTML in place of content that needs a browser."""

from html import unescape

import pytest

from newsletter.articles.body.html_cleanup import clean_html
from newsletter.articles.body.sanitising import sanitise
from newsletter.articles.body.urls import relative_to_site, resolved

BASE = "https://wexcombe.example/articles/harbour"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/gif;base64,x" data-src="/a.jpg">',
        '<img src="/img/blank.gif" data-lazy-src="/a.jpg">',
        '<img data-srcset="/small.jpg 300w, /a.jpg 1200w, /large.jpg 3000w">',
        '<picture><source srcset="/a.jpg 1x"></picture>',
        '<picture><source srcset="/b.webp"><img src="/a.jpg"></picture>',
        '<noscript><img src="/a.jpg"></noscript>',
        '<img src="data:,x"><noscript><img src="/a.jpg"></noscript>',
        '<img src="data:,x" data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>',
        '<amp-img src="/a.jpg"></amp-img>',
    ],
)
def test_a_lazy_picture_is_shown_once(html: str) -> None:
    assert sanitise(html, BASE) == '<img src="https://wexcombe.example/a.jpg">'


@pytest.mark.parametrize(
    "reference", ["&#27;", "&#x1b", "&#0000;", "&#xD800;", "&#xfffe;", "&#99999999999;"]
)
@pytest.mark.parametrize(
    "html",
    [
        '<img data-src="{}/a.jpg">',
        '<picture><source srcset="{}/a.jpg 1x"></picture>',
        '<a name="{}a">Words</a>',
        '<iframe src="https://maps.example/{}" title="{}Map"></iframe>{}',
        "<ruby>a<rt>{}b</rt></ruby>{}",
        '<embed src="https://maps.example/{}">',
    ],
)
def test_a_reference_to_a_control_character_refuses_no_text(html: str, reference: str) -> None:
    cleaned = clean_html(f"<p>Words.</p>{html.replace('{}', reference)}")
    assert "Words." in cleaned.html
    assert not set(cleaned.html) & set("\0\x1b\ud800\ufffe")


def test_references_to_what_can_be_shown_are_kept() -> None:
    html = '<a name="a">caf&#233;&#x2019;s&#10;</a>'
    assert "café’s\n" in unescape(clean_html(html).html)


@pytest.mark.parametrize(
    "html",
    [
        '<div style="display: none; max-height:0">Preview</div>',
        "<p hidden>Preview</p>",
        '<span style="font-size:0">Preview</span>',
        "<template>Preview</template>",
        '<img src="https://count.example/x" width="1" height="1">',
        '<iframe src="https://www.googletagmanager.com/ns.html?id=1"></iframe>',
    ],
)
def test_invisible_content_is_removed_with_a_note(html: str) -> None:
    mended = clean_html(f"<p>Shown.</p>{html}")
    assert mended.html == "<p>Shown.</p>"
    assert mended.notes or "template" in html


@pytest.mark.parametrize(
    ("frame", "address"),
    [
        ("https://www.youtube.com/embed/abc?rel=0", "https://www.youtube.com/watch?v=abc"),
        ("//www.youtube-nocookie.com/embed/abc", "https://www.youtube.com/watch?v=abc"),
        ("https://player.vimeo.com/video/12", "https://vimeo.com/12"),
        ("https://maps.example/embed?x=1", "https://maps.example/embed?x=1"),
    ],
)
def test_a_frame_becomes_a_link_to_its_public_page(frame: str, address: str) -> None:
    mended = clean_html(f'<iframe src="{frame}" title="The meeting"></iframe>')
    assert f'href="{address}"' in mended.html
    assert "The meeting" in mended.html
    assert mended.notes == ("frame replaced by a link",)


def test_words_in_angle_brackets_are_kept_as_text() -> None:
    html = "<p>Write to office@<domain>, put it in <path>.</p><p>On.</p>"
    words = sanitise(html, BASE)
    assert words == "<p>Write to office@&lt;domain&gt;, put it in &lt;path&gt;.</p><p>On.</p>"


def test_math_keeps_its_text_and_svg_is_removed() -> None:
    html = "<p>a <math><mi>x</mi><mo>=</mo><mn>2</mn></math> b<svg><text>no</text></svg></p>"
    assert sanitise(html, BASE) == "<p>a <span>x=2</span> b</p>"


def test_bold_elements_with_normal_weight_are_unwrapped() -> None:
    html = '<b style="font-weight:normal"><p><span style="font-weight:700">A</span> b</p></b>'
    assert sanitise(html, BASE) == "<p><strong>A</strong> b</p>"


def test_footnote_anchors_are_kept_and_other_ids_removed() -> None:
    html = '<p id="x">A<a href="#n" id="r">1</a></p><p id="n">N <a href="#r">back</a></p>'
    kept = '<p>A<a href="#in-n" id="in-r">1</a></p><p id="in-n">N <a href="#in-r">back</a></p>'
    assert sanitise(html, BASE) == kept


@pytest.mark.parametrize(
    ("written", "encoded"),
    [
        ("/a b.jpg", "https://wexcombe.example/a%20b.jpg"),
        ("/q?x=[1]&y={2}", "https://wexcombe.example/q?x=%5B1%5D&amp;y=%7B2%7D"),
        ("/Füße/%CE%A7", "https://wexcombe.example/F%C3%BC%C3%9Fe/%CE%A7"),
        ("/100%", "https://wexcombe.example/100%25"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("tel:01234 567 890", "tel:01234567890"),
        ("mailto:ada thorne@w.example", "mailto:ada%20thorne@w.example"),
    ],
)
def test_addresses_are_percent_encoded(written: str, encoded: str) -> None:
    assert sanitise(f'<a href="{written}">x</a>', BASE) == f'<a href="{encoded}">x</a>'


def test_internal_links_follow_a_change_of_base_url() -> None:
    body = sanitise('<a href="/map">m</a> <a href="https://x.example/">x</a>', BASE)
    stored = relative_to_site(body, "https://wexcombe.example")
    assert stored == '<a href="/map">m</a> <a href="https://x.example/">x</a>'
    shown = resolved(stored, "https://new.example/site")
    assert (
        shown == '<a href="https://new.example/site/map">m</a> <a href="https://x.example/">x</a>'
    )


def test_text_that_looks_like_attributes_is_unchanged() -> None:
    html = '<p>Write &lt;a href="/x"&gt; or href="/x".</p>'
    assert resolved(html, "https://new.example") == html


def test_escaped_markup_in_noscript_is_left_out() -> None:
    body = "<p>Words.</p><noscript>&lt;a href='https://ads.example'&gt;Ad&lt;/a&gt;</noscript>"

    assert clean_html(body).html == "<p>Words.</p>"


@pytest.mark.parametrize(
    ("ruby", "shown"),
    [
        ("<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby>", "漢(kan)字(ji)"),
        ("<ruby>漢<rp>[</rp><rt>kan</rt><rp>]</rp></ruby>", "漢[kan]"),
        ("<ruby>漢<rt><i>kan</i></rt></ruby>", "漢(<i>kan</i>)"),
    ],
)
def test_a_reading_stands_in_brackets_after_its_words(ruby: str, shown: str) -> None:
    assert sanitise(ruby, BASE) == shown
