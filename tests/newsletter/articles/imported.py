"""Records imported into a database, and what it then holds."""

from zoneinfo import ZoneInfo

from newsletter.articles import store
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.ingestion.record_import import (
    ImportReport,
    import_records,
)
from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.database import Database

CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")


def take(database: Database, clock: FixedClock, *records: Record | BadRecord) -> ImportReport:
    return import_records(database, records, CONTEXT, clock)


def only(database: Database) -> Article:
    [article] = everything(database)
    return article


def everything(database: Database) -> list[Article]:
    with database.read() as session:
        return sorted(store.listed(session, limit=20_000), key=lambda article: article.id)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.bad)
