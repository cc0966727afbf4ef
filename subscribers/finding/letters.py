"""Letters and pairs of letters of a text, for words looked for that are too short for its words."""

from itertools import pairwise, product

from subscribers.segments.folding import Folding, lower

PAIR = 2


def letters_of(text: str) -> set[str]:
    """Every letter of a text and every pair of neighbours, A to Z in lower case; and the empty one.

    So whoever has a text at all has a letter; who has none has none.
    """
    folded = lower(text)
    return {"", *folded, *pairs_of(folded)} if folded else set()


def pairs_of(text: str) -> set[str]:
    """Every pair of neighbours."""
    return {first + second for first, second in pairwise(text)}


def spellings(folding: Folding, wanted: str) -> list[str]:
    """The letters, as `letters_of` has them, that are one wanted letter or pair when folded."""
    sources = [[c, *(upper for upper, small in folding.pairs if small == c)] for c in wanted]
    found = {lower("".join(letters)) for letters in product(*sources)}
    return sorted(letters for letters in found if folding.apply(letters) == wanted)
