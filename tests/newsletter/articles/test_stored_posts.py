"""Posts as WordPress stores them, in the tables that its plugins export."""

import json

import pytest
from imported import CONTEXT

from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import table
from newsletter.articles.importers.markup.wordpress_text import is_stored_post

POST = "The <b>council</b> agreed.\n\nWork begins on <i>Monday</i>.\nBring boots."


def body_of(body: str) -> Record:
    article = {"title": "Homes agreed", "date": "2026-11-20", "body": body}
    [record] = table.read_json(json.dumps([article]).encode(), "posts.json", CONTEXT)
    assert isinstance(record, Record)
    return record


def test_empty_lines_part_paragraphs() -> None:
    assert body_of(POST).body_html == (
        "<p>The <b>council</b> agreed.</p>\n<p>Work begins on <i>Monday</i>.<br>\nBring boots.</p>"
    )


def test_a_caption_stands_below_its_picture() -> None:
    html = body_of('[caption width="300"]<img src="a.png"> The quay[/caption]').body_html
    assert "<figcaption>The quay</figcaption>\n</figure>" in html


def test_a_shortcode_that_is_left_out_is_told() -> None:
    notes = body_of(f'{POST}\n\n[contact-form-7 id="5"]').notes
    assert "shortcode left out: [contact-form-7]" in notes


@pytest.mark.parametrize(
    "text",
    [
        "<p>Wrapped\nlines</p>\n\n<p>of HTML</p>",
        "<div>One</div>\n\n<div>Two</div>",
        "One<br>\n\nTwo",
        "One <b>line</b>",
        "A <b>quotation</b> [sic]",
    ],
)
def test_other_html_is_no_stored_post(text: str) -> None:
    assert not is_stored_post(text)
