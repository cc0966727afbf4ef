"""A block's words and who has each, as they are written, read and asked."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.finding import postings
from subscribers.finding.bits import BLOCK, bits_of
from subscribers.finding.postings import ALONE, END, Part, words_of

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
    folded = postings.write(block)[Part.FOLDED, 0]
    words = folded.split(END)[1:-1]
    if not (begins and ends):
        wanted = END * begins + text + END * ends
        meant = [line for line, word in enumerate(words) if wanted in END + word + END]
        assert postings.lines_with(folded, wanted) == meant
    starting = [line for line, word in enumerate(words) if word.startswith(text)]
    assert list(postings.lines_from(folded, text)) == starting


@given(BLOCKS, WORD)
def test_a_word_is_found_among_those_that_differ_in_case_alone(
    block: dict[bytes, list[int]], word: bytes
) -> None:
    vocabulary = postings.write(block)[Part.VOCABULARY, 0]
    words = vocabulary.split(END)[1:-1]
    assert list(postings.lines_of(vocabulary, word)) == [
        line for line, other in enumerate(words) if other == word
    ]


@given(BLOCKS, st.data())
def test_those_who_have_one_of_some_words_are_known(
    block: dict[bytes, list[int]], data: st.DataObject
) -> None:
    parts = postings.write(block)
    words = parts[Part.VOCABULARY, 0].split(END)[1:-1]
    lines = sorted(data.draw(st.sets(st.integers(0, len(block) - 1))))
    meant = {place for line in lines for place in block[words[line]]}
    chunks = {chunk: content for (part, chunk), content in parts.items() if part is Part.POSTINGS}
    assert postings.having(chunks, lines) == bits_of(meant)


def test_words_of_several_chunks_are_kept_together() -> None:
    block = {b"%d" % number: [number] for number in range(3 * postings.CHUNK)}
    parts = postings.write(block)
    assert postings.read(parts) == block
    chunks = {chunk: content for (part, chunk), content in parts.items() if part is Part.POSTINGS}
    assert len(chunks) == 3
    lines = postings.lines_with(parts[Part.FOLDED, 0], b"77")
    assert postings.having(chunks, lines) == bits_of(n for n in range(len(block)) if "77" in str(n))


def test_a_text_is_known_by_its_words_and_one_word_as_alone() -> None:
    assert words_of("Ann  Carter") == {b"Ann", b"", b"Carter"}
    assert words_of("Ann") == {b"Ann", ALONE}
    assert words_of("") == set()
