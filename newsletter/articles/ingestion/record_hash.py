"""The hash by which an unchanged record is recognised. Pure."""

import json
from hashlib import sha256

from newsletter.articles.importers.base import Record


def content_hash(record: Record) -> str:
    """Hash of everything that a record can change in an article."""
    content = (
        record.title,
        record.body_html,
        record.summary,
        record.author,
        record.topics,
        record.image_url,
        record.canonical_url,
        record.published_at.isoformat() if record.published_at else None,
        record.status,
    )
    return sha256(json.dumps(content).encode()).hexdigest()
