"""Matching of records with stored articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsletter.articles.identity import fingerprint_of, is_other_article
from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.ingestion.ownership import is_polled, ownership_error
from newsletter.articles.ingestion.seen_records import Name, SeenRecords
from newsletter.articles.store import Key, StoredArticle


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A record and its stored article; None if it is new."""

    record: Record
    fingerprint: str
    stored: StoredArticle | None


def key_of_record(record: Record) -> Key:
    return record.source, record.source_key


def match(
    record: Record,
    by_key: Mapping[Key, StoredArticle],
    by_fingerprint: Mapping[str, StoredArticle],
    seen: SeenRecords,
    zone: ZoneInfo,
    *,
    others: Mapping[str, StoredArticle] | None = None,
    adopts: bool = False,
) -> Match | BadRecord:
    """The match; recorded in `seen`.

    Args:
        others: articles of other sources that may be the same, by id (`ownership`).
        adopts: take ownership of such an article.
    """
    key = key_of_record(record)
    fingerprint = fingerprint_of(record.published_at, record.title, zone)
    stored = by_key.get(key)
    if stored is not None and _is_taken(record, stored, fingerprint):
        return _key_conflict(record, stored)
    stored = stored or _under_other_key(record, by_key, fingerprint)
    if stored is None and record.explicit_key and others and record.source_key in others:
        stored = others[record.source_key]
        if not adopts:
            return ownership_error(record, stored)
    key_name = f"{record.source} {record.source_key}"
    before = seen.place_of(Name.KEY, key_name)
    if stored is None:
        stored = _renamed(record, by_fingerprint.get(fingerprint))
        if not record.explicit_key:
            before = before or seen.place_of(Name.FINGERPRINT, fingerprint)
    if stored is not None:
        before = before or seen.place_of(Name.STORED_ID, str(stored.id))
        seen.add(Name.STORED_ID, str(stored.id), record.where)
    if before:
        return _duplicate(record, before)
    seen.add(Name.KEY, key_name, record.where)
    if not record.explicit_key:
        seen.add(Name.FINGERPRINT, fingerprint, record.where)
    return Match(record=record, fingerprint=fingerprint, stored=stored)


def keys_of_record(record: Record) -> list[Key]:
    """Every key under which the record may be stored."""
    return [(record.source, key) for key in (record.source_key, *record.other_keys)]


def _under_other_key(
    record: Record, by_key: Mapping[Key, StoredArticle], fingerprint: str
) -> StoredArticle | None:
    """The article stored before its id was shared, or while it was."""
    for key in keys_of_record(record)[1:]:
        stored = by_key.get(key)
        if stored is not None and stored.fingerprint == fingerprint:
            return stored
    return None


def _renamed(record: Record, stored: StoredArticle | None) -> StoredArticle | None:
    """The article whose file was renamed, or that was given an id in the same format."""
    if stored is None or stored.source == record.source:
        return stored
    is_strange = is_polled(record.source) or is_polled(stored.source)
    return None if record.explicit_key or is_strange else stored


def _duplicate(record: Record, before: str) -> BadRecord:
    return BadRecord(
        where=record.where,
        what=f"it is the same article as {before}, which this import has read already",
        hint="keep one of the two, or give each an id of its own",
    )


def _is_taken(record: Record, stored: StoredArticle, fingerprint: str) -> bool:
    """Whether the key belongs to another article by now; an id that is a URI is never reused."""
    if record.explicit_key and ":" in record.source_key:
        return False
    return is_other_article(stored.fingerprint, fingerprint)


def _key_conflict(record: Record, stored: StoredArticle) -> BadRecord:
    if record.explicit_key:
        return BadRecord(
            where=record.where,
            what=f"the id {record.source_key!r} already belongs to another article, "
            f"number {stored.id}, {stored.title!r}",
            hint="give it another id, or change title and date in two imports",
        )
    return BadRecord(
        where=record.where,
        what=f"this file name already belongs to another article, "
        f"number {stored.id}, {stored.title!r}",
        hint="rename the file or give it an id",
    )
