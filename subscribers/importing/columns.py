"""Column mapping: by the administrator's choice, the program's headings, or general headings."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsletter.errors import InvalidInput
from subscribers.importing.program import Program
from subscribers.importing.values.headings import ALL_COUNT, OF_LOGS, OF_STATE, REASON_WORDS, ROLES
from subscribers.importing.values.stems import (
    AGREEMENT_STEMS,
    LEAVING_STEMS,
    has_stem,
    is_turned,
)
from subscribers.importing.values.word_folding import folded

ATTRIBUTE = "attribute."
# The first columns of a reject file.
REFUSED = ("row", "reason")

Places = Mapping[str, tuple[int, ...]]
"""Column numbers by role."""
ColumnChoices = Mapping[str, Sequence[str]]
"""Column names by role, as the administrator chose."""


@dataclass(frozen=True, kw_only=True)
class ColumnAssignment:
    """The role of each column."""

    places: Places
    chosen: frozenset[int]
    """Columns whose role the administrator chose."""
    program: Program | None


def assign(
    header: Sequence[str], chosen: ColumnChoices, program: Program | None
) -> ColumnAssignment:
    """Map columns to roles, by heading alone.

    Choices add to recognised roles: a status column is read as one until it is ignored or given
    another status role.

    Raises:
        InvalidInput: no column holds the address, a chosen one does not exist, or two have one
            name.
    """
    if not any(header):
        raise InvalidInput("the first line must name the columns, and it is empty")
    names = [folded(name) for name in header]
    chosen_places = {
        thing: _chosen_places(header, names, columns) for thing, columns in chosen.items()
    }
    by_role: dict[str, tuple[int, ...]] = {
        thing: _known(thing, names, chosen_places, program) for thing in ROLES
    }
    for thing, places in chosen_places.items():
        others = by_role.get(thing, ()) if thing in ALL_COUNT else ()
        by_role[thing] = (*places, *(place for place in others if place not in places))
    if tuple(names[: len(REFUSED)]) == REFUSED:
        by_role["ignored"] = (*by_role["ignored"], *range(len(REFUSED)))
    if not by_role["address"]:
        raise InvalidInput(
            f'no column is known to hold the address; {_listed(header)}; write --column address="…"'
        )
    return ColumnAssignment(
        places=_resolve_overlaps(by_role, names, program),
        chosen=frozenset(place for places in chosen_places.values() for place in places),
        program=program,
    )


def attribute_name(heading: str) -> str:
    """A column's heading as the name of an attribute: one word."""
    return re.sub(r"[^\w.-]+", "_", heading).strip("_.")


def address_column(header: Sequence[str]) -> int | None:
    """The column of the address; None if no heading is recognised."""
    names = [folded(name) for name in header]
    return next((names.index(name) for name in ROLES["address"] if name in names), None)


def program_of(header: Sequence[str], programs: Collection[Program]) -> Program | None:
    """The program that wrote the table, by its whole header."""
    names = frozenset(map(folded, header))
    fitting = [(program.fits(names), program) for program in programs]
    best = max(fitting, key=lambda pair: pair[0], default=((0, 0), None))
    return best[1] if any(best[0]) else None


def _chosen_places(
    header: Sequence[str], names: Sequence[str], columns: Sequence[str]
) -> tuple[int, ...]:
    return tuple(place for column in columns for place in _of_column(header, names, column))


def _of_column(header: Sequence[str], names: Sequence[str], column: str) -> list[int]:
    exact = [place for place, name in enumerate(header) if name.strip() == column.strip()]
    places = exact or [place for place, name in enumerate(names) if name == folded(column)]
    if not places:
        raise InvalidInput(f"there is no column {column!r}; {_listed(header)}")
    return places


