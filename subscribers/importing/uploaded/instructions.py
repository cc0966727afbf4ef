"""The administrator's instructions for an uploaded list, and their form in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.list_reading import Mends
from subscribers.importing.rows import Tags
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.states import ListState
from subscribers.models import ListUpload


@dataclass(frozen=True, kw_only=True)
class UploadAnswers:
    """How to read an uploaded list."""

    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Headings by role."""
    words: Mapping[str, ListState] = field(default_factory=dict)
    """Meanings of status words, folded."""
    state: ListState | None = None
    """The best status of everybody in the file."""
    order: DayMonthOrder | None = None
    sheet: str = ""
    tags: Tags = Tags.ATTRIBUTE
    updates: bool = False

    @property
    def of_analysis(self) -> AdministratorAnswers:
        """Those that the analysis needs."""
        return AdministratorAnswers(
            columns=self.columns, words=self.words, state=self.state, order=self.order
        )

    def as_json(self) -> dict[str, Any]:
        """As stored; `answers_of` reads it."""
        return {
            "columns": {role: list(names) for role, names in self.columns.items()},
            "words": {word: state.value for word, state in self.words.items()},
            "state": self.state.value if self.state else "",
            "order": self.order.value if self.order else "",
            "sheet": self.sheet,
            "tags": self.tags.value,
            "updates": self.updates,
        }


def answers_of(upload: ListUpload) -> UploadAnswers:
    """The stored answers; the defaults if nothing was said."""
    answers = upload.answers
    if not answers:
        return UploadAnswers()
    return UploadAnswers(
        columns=answers["columns"],
        words={word: ListState(state) for word, state in answers["words"].items()},
        state=ListState(answers["state"]) if answers["state"] else None,
        order=DayMonthOrder(answers["order"]) if answers["order"] else None,
        sheet=answers["sheet"],
        tags=Tags(answers["tags"]),
        updates=answers["updates"],
    )


def corrections_of(upload: ListUpload) -> Mends:
    """The cells mended by hand, by row number."""
    return {int(number): cells for number, cells in upload.mends.items()}
