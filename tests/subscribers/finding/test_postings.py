"""A block's words and who has each, as they are written, read and asked."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from subscribers.finding import postings
from subscribers.finding.bits import BLOCK, bits_of
from subscribers.finding.postings import ALONE, END, Lines, Part, words_of

PLACES = st.lists(st.integers(0, BLOCK - 1), min_size=1, max_size=5, unique=True).map(sorted)
# So many that they are kept as bits, beside some that are kept as places.
MANY = st.sampled_from([list(range(0, BLOCK, step)) for step in (1, 2, 15, 16)])
WORD = st.text("aAnÉ", max_size=4).map(str.encode)
BLOCKS = st.dictionaries(WORD, PLACES | MANY, min_size=1, max_size=8)


@given(BLOCKS)
def test_what_was_written_is_read_again(block: dict[bytes, list[int]]) -> None:
    assert postings.read(postings.write(block)) == block


def words_at(block: dict[bytes, list[int]], lines: Lines) -> list[bytes]:
    parts = postings.write(block)
    return sorted(
        parts[Part.WORDS, chunk].split(END)[1:-1][line]
        for chunk, theirs in lines.items()
        for line in theirs
    )


@given(
    BLOCKS,
    st.text("anÉ", min_size=1, max_size=3).map(str.encode),
    st.sampled_from([(b"", b""), (END, b""), (b"", END)]),
    st.sampled_from([[], [("É".encode(), b"e")], [(b"n", b"nn"), (b"a", "É".encode())]]),
)
def test_the_words_that_hold_begin_or_end_with_a_text_are_found(
    block: dict[bytes, list[int]],
    text: bytes,
    ends: tuple[bytes, bytes],
    pairs: list[tuple[bytes, bytes]],
) -> None:
    def folded(word: bytes) -> bytes:
        word = word.lower()
        for letter, other in pairs:
            word = word.replace(letter, other)
        return END + word + END

    wanted = text.join(ends)
    words = postings.Folded(postings.write(block)[Part.FOLDED, 0], pairs)
    meant = sorted(word for word in block if wanted in folded(word))
    assert words_at(block, words.lines_with(wanted)) == meant


@given(BLOCKS, WORD)
def test_a_word_is_found_in_its_chunk(block: dict[bytes, list[int]], word: bytes) -> None:
    chunk = postings.chunk_of(word)
    words = postings.write(block).get((Part.WORDS, chunk), b"")
    line = postings.line_of(words, word)
    assert (line is not None) == (word in block)
    assert line is None or words_at(block, {chunk: [line]}) == [word]


@given(BLOCKS, st.lists(st.sets(WORD), min_size=1, max_size=3))
def test_those_who_have_a_word_of_each_of_some_sets_are_known(
    block: dict[bytes, list[int]], sets: list[set[bytes]]
) -> None:
    parts = postings.write(block)
    chunks = {chunk: content for (part, chunk), content in parts.items() if part is Part.POSTINGS}
    every: list[dict[int, list[int]]] = []
    for wanted in sets:
        lines: dict[int, list[int]] = defaultdict(list)
        for word in wanted & block.keys():
            line = postings.line_of(parts[Part.WORDS, postings.chunk_of(word)], word)
            assert line is not None
            lines[postings.chunk_of(word)].append(line)
        every.append(lines)
    having_each = [{place for w in wanted & block.keys() for place in block[w]} for wanted in sets]
    assert postings.having(chunks, every) == bits_of(set.intersection(*having_each))


def test_a_text_is_known_by_its_words_and_one_word_as_alone() -> None:
    assert words_of("Ann  Carter") == {b"Ann", b"", b"Carter"}
    assert words_of("Ann") == {b"Ann", ALONE}
    assert words_of("") == set()