def _known(
    thing: str, names: Sequence[str], said: Mapping[str, tuple[int, ...]], program: Program | None
) -> tuple[int, ...]:
    """The columns of a role by heading, apart from the administrator's choices."""
    if thing in OF_LOGS or (thing in said and thing not in ALL_COUNT):
        # By its heading alone a column is none of events: "Event: summer fair".
        return ()
    # A status column that is kept as an attribute still counts as status.
    away = (*OF_STATE, "event", "moment", "ignored") if thing in OF_STATE else tuple(said)
    taken = {place for other in away if other != thing for place in said.get(other, ())}
    own = program.roles.get(thing, ()) if program else ()
    headings = dict.fromkeys((*own, *ROLES[thing]))
    named: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name in headings and place not in taken:
            named.setdefault(name, []).append(place)
    places = [
        place
        for name in headings
        if name in named and (name in own or not _has_other_role(name, thing, program))
        for place in named[name]
    ]
    if program is not None and thing in ALL_COUNT:
        places += [
            place
            for place, each in enumerate(names)
            if program.role_of_start(each) == thing and place not in taken
        ]
    if thing in ALL_COUNT:
        return tuple(places)
    if places and [names[place] for place in places].count(names[places[0]]) > 1:
        raise InvalidInput(
            f"two columns are named {names[places[0]]!r}; rename the one that is not meant; of "
            "two tables side by side save each as a file, and import first that of those who left, "
            "with --state left"
        )
    return tuple(places[:1])


def _has_other_role(name: str, thing: str, program: Program | None) -> bool:
    """Whether the program gives the column another role."""
    if program is None:
        return False
    elsewhere = any(name in names for role, names in program.roles.items() if role != thing)
    return elsewhere or program.is_harmless(name)


def _resolve_overlaps(
    places_of: Mapping[str, tuple[int, ...]], names: Sequence[str], program: Program | None
) -> dict[str, tuple[int, ...]]:
    """Columns that are ignored or hold a status are not dates of joining as well.

    Dates of joining that are those of agreement have a role of their own.
    """
    ignored = set(places_of["ignored"])
    assigned = {
        thing: tuple(place for place in places if place not in ignored or thing == "ignored")
        for thing, places in places_of.items()
    }
    of_words = [place for place in assigned["left"] if REASON_WORDS & set(names[place].split())]
    assigned["reason"] = (*assigned["reason"], *of_words)
    assigned["left"] = tuple(place for place in assigned["left"] if place not in of_words)
    of_warning = [place for place in assigned["doubtful"] if _tells_by_a_no(names[place], program)]
    assigned["warning"] = (*assigned["warning"], *of_warning)
    assigned["doubtful"] = tuple(place for place in assigned["doubtful"] if place not in of_warning)
    of_state = {place for role in OF_STATE for place in assigned[role]}
    joined = [place for place in assigned["joined"] if place not in of_state]
    of_agreement = [place for place in joined if has_stem(names[place], AGREEMENT_STEMS)]
    assigned["agreed"] = tuple(dict.fromkeys((*assigned["agreed"], *of_agreement)))
    assigned["joined"] = tuple(place for place in joined if place not in assigned["agreed"])
    return assigned


def _tells_by_a_no(name: str, program: Program | None) -> bool:
    """Whether a no in a doubtful column plainly means that somebody has not left.

    Below "Bounced" it does; below "Mail" somebody may want none.
    """
    of_program = program.roles.get("doubtful", ()) if program else ()
    return name in of_program or (has_stem(name, LEAVING_STEMS) and not is_turned(name))


def _listed(header: Sequence[str]) -> str:
    return f"the columns are: {', '.join(header)}"


def fields_of(columns: Places) -> frozenset[str]:
    """The person fields that these columns provide: "name", "topics" …"""
    roles = {thing for thing, places in columns.items() if places}
    fields = roles & {"name", "topics", "digests", "frequency", "language", "attributes"}
    if not roles.isdisjoint({"first_name", "last_name"}):
        fields |= {"name"}
    if "tags" in roles:
        fields |= {"topics", "attributes"}
    if any(thing.startswith(ATTRIBUTE) for thing in roles):
        fields |= {"attributes"}
    return frozenset(fields)
