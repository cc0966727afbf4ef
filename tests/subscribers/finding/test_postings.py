"""A block's words and who has each, as they are written, read and asked."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.finding import postings
from subscribers.finding.bits import BLOCK, bits_of
from subscribers.finding.postings import COUNT, END, Part, words_of

PLACES = st.lists(st.integers(0, BLOCK - 1), min_size=1, max_size=5, unique=True).map(sorted)
# So many that they are kept as bits, beside some that are kept as places.
MANY = st.sampled_from([list(range(0, BLOCK, step)) for step in (1, 2, 15, 16)])
WORD = st.text("aAnÉ", max_size=4).map(str.encode)
BLOCKS = st.dictionaries(WORD, PLACES | MANY, min_size=1, max_size=8)


@given(BLOCKS)
def test_what_was_written_is_read_again(block: dict[bytes, list[int]]) -> None:
    assert postings.read(postings.write(block)) == block


@given(BLOCKS, st.text("anÉ", min_size=1, max_size=3).map(str.encode), st.booleans(), st.booleans())
def test_the_words_that_hold_begin_or_end_with_a_text_are_found(
    block: dict[bytes, list[int]], text: bytes, begins: bool, ends: bool
) -> None:
    parts = postings.write(block)
    wanted = END * begins + text + END * ends
    lines = postings.lines_with(parts[Part.FOLDED], wanted)
    meant = [word for word in sorted(block) if wanted in END + word.lower() + END]
    assert [sorted(block)[line] for line in lines] == meant


@given(BLOCKS, st.data())
def test_those_who_have_one_of_some_words_are_known(
    block: dict[bytes, list[int]], data: st.DataObject
) -> None:
    lines = data.draw(st.lists(st.integers(0, len(block) - 1), unique=True))
    meant = {place for line in lines for place in block[sorted(block)[line]]}
    assert postings.having(postings.write(block)[Part.POSTINGS], lines) == bits_of(meant)


def test_a_text_is_known_by_its_words_and_their_number() -> None:
    assert words_of("Ann  Carter") == {b"Ann", b"", b"Carter", COUNT * 3}
    assert words_of("") == set()
