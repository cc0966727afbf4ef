"""Letters and pairs of letters tell what a text holds as the test of a text does."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.finding.letters import PAIR, letters_of, spellings
from subscribers.segments.folding import Folding

# Letters whose capital or small letter is one of several, another script's, or several letters.
ODD = "aAkK\u212a\u017fsSßẞıiİIµμΜσςΣéÉ_% "


@given(st.text(ODD, max_size=6), st.text(ODD, min_size=1, max_size=PAIR))
def test_short_words_are_found_by_letters_and_pairs(text: str, wanted: str) -> None:
    folding = Folding.of(wanted)
    is_found = not letters_of(text).isdisjoint(spellings(folding, folding.wanted))
    assert is_found == (folding.wanted in folding.apply(text))
