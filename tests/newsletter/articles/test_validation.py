"""Validation of records: cleaning and size limits."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from expectations import CONTEXT
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.body.attachments import Attachment
from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.importers.format_detection import FORMATS
from newsletter.articles.importers.validation import errors_as_records, validated

NASTY = "a\0\x1b[31m\x9b\ud800\ufdd0\ufffe\U0001fffeb"
RECORD = Record(
    source="feed",
    source_key="https://feeds.example/1",
    explicit_key=True,
    title="Harbour reopens",
    body_html="<p>Words.</p>",
    published_at=datetime(2026, 11, 1, tzinfo=UTC),
    where="feed, entry 1",
)


def test_every_text_in_a_record_is_cleaned() -> None:
    texts: dict[str, Any] = dict.fromkeys(
        ("source", "source_key", "title", "body_html", "where", "summary", "author"), NASTY
    )
    attachment = Attachment(url=NASTY, type=NASTY, title=NASTY, length_bytes=10**5000)
    record = validated(replace(RECORD, **texts, topics=(NASTY,), attachments=(attachment,)))
    assert isinstance(record, Record)
    assert {record.source_key, record.where, record.author} == {"a[31mb"}
    assert record.topics == ("a[31mb",)
    found = record.attachments[0]
    assert (found.url, found.type, found.title, found.length_bytes) == (*["a[31mb"] * 3, 0)


def test_error_reports_are_cleaned() -> None:
    assert validated(BadRecord(where=NASTY, what=NASTY, hint="x")) == BadRecord(
        where="a[31mb", what="a[31mb", hint="x"
    )


@pytest.mark.parametrize(
    "much",
    [
        {"attachments": tuple(Attachment(url=f"https://x.example/{n}") for n in range(51))},
        {"body_html": "x" * 5_000_001},
        {"author": "x" * 20_001},
        {"canonical_url": "https://x.example/" + "x" * 20_000},
    ],
    ids=["attachments", "body", "author", "link"],
)
def test_the_size_of_a_record_is_limited(much: dict[str, Any]) -> None:
    assert isinstance(validated(replace(RECORD, **much)), BadRecord)


def test_topics_beyond_the_limits_are_left_out_with_a_note() -> None:
    told = ("x" * 201, *map(str, range(51)))
    record = validated(replace(RECORD, topics=told))
    assert isinstance(record, Record)
    assert record.topics == told[1:51]
    assert "2 of its 52 topics were left out: too many or too long" in record.notes


def test_an_exception_in_a_reader_keeps_earlier_records() -> None:
    def reading() -> Any:
        yield RECORD
        raise ZeroDivisionError("oh")

    first, last = errors_as_records(reading(), "a.rss")
    assert first == RECORD
    assert isinstance(last, BadRecord)
    assert "ZeroDivisionError" in last.what


@pytest.mark.parametrize("form", ["json", "feed"])
@pytest.mark.parametrize(
    "value",
    ["9" * 5000, "1e999", "-1e999", "NaN", "true", '"\\ud800"', "[[]]", "{}", "null", '"12:30:45"'],
)
@pytest.mark.parametrize("field", ["id", "title", "date_published", "tags", "attachments"])
def test_invalid_json_values_affect_only_their_record(form: str, field: str, value: str) -> None:
    item = json.dumps({"id": "2", "title": "T", "content_html": "<p>w</p>", "url": "https://x/2"})
    odd = item[:-1] + f', "{field}": {value}}}'
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{odd}]}}'
    text = feed if form == "feed" else f"[{odd}]"
    for found in map(validated, FORMATS[form](text.encode(), "a.json", CONTEXT)):
        str(found).encode()


@pytest.mark.parametrize(
    "line",
    [
        "date: 190:20:30",
        "date: 12:30:45",
        "id: " + "9" * 5000,
        "title: .inf",
        "title: =",
        "? [a]: b",
        "date: !!python/object:os.system x",
        "topics: &a [*a]",
        "title: !!binary AAAA",
        "date: ~",
    ],
)
def test_invalid_yaml_values_affect_only_their_record(line: str) -> None:
    text = f"---\ntitle: T\ndate: 2026-11-01\n{line}\n---\nWords.\n"
    for found in map(validated, FORMATS["markdown"](text.encode(), "a.md", CONTEXT)):
        str(found).encode()


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_validated_records_can_be_stored_and_written_as_xml(text: str) -> None:
    record = validated(replace(RECORD, title=text, author=text, topics=(text,)))
    str(record).encode("utf-8")
