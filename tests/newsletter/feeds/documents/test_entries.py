"""Feed entries and their frozen form."""

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.documents.content import Entry, Media
from newsletter.feeds.documents.entries import enclosures_in, freeze, image_of, thaw

texts = st.text(max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
media = st.builds(Media, url=texts, type=texts, length=st.integers(0), title=texts)
entries = st.builds(
    Entry,
    id=texts,
    url=texts,
    title=texts,
    summary=texts,
    content_html=texts,
    author=texts,
    published=moments,
    updated=moments,
    topics=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    image=st.none() | media,
    enclosures=st.lists(media, max_size=2).map(tuple),
)


@given(entry=entries)
def test_an_entry_survives_freeze_and_thaw(entry: Entry) -> None:
    assert thaw(freeze(entry), is_excerpt=False) == entry
    assert thaw(freeze(entry), is_excerpt=True) == replace(entry, content_html="")


def test_recordings_and_papers_that_are_linked_are_attached_once() -> None:
    body = (
        '<p><a href="https://w.example/speech.mp3?x=1">Hear <b>it</b></a>, read '
        '<a href="https://w.example/plan.pdf">the plan</a>, <a href="https://w.example/plan.pdf">'
        'again</a>, <a href="https://w.example/page">a page</a>, <a href="mailto:a@b.example">w</a>'
        '<a href="http://[::bad/x.mp3">broken</a></p>'
    )
    assert list(enclosures_in(body)) == [
        Media(url="https://w.example/speech.mp3?x=1", type="audio/mpeg", title="Hear it"),
        Media(url="https://w.example/plan.pdf", type="application/pdf", title="the plan"),
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://w.example/a.png", "image/png"),
        ("https://w.example/a", "image/jpeg"),
        ("https://w.example/a.pdf", "image/jpeg"),
    ],
)
def test_a_picture_has_a_type(url: str, expected: str) -> None:
    found: Any = image_of(url)
    assert found.type == expected
