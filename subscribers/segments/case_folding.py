"""Case-insensitive substring search, the same in Python and SQL.

Folds A to Z, and the further letters of the search term: SQL can do no more on both databases.
"""

from dataclasses import dataclass

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, kw_only=True)
class Folding:
    """The folding of both texts for one search term."""

    wanted: str
    """The folded search term."""
    pairs: tuple[tuple[str, str], ...]
    """Pairs of upper and lower case letters beyond A to Z."""

    @classmethod
    def of(cls, wanted: str) -> "Folding":
        """The folding for this search term."""
        letters = sorted(
            {c for c in wanted if ord(c) > 127 and len(c.upper()) == len(c.lower()) == 1}
        )
        pairs = tuple((letter.upper(), letter.lower()) for letter in letters)
        folded = "".join(c.lower() if c in letters else lower(c) for c in wanted)
        return cls(wanted=folded, pairs=pairs)

    def apply(self, text: str) -> str:
        """The folded form of a searched text."""
        folded = lower(text)
        for upper, small in self.pairs:
            folded = folded.replace(upper, small)
        return folded


def lower(text: str) -> str:
    """A to Z in lower case, nothing else."""
    return text.translate(_LOWER)
