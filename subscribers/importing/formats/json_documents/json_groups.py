"""People in a JSON document: one list, or several with a name or a status for each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

from subscribers.importing.formats.json_documents.listed_objects import WHOLE, addresses_of, text_of
from subscribers.importing.formats.section_headings import LEFT, heading_state
from subscribers.importing.values.cells import is_address
from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.headings import BESIDE, ROLES, SECTION
from subscribers.importing.values.states import ListState
from subscribers.importing.values.stems import STEMS, has_stem
from subscribers.importing.values.vocabulary import status_of
from subscribers.importing.values.word_folding import folded

# What names a group, in the object that holds its people.
_TITLES = frozenset(
    {
        *("name", "title", "label", "heading", "list", "group", "segment", "category", "type"),
        *("kind", "section", "list name", "group name", "display name"),
    }
)
_OF_STATE = frozenset({*ROLES["status"], *ROLES["left"], *ROLES["confirmed"], *ROLES["expires"]})
# What a service answers of the request, and not of the people.
_ANSWERS = frozenset({"ok", "success", "successful", "done", "complete", "completed", "200"})
MAX_TITLE_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class _Group:
    """People, and what is said of all of them."""

    key: str
    people: Sequence[Any]
    titles: Sequence[str] = ()
    """Names of the group and of those around it, the outer first."""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What tells of status, by key."""

    @property
    def section(self) -> str:
        """How its people stand, or what only the administrator understands."""
        names = [*self.titles, self.key]
        if any(heading_state(name) == LEFT for name in names):
            return LEFT
        if self.said:
            # Their own columns tell how they stand.
            return ListState.SUBSCRIBED.value
        name = self.titles[-1] if self.titles else self.key
        return heading_state(name) or name

    @property
    def is_telling(self) -> bool:
        """Whether its name alone may tell how its people stand."""
        return self.section == LEFT or any(map(may_state_status, self.titles))


def people_in(document: Any) -> list[Any]:
    """The list of people in a document, each with what is said of their group."""
    if isinstance(document, list) and any(map(is_person, document)):
        return [as_person(each) for each in document]
    if is_person(document):
        return [document]
    groups = list(_groups(document, _Group(key="", people=())))
    if not groups:
        return document if isinstance(document, list) else _longest(document)
    is_told = len(groups) > 1 or any(group.is_telling for group in groups)
    return [
        {**_said(group, person), **person, **({SECTION: group.section} if is_told else {})}
        if isinstance(person, dict)
        else person
        for group in groups
        for person in map(as_person, group.people)
    ]


def is_person(each: Any) -> bool:
    """Whether an entry is an address, or an object with one."""
    if not isinstance(each, dict):
        return isinstance(each, str) and is_address(each)
    texts = (value for value in each.values() if isinstance(value, str))
    return (
        any(map(is_address, texts))
        or any(starmap(addresses_of, each.items()))
        or _wrapped(each) is not None
    )


def as_person(each: Any) -> Any:
    """An entry of a list of people; a plain address as an object.

    JSON:API has the fields of a resource in "attributes" (jsonapi.org/format, 7.2).
    """
    if isinstance(each, str) and is_address(each):
        return {"email": each}
    key = _wrapped(each) if isinstance(each, dict) else None
    return each if key is None else {**without(each, {key}), **each[key]}


def without(record: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """An object without some of its keys."""
    return {key: value for key, value in record.items() if key not in keys}


def _wrapped(record: Mapping[str, Any]) -> str | None:
    """The key below which the address stands where the object itself has none."""
    if any(isinstance(value, str) and is_address(value) for value in record.values()):
        return None
    inner = ((key, value) for key, value in record.items() if key in WHOLE)
    return next((key for key, value in inner if isinstance(value, dict) and is_person(value)), None)


def _groups(document: Any, around: _Group) -> Iterator[_Group]:
    """The lists in which people stand, such as {"current": […], "former": […]}.

    What a person's own object lists is no group.
    """
    if isinstance(document, list):
        if any(map(is_person, document)):
            yield _Group(key=around.key, people=document, titles=around.titles, said=around.said)
            return
        for each in document:
            yield from _groups(each, around) if isinstance(each, dict) else ()
        return
    if not isinstance(document, dict) or is_person(document):
        return
    if people := _keyed(document):
        yield _Group(key=around.key, people=people, titles=around.titles, said=around.said)
        return
    titles, said = (*around.titles, *_titles(document)), {**around.said, **_states(document)}
    for key, value in document.items():
        name = key.replace("_", " ")
        yield from _groups(value, _Group(key=name, people=(), titles=titles, said=said))


def _keyed(document: Mapping[str, Any]) -> list[Any]:
    """People by address or by number, as in {"ann@example.org": {"status": "left"}}."""
    if document and all(map(is_address, document)):
        values = document.values()
        is_of_states = all(
            isinstance(value, (str, bool, int)) and status_of(text_of(value), {}) is not None
            for value in values
        )
        beside = "status" if is_of_states else BESIDE
        return [
            {"email": address, **(value if isinstance(value, dict) else {beside: text_of(value)})}
            for address, value in document.items()
        ]
    people = [value for value in document.values() if isinstance(value, dict) and is_person(value)]
    return people if people and len(people) == len(document) else []


def _titles(document: Mapping[str, Any]) -> list[str]:
    return [
        value.strip()
        for key, value in document.items()
        if isinstance(value, str)
        and value.strip()
        and len(value) <= MAX_TITLE_LENGTH
        and folded(key) in _TITLES
    ]


def _states(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an object says of the status of everybody in it; a number counts them."""
    return {
        key: value
        for key, value in document.items()
        if isinstance(value, (str, bool))
        and (folded(key) in _OF_STATE or has_stem(folded(key), STEMS))
        and folded(key) not in _TITLES
        and "://" not in text_of(value)
        and folded(text_of(value)) not in _ANSWERS
    }


def _said(group: _Group, person: Any) -> dict[str, Any]:
    """What is said of the group, beside what a person's own object says."""
    own = person.keys() if isinstance(person, dict) else ()
    return {f"list {key}" if key in own else key: value for key, value in group.said.items()}


def _longest(document: Any) -> list[Any]:
    """The list in a response such as {"subscribers": […], "total": 3}."""
    if not isinstance(document, dict):
        return []
    inner = (value for value in document.values() if isinstance(value, (list, dict)))
    lists = [each if isinstance(each, list) else _longest(each) for each in inner]
    people = [each for each in lists if any(isinstance(record, dict) for record in each)]
    return max(people, key=len, default=[document])
