"""The shipped mail templates."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import html

from newsletter.rendering.content import MailContent
from newsletter.rendering.encoding.message import MessageHeaders
from newsletter.rendering.encoding.slots import Slot, split_at_placeholders
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.templates import Templates

BASE = "https://wexcombe.example"
SITE = {
    "name": "Wexcombe Forward",
    "description": "News",
    "base_url": BASE,
    "language": "en-GB",
    "contact": "office@wexcombe.example",
    "imprint": {
        "promoter": "M. Hallam",
        "promoter_address": "4 Mill Lane",
        "on_behalf_of": "The Party",
        "on_behalf_of_address": "The Corn Exchange",
    },
}
IMPRINT = "Promoted by M. Hallam, 4 Mill Lane, on behalf of The Party, The Corn Exchange."
HOSTILE = '<script>alert("x")</script> & co'
PERSONAL = ("confirm", "welcome", "goodbye", "changed", "move", "moving", "preferences")
KINDS = ("digest", "bulletin", "article", "admin-alert", "staff", *PERSONAL)
# Gmail clips beyond 102 KB; twelve stories should leave room for long summaries.
MAX_BYTES = 35_000


def article(number: int, title: str = "") -> dict[str, Any]:
    return {
        "title": title or f"Story {number} of the harbour bridge and what comes after",
        "url": f"{BASE}/articles/story-{number}",
        "summary": "The first bus crossed the repaired bridge on Thursday. " * 5,
        "author": "Nora Tallis",
        "image_url": f"{BASE}/bridge.png" if number == 0 else "",
        "published": "Thursday 19 November 2026",
        "topics": [
            {"slug": "housing", "name": "Housing", "url": f"{BASE}/topics/housing"},
            {"slug": "transport", "name": "Transport", "url": f"{BASE}/topics/transport"},
        ],
        "body_html": "<p>The <b>body</b>.</p><table><tr><td>1</td></tr></table>",
    }


def personal_context(topic: str) -> dict[str, Any]:
    return {
        "site": SITE,
        "confirm_url": f"{BASE}/confirm/token",
        "move_url": f"{BASE}/move/token",
        "keep_url": f"{BASE}/keep-address/token",
        "return_url": f"{BASE}/return/token",
        "good_until": "Friday 4 December 2026",
        "archive_url": f"{BASE}/editions",
        "choice": {
            "mails": "digests and bulletins",
            "topics": [topic or "Housing", "Transport"],
            "digests": ["Friday", "Monthly"],
            "paused_until": "Friday 25 December 2026",
        },
    }


def context(kind: str, title: str = "") -> dict[str, Any]:
    if kind in PERSONAL:
        return personal_context(title)
    if kind == "admin-alert":
        return {
            "site": SITE,
            "alert": {"title": title or "Stopped", "text": "x " * 99, "details": ["y"]},
        }
    if kind == "staff":
        values = {"title": title or "Approve", "text": "x " * 99, "url": BASE, "label": "Look"}
        return {"site": SITE, "staff": values}
    articles = [article(n, title) for n in range(12 if kind == "digest" else 1)]
    return {
        "site": SITE,
        "edition": {
            "id": 7,
            "number": 7,
            "subject": title or "Bridge",
            "date": "Friday 27 November 2026",
        },
        "digest": {
            "slug": "friday",
            "name": "The Friday digest",
            "tail_heading": "Also this week",
        }
        if kind == "digest"
        else None,
        "lead": articles[0],
        "articles": articles,
        "sections": [
            {"slug": "friday", "name": "Friday", "stories": articles[:6], "tail": articles[6:8]},
            {"slug": "housing", "name": "Housing", "stories": articles[8:], "tail": []},
        ],
        "tail": articles[6:8],
        "more": 3,
        "corrections": [
            {
                "title": title or "Trees planted",
                "url": f"{BASE}/articles/trees",
                "date": "Tuesday 24 November 2026",
                "note": "It was forty trees.",
            }
        ],
        "topics": articles[0]["topics"],
        "body_html": "<p>Come to the fair.</p>",
        "body_text": "Come to the fair.",
        "preheader": "In short",
        "view_online_url": f"{BASE}/editions/7",
    }


def content(kind: str, values: dict[str, Any]) -> MailContent:
    headers = MessageHeaders(
        from_name="Wexcombe Forward",
        from_address="news@wexcombe.example",
        reply_to="",
        date=datetime(2026, 11, 27, 9, tzinfo=UTC),
        message_id_domain="wexcombe.example",
    )
    subject = values.get("edition", {}).get("subject", "")
    return MailContent(
        template=kind, headers=headers, site=values["site"], subject=subject, values=values
    )


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(Templates(), BASE)


def words(text: str, nonce: str) -> str:
    """The text with its placeholders filled for Ann."""
    values = {Slot.GREETING_HTML: "Dear Ann", Slot.GREETING_TEXT: "Dear Ann"}
    return "".join(
        values.get(part, "TOKEN") if isinstance(part, Slot) else part
        for part in split_at_placeholders(text, nonce)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_both_bodies_carry_the_imprint_and_the_reason(renderer: Renderer, kind: str) -> None:
    rendered = renderer.render_mail(content(kind, context(kind)))
    for text in (" ".join(rendered.text.split()), " ".join(rendered.html.split())):
        assert IMPRINT in text
        assert "You get this" in text


@pytest.mark.parametrize("kind", ["digest", "bulletin", "article"])
def test_an_edition_has_unsubscribe_preference_and_online_links(
    renderer: Renderer, kind: str
) -> None:
    rendered = renderer.render_mail(content(kind, context(kind)))
    for text in (rendered.text, rendered.html):
        assert f"{BASE}/unsubscribe/TOKEN" in words(text, rendered.nonce)
        assert f"{BASE}/preferences/TOKEN" in words(text, rendered.nonce)
        assert f"{BASE}/editions/7" in text
        assert "Dear Ann," in words(text, rendered.nonce)


@pytest.mark.parametrize("kind", ["digest", "bulletin", "article"])
def test_the_public_page_has_no_personal_values(renderer: Renderer, kind: str) -> None:
    page = renderer.render_page(content(kind, context(kind)))
    assert "unsubscribe" not in page.lower()
    assert "preferences" not in page
    assert "View in a browser" not in page
    assert "Hello," not in page
    assert IMPRINT in " ".join(page.split())


@pytest.mark.parametrize("kind", KINDS)
def test_subjects_are_one_line(renderer: Renderer, kind: str) -> None:
    subject = renderer.subject_of(content(kind, context(kind)))
    assert subject
    assert "\n" not in subject


def test_twelve_stories_stay_below_the_clipping_limit(renderer: Renderer) -> None:
    assert len(renderer.render_mail(content("digest", context("digest"))).html.encode()) < MAX_BYTES


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_wrapped_and_has_no_markup(renderer: Renderer, kind: str) -> None:
    text = renderer.render_mail(content(kind, context(kind))).text
    for line in text.splitlines():
        assert len(line) <= 72 or line.startswith(("http", "Unsubscribe")), line
        assert line == line.rstrip()
    assert "<" not in text
    assert "\n\n\n\n" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_titles_are_escaped_in_html_only(renderer: Renderer, kind: str) -> None:
    rendered = renderer.render_mail(content(kind, context(kind, title=HOSTILE)))
    assert "<script" not in rendered.html
    if kind not in {"confirm", "goodbye", "move", "moving", "preferences"}:
        assert "&lt;script&gt;" in rendered.html
        assert HOSTILE in rendered.text


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_suits_mail_clients(renderer: Renderer, kind: str) -> None:
    source = renderer.render_mail(content(kind, context(kind))).html
    page = html.fromstring(source)
    assert source.lstrip().lower().startswith("<!doctype html>")
    assert (page.get("lang"), page.get("dir")) == ("en-GB", "ltr")
    assert "<!--[if mso]>" in source
    assert re.search(r"@media[^{]*prefers-color-scheme: ?dark", source)
    assert "!important" in source
    assert len(page.cssselect("h1")) == 1
    for table in page.cssselect("table"):
        in_body = any("prose" in (a.get("class") or "") for a in table.iterancestors())
        assert in_body or table.get("role") == "presentation"
    for image in page.cssselect("img"):
        assert image.get("width")
        assert image.get("alt")
    assert not page.cssselect("script, link, form, iframe, style[media]")


def test_a_right_to_left_language_sets_the_direction(renderer: Renderer) -> None:
    site = {**SITE, "language": "ar"}
    page = html.fromstring(
        renderer.render_mail(content("bulletin", {**context("bulletin"), "site": site})).html
    )
    assert page.get("dir") == "rtl"


def test_stories_are_aligned_with_the_mails_direction(renderer: Renderer) -> None:
    site = {**SITE, "language": "he"}
    page = html.fromstring(
        renderer.render_mail(content("digest", {**context("digest"), "site": site})).html
    )
    stories = page.cssselect("td.story")
    assert {(story.get("align"), story.get("dir")) for story in stories} == {("right", "auto")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_a_preheader(renderer: Renderer, kind: str) -> None:
    page = html.fromstring(renderer.render_mail(content(kind, context(kind))).html)
    (shown,) = page.cssselect(".preheader")
    assert len(shown.text_content().strip()) > 5
