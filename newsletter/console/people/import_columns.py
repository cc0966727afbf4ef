"""The form of an uploaded list's columns: what each is read as, and what was asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from newsletter.errors import InvalidInput
from subscribers.importing.columns import ATTRIBUTE, attribute_name
from subscribers.importing.guesses import OPEN
from subscribers.importing.questions import UNREAD
from subscribers.importing.rows import Tags
from subscribers.importing.uploaded.instructions import UploadAnswers
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.states import ListState
from subscribers.importing.values.word_folding import folded

KEPT = "attribute"
IGNORED = "ignored"
# What a column can be read as, in the order of the list.
ROLES: Mapping[str, str] = {
    "address": "Mail address",
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "status": "Status: subscribed, left …",
    "left": "Left: a yes or a date means they left",
    "reason": "Why they left",
    "confirmed": "Confirmed: a yes or a date",
    "notes": "Notes: said to have left, or not confirmed",
    "doubtful": "May speak of leaving: not confirmed",
    "warning": "May speak of leaving, but a no does not",
    "received": "What they are sent: empty, not confirmed",
    "expires": "Valid until: once it is over, not confirmed",
    "event": "What happened, of a log: the latest decides",
    "moment": "When it happened, of a log",
    "joined": "Date of joining",
    "agreed": "Date of agreement",
    "tags": "Tags or groups",
    "topics": "Topics",
    "digests": "Digests",
    "frequency": "How often",
    "language": "Language",
    "paused": "Paused until",
    "attributes": "Further data, as JSON",
    KEPT: "Keep it, for segments",
    IGNORED: "Pass it over",
}
STATES: Mapping[ListState, str] = {
    ListState.SUBSCRIBED: "Subscribed",
    ListState.PENDING: "Not confirmed",
    ListState.LEFT: "Left",
    ListState.BOUNCED: "Undeliverable",
    ListState.COMPLAINED: "Called it spam",
}
ORDERS: Mapping[DayMonthOrder, str] = {
    DayMonthOrder.DAY: "Day first, as in Britain",
    DayMonthOrder.MONTH: "Month first, as in America",
}
TAGS: Mapping[Tags, str] = {
    Tags.ATTRIBUTE: "Keep them together, for segments",
    Tags.SEGMENTS: "Make a segment of each",
    Tags.IGNORED: "Leave them out",
}


def chosen_role(column: Mapping[str, Any]) -> str:
    """What the list of a column's roles is set to: what it is read as, or what is suggested."""
    role = str(column["role"])
    if column["question"]:
        guess = str(column["guess"])
        return "" if guess in ("", OPEN) else guess
    if role == UNREAD:
        return IGNORED
    return KEPT if role.startswith(ATTRIBUTE) else role


def answers_in(form: FormData, view: Mapping[str, Any], before: UploadAnswers) -> UploadAnswers:
    """What was said in the form; what was left as found stays found.

    Raises:
        InvalidInput: something the form does not offer.
    """
    columns = _columns(form, view["columns"], before)
    return UploadAnswers(
        columns=columns,
        words={**before.words, **_words(form, view["words"])},
        state=_one(ListState, form, "state") if "state" in form else before.state,
        order=_one(DayMonthOrder, form, "order") if "order" in form else before.order,
        sheet=_text(form, "sheet") or before.sheet,
        tags=_one(Tags, form, "tags") or Tags.ATTRIBUTE,
        updates="updates" in form,
    )


def _columns(
    form: FormData, columns: Sequence[Mapping[str, Any]], before: UploadAnswers
) -> dict[str, list[str]]:
    mapped_headings = {heading for headings in before.columns.values() for heading in headings}
    answers: dict[str, list[str]] = {}
    for column in columns:
        role, heading = _text(form, f"role-{column['place']}"), str(column["heading"])
        is_as_found = role == chosen_role(column) and not column["question"]
        if not role or (is_as_found and heading not in mapped_headings):
            continue
        if role not in ROLES:
            raise InvalidInput(f"choose what the column {heading} is from its list")
        name = f"{ATTRIBUTE}{attribute_name(heading)}" if role == KEPT else role
        answers.setdefault(name, []).append(heading)
    return answers


def _words(form: FormData, words: Sequence[Mapping[str, Any]]) -> dict[str, ListState]:
    answers = {}
    for place, each in enumerate(words):
        if state := _one(ListState, form, f"word-{place}"):
            answers[folded(str(each["word"]))] = state
    return answers


def _one(kind: Any, form: FormData, name: str) -> Any:
    """The chosen member; None where nothing is chosen."""
    text = _text(form, name)
    if not text:
        return None
    if text not in {member.value for member in kind}:
        raise InvalidInput("choose one of the list")
    return kind(text)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
