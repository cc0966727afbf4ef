"""An import's report in JSON, as commands print it and the API answers."""

import re
from typing import Any

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import BadRecord
from newsletter.articles.ingestion.reports import ImportReport, RecordOutcome


def report_json(report: ImportReport) -> dict[str, Any]:
    """Counts, notes, and what failed."""
    return {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "scheduled": report.scheduled,
        "drafts": report.drafts,
        "notes": dict(report.notes.most_common()),
        "failed": [{"where": b.where, "what": b.what, "hint": b.hint} for b in report.bad],
    }


def outcome_json(outcome: RecordOutcome) -> dict[str, Any]:
    """One record: counts before and after the import, and notes."""
    item = outcome.item
    if isinstance(item, BadRecord):
        return {"where": item.where, "became": "failed", "what": item.what, "hint": item.hint}
    stored = outcome.body_html
    return {
        "where": item.where,
        "became": outcome.became,
        "title": item.title,
        "status": outcome.status.value if outcome.status else None,
        "date": outcome.published_at.isoformat() if outcome.published_at else None,
        "words": {"in": item.came_in.words, "out": len(re.findall(r"\w+", text_of(stored)))},
        "links": {"in": item.came_in.links, "out": stored.count("<a ")},
        "pictures": {"in": item.came_in.pictures, "out": stored.count("<img ")},
        "notes": list(item.notes),
    }
