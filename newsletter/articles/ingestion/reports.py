"""Results of an import: counts, and one outcome for each record."""

from dataclasses import dataclass, field
from datetime import datetime

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.ingestion.notes import NoteCounter
from newsletter.articles.models import ArticleStatus


@dataclass(kw_only=True, slots=True)
class ImportReport:
    """Counts and notes of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    scheduled: int = 0
    """Created or updated articles that are scheduled."""
    drafts: int = 0
    """Created or updated articles that are drafts."""
    bad: list[BadRecord] = field(default_factory=list)
    notes: NoteCounter = field(default_factory=NoteCounter)
    """Notes on assumptions and removals, with the number of records."""

    def add(self, other: "ImportReport") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.scheduled += other.scheduled
        self.drafts += other.drafts
        self.bad += other.bad
        for note, number in other.notes.items():
            self.notes.note(note, number)

    def counts(self) -> dict[str, int]:
        """Number of records by outcome."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "failed": len(self.bad),
        }

    def __str__(self) -> str:
        parts = [
            f"{self.created} created",
            f"{self.updated} updated",
            f"{self.unchanged} unchanged",
            f"{len(self.bad)} failed",
        ]
        parts += [f"{self.scheduled} scheduled"] if self.scheduled else []
        parts += [f"{self.drafts} kept as drafts"] if self.drafts else []
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOutcome:
    """The outcome of one record."""

    item: Record | BadRecord
    became: str
    """created, updated, unchanged or failed."""
    status: ArticleStatus | None = None
    published_at: datetime | None = None
    body_html: str = ""
    """As stored; empty where nothing was written."""
