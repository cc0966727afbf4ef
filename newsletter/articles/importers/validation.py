"""Validation of every record, from whatever importer, before it is matched and stored.

Strips characters that no feed, page or terminal can hold from every field, and bounds the size of
one record. Fields added to `Record` are covered automatically.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from newsletter.articles.body.urls import without_controls
from newsletter.articles.importers.base import BadRecord, Reading, Record, failure

MAX_BODY_CHARACTERS = 5_000_000
MAX_FIELD_CHARACTERS = 20_000
MAX_TOPICS = 50
MAX_TOPIC_CHARACTERS = 200
MAX_ATTACHMENTS = 50
# Largest integer of SQLite and PostgreSQL.
MAX_NUMBER = 2**63 - 1

T = TypeVar("T")


def validated(item: Record | BadRecord) -> Record | BadRecord:
    """The cleaned record, or the reason why it is refused."""
    item = _clean(item)
    if isinstance(item, BadRecord):
        return item
    item = _with_fewer_topics(item)
    reason = _reason_against(item)
    if reason:
        what, hint = reason
        return BadRecord(where=item.where, what=what, hint=hint)
    return item


def _with_fewer_topics(record: Record) -> Record:
    """The record with topics within the limits, and a note of those left out."""
    all_topics = record.topics or ()
    topics = tuple(t for t in all_topics if len(t) <= MAX_TOPIC_CHARACTERS)[:MAX_TOPICS]
    if len(topics) == len(all_topics):
        return record
    note = (
        f"{len(all_topics) - len(topics)} of its {len(all_topics)} topics were left out: "
        "too many or too long"
    )
    return replace(record, topics=topics, notes=(*record.notes, note))


def errors_as_records(reading: Reading, where: str) -> Iterator[Record | BadRecord]:
    """The records of a reading; an exception ends it with a `BadRecord`."""
    try:
        yield from reading
    except Exception as error:  # noqa: BLE001 - no input may keep the others from being read
        yield failure(error, where)


def _clean(value: T) -> T:
    """The value without control characters, lone surrogates and non-characters; numbers bounded."""
    cleaned: Any = value
    if isinstance(value, str):
        # Covers str subclasses such as StrEnum members: replaced only if changed.
        plain = without_controls(value)
        cleaned = value if plain == value else plain
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        cleaned = value if abs(value) <= MAX_NUMBER else 0
    elif isinstance(value, tuple):
        cleaned = tuple(_clean(one) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: _clean(getattr(value, f.name)) for f in fields(value)}
        cleaned = replace(value, **changes)
    return cleaned  # type: ignore[no-any-return]


def _reason_against(record: Record) -> tuple[str, str] | None:
    if len(record.body_html) > MAX_BODY_CHARACTERS:
        return (
            f"its text has {len(record.body_html)} characters",
            f"split it: one article has {MAX_BODY_CHARACTERS} at most",
        )
    for name in ("summary", "author", "image_url", "canonical_url"):
        if len(getattr(record, name)) > MAX_FIELD_CHARACTERS:
            return (
                f"its {name} has {len(getattr(record, name))} characters",
                f"shorten it to {MAX_FIELD_CHARACTERS} at most",
            )
    if len(record.attachments) > MAX_ATTACHMENTS:
        return (f"it has {len(record.attachments)} attachments", f"{MAX_ATTACHMENTS} at most")
    return None
