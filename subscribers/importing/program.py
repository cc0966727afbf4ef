"""The export format of a list program: its headings, its vocabulary, and their source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from subscribers.importing.values.states import ListState
from subscribers.importing.values.word_folding import folded

ADDRESS_BOOK_ADVICE = (
    "People in an address book have not agreed to anything by standing in it. Where only those of "
    "a category or label have, say which: --column status=COLUMN for the column of these, and "
    "--status Newsletter=subscribed, other=unconfirmed and so on for each."
)
"""What everybody who imports an address book is told."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """The shape of a program's export."""

    name: str
    marks: Sequence[Sequence[str]]
    """Sets of headings; a file with all of one set is from this program."""
    source: str
    """Where the headings are documented, or that only the shape is known."""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Columns by role; takes precedence over the general headings."""
    harmless: Sequence[str] = ()
    """Columns that hold neither status nor consent."""
    prefixes: Sequence[str] = ()
    """Prefixes of further harmless columns."""
    suffixes: Sequence[str] = ()
    """Suffixes of further harmless columns."""
    starts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Prefixes of further columns of a role."""
    words: Mapping[ListState, Sequence[str]] = field(default_factory=dict)
    """Status words with a meaning of their own in this program."""
    advice: str = ""
    """Advice for the administrator."""
    leaving_columns: Sequence[str] = ()
    """The columns of which one tells who has left: without one everybody is pending at best, and
    the advice is given."""
    used_leaving_columns: Sequence[str] = ()
    """Further ones, that say no of everybody where the program does not know."""
    tells_leaving: bool = True
    """Whether any of its files may tell who has left."""

    @property
    def may_hide_leaving(self) -> bool:
        """Whether some of its files leave out who has left."""
        return bool(self.leaving_columns or self.used_leaving_columns) or not self.tells_leaving

    def hides_leaving(self, header: Sequence[str], used: Sequence[str]) -> bool:
        """Whether a file leaves out who has left.

        Args:
            used: the headings of columns that say it of somebody.
        """
        of_file = {*map(folded, header)}
        told = {*map(folded, self.leaving_columns)} & of_file
        told |= {*map(folded, self.used_leaving_columns)} & {*map(folded, used)}
        return self.may_hide_leaving and not told

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

    def has_role_for(self, heading: str) -> bool:
        """Whether it has a role for a folded heading; another column may have taken it."""
        return any(heading in names for names in self.roles.values())

    def role_of_start(self, heading: str) -> str | None:
        """The role of a column by the prefix of its folded heading."""
        for role, starts in self.starts.items():
            if any(map(heading.startswith, map(folded, starts))):
                return role
        return None

    def is_harmless(self, heading: str) -> bool:
        """Whether a column, by its folded heading, holds neither status nor consent."""
        return (
            heading in self.unread
            or any(map(heading.startswith, map(folded, self.prefixes)))
            or any(map(heading.endswith, map(folded, self.suffixes)))
        )

    def fits(self, headings: frozenset[str]) -> tuple[int, int]:
        """How well a file's folded headings fit, to compare programs by; (0, 0) if not at all.

        Several programs may have the few headings that mark another: the one counts that knows
        the most of all of them.
        """
        sets = (frozenset(map(folded, marks)) for marks in self.marks)
        marked = max((len(marks) for marks in sets if marks <= headings), default=0)
        return (sum(map(self._knows, headings)), marked) if marked else (0, 0)

    def _knows(self, heading: str) -> bool:
        return (
            self.has_role_for(heading)
            or self.is_harmless(heading)
            or self.role_of_start(heading) is not None
            or any(heading in map(folded, marks) for marks in self.marks)
        )
