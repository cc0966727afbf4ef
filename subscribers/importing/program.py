"""What a program that keeps lists writes: its headings, its words, and where both are described."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from subscribers.importing.folding import folded
from subscribers.importing.states import ListState


@dataclass(frozen=True, kw_only=True)
class Program:
    """The shape of a program's export."""

    name: str
    marks: Sequence[Sequence[str]]
    """Sets of headings; a file with all of one set comes from this program."""
    source: str
    """Where the headings are described, or that only the shape is known."""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is in a column, by role; goes before the general headings."""
    harmless: Sequence[str] = ()
    """Columns that tell neither state nor consent."""
    prefixes: Sequence[str] = ()
    """How further harmless columns begin, where there may be any number."""
    starts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """How further columns of a role begin, where there may be any number."""
    words: Mapping[ListState, Sequence[str]] = field(default_factory=dict)
    """Words of its columns of states that mean something else than they do elsewhere."""
    advice: str = ""
    """What the administrator should know about such a file."""

    @cached_property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The columns by role, folded."""
        return {role: tuple(map(folded, names)) for role, names in self.columns.items()}

    @cached_property
    def unread(self) -> frozenset[str]:
        """The harmless columns, folded."""
        return frozenset(map(folded, self.harmless))

    @cached_property
    def states(self) -> Mapping[str, ListState]:
        """The state that each word means, folded."""
        return {folded(word): state for state, words in self.words.items() for word in words}

    def role_of_start(self, heading: str) -> str | None:
        """The role of a column by how its folded heading begins."""
        for role, starts in self.starts.items():
            if any(map(heading.startswith, map(folded, starts))):
                return role
        return None

    def is_harmless(self, heading: str) -> bool:
        """Whether a column, by its folded heading, tells nothing of state or consent."""
        return heading in self.unread or any(map(heading.startswith, map(folded, self.prefixes)))

    def fits(self, headings: frozenset[str]) -> int:
        """How many marks the folded headings of a file have; 0 where they are another's."""
        sets = (frozenset(map(folded, marks)) for marks in self.marks)
        return max((len(marks) for marks in sets if marks <= headings), default=0)
