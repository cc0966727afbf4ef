"""Upper and lower case alike, where a text is looked for in another.

A to Z in what is looked through, and such further letters as what is looked for has itself: SQL can
do no more on both databases.
"""

from dataclasses import dataclass

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, kw_only=True)
class Folding:
    """What becomes of both texts before one is looked for in the other."""

    wanted: str
    """What is looked for, folded."""
    pairs: tuple[tuple[str, str], ...]
    """Capital and small letters beyond A to Z, replaced one pair after the other."""

    @classmethod
    def of(cls, wanted: str) -> "Folding":
        """That for looking for this text."""
        letters = sorted(
            {c for c in wanted if ord(c) > 127 and len(c.upper()) == len(c.lower()) == 1}
        )
        pairs = tuple((letter.upper(), letter.lower()) for letter in letters)
        folded = "".join(c.lower() if c in letters else lower(c) for c in wanted)
        return cls(wanted=folded, pairs=pairs)

    def apply(self, text: str) -> str:
        """Another text as it is looked through."""
        folded = lower(text)
        for upper, small in self.pairs:
            folded = folded.replace(upper, small)
        return folded


def lower(text: str) -> str:
    """A to Z in lower case, nothing else."""
    return text.translate(_LOWER)
