"""Expiry of records, such as Hugo's `expiryDate`. Pure."""

from dataclasses import replace
from datetime import datetime

from newsletter.articles.importers.base import Record
from newsletter.articles.ingestion.record_hash import content_hash
from newsletter.articles.models import ArticleStatus

EXPIRED = "it has expired: withdrawn"
EXPIRES = "it expires later: the first import after that withdraws it"


def settled_record(record: Record, now: datetime) -> Record:
    """The record as of now: withdrawn if it has expired, with a note."""
    if record.expires_at is None:
        return record
    if record.expires_at > now:
        return replace(record, notes=(*record.notes, EXPIRES))
    return replace(record, status=ArticleStatus.WITHDRAWN, notes=(*record.notes, EXPIRED))


def was_withdrawn_by_expiry(stored_hash: str, record: Record) -> bool:
    """Whether the stored record differs only by having expired from one that expires later.

    A person's withdrawal leaves the hash of a record that had not expired, and stays.
    """
    if record.expires_at is None or record.status is not None:
        return False
    return stored_hash == content_hash(replace(record, status=ArticleStatus.WITHDRAWN))
