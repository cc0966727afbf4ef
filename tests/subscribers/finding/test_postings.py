"""A block's words and who has each, as they are kept, changed and asked."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.finding.bits import BLOCK, bits_of
from subscribers.finding.lookups import Folded, Lines, having, line_of
from subscribers.finding.postings import (
    ALONE,
    CHUNKS,
    END,
    Part,
    Parts,
    changed,
    chunk_of,
    words_at,
    words_of,
)

Block = dict[bytes, set[int]]
PLACES = st.sets(st.integers(0, BLOCK - 1), min_size=1, max_size=5)
# So many that they are kept as bits, beside some that are kept as places.
MANY = st.sampled_from([set(range(0, BLOCK, step)) for step in (2, 15, 16)])
WORD = st.text("aAnÉ", max_size=4).map(str.encode)
BLOCKS = st.dictionaries(WORD, PLACES | MANY, max_size=8)
EVERYBODY = frozenset(range(BLOCK))


def kept(block: Block) -> Parts:
    return changed({}, {}, block)


def postings_of(parts: Parts) -> dict[int, bytes]:
    return {chunk: content for (part, chunk), content in parts.items() if part is Part.POSTINGS}


def words_on(parts: Parts, lines: Lines) -> list[bytes]:
    return sorted(
        parts[Part.WORDS, chunk].split(END)[1:-1][line]
        for chunk, theirs in lines.items()
        for line in theirs
    )


@settings(max_examples=20)
@given(BLOCKS)
def test_what_is_kept_can_be_told_again(block: Block) -> None:
    assert words_at(kept(block), EVERYBODY) == block


@given(BLOCKS, st.sets(st.sampled_from([0, 1, 15, 16, 4096, BLOCK - 1])), BLOCKS)
def test_whoever_changes_has_her_new_words_and_the_others_theirs(
    block: Block, places: set[int], new: Block
) -> None:
    parts = kept(block)
    after = {word: theirs for word, had in new.items() if (theirs := had & places)}
    meant = {
        word: theirs
        for word in {**block, **after}
        if (theirs := block.get(word, set()) - places | after.get(word, set()))
    }
    assert changed(parts, words_at(parts, places), after) == kept(meant)


@given(
    BLOCKS.filter(bool),
    st.text("anÉ", min_size=1, max_size=3).map(str.encode),
    st.sampled_from([(b"", b""), (END, b""), (b"", END)]),
    st.sampled_from([[], [("É".encode(), b"e")], [(b"n", b"nn"), (b"a", "É".encode())]]),
)
def test_the_words_that_hold_begin_or_end_with_a_text_are_found(
    block: Block, text: bytes, ends: tuple[bytes, bytes], pairs: list[tuple[bytes, bytes]]
) -> None:
    def folded(word: bytes) -> bytes:
        word = word.lower()
        for letter, other in pairs:
            word = word.replace(letter, other)
        return END + word + END

    parts, wanted = kept(block), text.join(ends)
    found = Folded(parts[Part.FOLDED, 0], pairs).lines_with(wanted)
    assert words_on(parts, found) == sorted(word for word in block if wanted in folded(word))


@given(BLOCKS, WORD)
def test_a_word_is_found_in_its_chunk(block: Block, word: bytes) -> None:
    parts, chunk = kept(block), chunk_of(word)
    line = line_of(parts.get((Part.WORDS, chunk), b""), word)
    assert (line is not None) == (word in block)
    assert line is None or words_on(parts, {chunk: [line]}) == [word]


@given(BLOCKS, st.lists(st.sets(WORD), min_size=1, max_size=3))
def test_those_who_have_a_word_of_each_of_some_sets_are_known(
    block: Block, sets: list[set[bytes]]
) -> None:
    parts = kept(block)
    every: list[dict[int, list[int]]] = []
    for wanted in sets:
        lines: dict[int, list[int]] = defaultdict(list)
        for word in wanted & block.keys():
            line = line_of(parts[Part.WORDS, chunk_of(word)], word)
            assert line is not None
            lines[chunk_of(word)].append(line)
        every.append(lines)
    having_each = [{place for w in wanted & block.keys() for place in block[w]} for wanted in sets]
    assert having(postings_of(parts), every) == bits_of(set.intersection(*having_each))


def test_words_of_all_chunks_are_looked_through_together() -> None:
    parts = kept({b"%d" % number: {number} for number in range(20 * CHUNKS)})
    assert len(postings_of(parts)) == CHUNKS
    found = Folded(parts[Part.FOLDED, 0]).lines_with(b"77")
    numbers = [number for number in range(20 * CHUNKS) if "77" in str(number)]
    assert having(postings_of(parts), [found]) == bits_of(numbers)


def test_a_text_is_known_by_its_words_and_one_word_as_alone() -> None:
    assert words_of("Ann  Carter") == {b"Ann", b"", b"Carter"}
    assert words_of("Ann") == {b"Ann", ALONE}
    assert words_of("") == set()
