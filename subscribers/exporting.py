"""Export of subscribers as rows of text, in a form that can be imported again."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscribers.models import Subscriber, SubscriberStatus, Suppression, TopicChoice
from subscribers.topics import choice_of

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COLUMNS = (
    "email",
    "name",
    "status",
    "topics",
    "digests",
    "frequency",
    "language",
    "attributes",
    "paused",
    "joined",
    "confirmed",
    "source",
)
BATCH_SIZE = 1000
SUPPRESSED = "suppressed"
# What a formula starts with, full-width and small forms included (OWASP, CSV injection).
_FORMULA = "[=+@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-]"
# What ends a cell, in whatever way a spreadsheet splits our lines: where decimals have a comma,
# programs split by semicolons and know no quoted cell then, so that a line break ends the row.
_ENDS = ";|\t\r\n\v\f\x85\u2028\u2029"
# What spreadsheets skip before a formula: quotation marks, spaces, what is not seen.
_SKIPPED = (
    "'\"\x00-\x08\x0e-\x20\x7f-\x84\x86-\xa0\xad\u2000-\u200f\u202a-\u202f\u205f-\u2064\u3000\ufeff"
)
_BEFORE_FIRST = f"(?=[{_SKIPPED}{_ENDS}]*(?:[\\t\\r\\n]|{_FORMULA}))"
_BEFORE_INNER = f"(?=[{_SKIPPED}]*{_FORMULA})"
_UNSAFE = re.compile(rf"\A{_BEFORE_FIRST}|(?<=[{_ENDS}]){_BEFORE_INNER}")
_ESCAPED = re.compile(rf"\A'{_BEFORE_FIRST}|(?<=[{_ENDS}])'{_BEFORE_INNER}")


def rows(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Iterator[dict[str, str]]:
    """The subscribers under these conditions, without the erased, in the order of joining.

    The status of a suppressed subscriber is "suppressed", so that no other list mails them.
    """
    query = (
        select(Subscriber, TopicChoice.key, Suppression.address_hash)
        .join(TopicChoice, TopicChoice.id == Subscriber.choice_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscriber.status != SubscriberStatus.ERASED, *conditions)
        .order_by(Subscriber.id)
    )
    rows = session.execute(query, execution_options={"yield_per": BATCH_SIZE})
    for person, key, suppressed in rows:
        choice = choice_of(key)
        yield {
            "email": person.address or "",
            "name": person.name,
            "status": SUPPRESSED if suppressed else person.status.value,
            "topics": ",".join(choice.topics),
            "digests": ",".join(choice.digests),
            "frequency": person.frequency.value,
            "language": person.language,
            "attributes": _json(person.attributes),
            "paused": _moment(person.paused_until),
            "joined": _moment(person.joined_at),
            "confirmed": _moment(person.confirmed_at),
            "source": person.source,
        }


def write_csv(file: "SupportsWrite[str]", rows: Iterable[Mapping[str, str]]) -> int:
    """Write rows as CSV, safe to open in a spreadsheet; how many."""
    count = 0
    table = csv.DictWriter(file, COLUMNS)
    table.writeheader()
    for row in rows:
        table.writerow({key: escape_formula(value) for key, value in row.items()})
        count += 1
    return count


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _json(attributes: Mapping[str, str]) -> str:
    return json.dumps(attributes, ensure_ascii=False) if attributes else ""


def escape_formula(text: str) -> str:
    """The text escaped against formulas in spreadsheets; `unescape_formula` reverses it."""
    return _UNSAFE.sub("'", text)


def unescape_formula(text: str) -> str:
    """The text before `escape_formula`."""
    return _ESCAPED.sub("", text)
