"""Whose text is, or holds, another: by the words and letters of fields with very many values."""

from collections.abc import Callable, Collection, Sequence
from functools import partial, reduce
from operator import and_

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from subscribers.finding.bits import bits_of, joined_bits, numbers_in, without
from subscribers.finding.letters import PAIR, pairs_of, spellings
from subscribers.finding.models import PeopleWords
from subscribers.finding.patching import bits_of_field
from subscribers.finding.postings import (
    ALONE,
    CHUNK,
    END,
    Part,
    encoded,
    having,
    lines_from,
    lines_of,
    lines_with,
    words_of,
)
from subscribers.models import Subscriber
from subscribers.segments.fields import Operator
from subscribers.segments.folding import Folding

# Where words alone cannot tell, so many are looked at; of more than that the list is read.
MOST_READ = 5_000
# To look at so many takes no longer than to look for another word.
FEW = 500
_AT_ONCE = 500
# To ask for more chunks one by one takes longer than to read all.
_MOST_CHUNKS = 300

Look = Callable[[bytes], Sequence[int]]
"""Which lines of a vocabulary are wanted."""


class NotKeptError(LookupError):
    """The index does not keep what is asked."""


class Matching:
    """The words and letters of one field."""

    def __init__(self, session: Session, field: str, within: int) -> None:
        """Take the people of whom is asked, as bits."""
        self._session = session
        self._field = field
        self._within = within

    def having(self, operator: Operator, value: str, test: ColumnElement[bool]) -> int:
        """Those for whom the test of a text holds.

        Args:
            test: the same in SQL, for the few of whom the words do not tell.

        Raises:
            NotKeptError: they are too many.
        """
        if not value:
            is_blank = operator is Operator.EQUAL
            return without(self._within, self._with_letters([""])) if is_blank else self._within
        return self._same(value, test) if operator is Operator.EQUAL else self._holding(value, test)

    def _same(self, value: str, test: ColumnElement[bool]) -> int:
        words = words_of(value)
        looks = [partial(lines_of, word=word) for word in words]
        found = self._with_words(Part.VOCABULARY, looks)
        # Of one word there is but one order.
        return found if ALONE in words else self._of_these(found, test)

    def _holding(self, value: str, test: ColumnElement[bool]) -> int:
        folding = Folding.of(value)
        if len(folding.wanted) <= PAIR:
            return self._with_letters(spellings(folding, folding.wanted))
        if " " in folding.wanted:
            return self._of_these(self._with_neighbours(folding), test)
        look = partial(lines_with, wanted=encoded(folding.wanted))
        return self._with_words(Part.FOLDED, [look], folding)

    def _with_neighbours(self, folding: Folding) -> int:
        """Those who may have these words beside each other, the first and the last cut off.

        Which words are neighbours is not kept. What finds them soonest is asked first.
        """
        first, *later = folding.wanted.split(" ")
        starts = [encoded(word) for word in later if len(word) > PAIR]
        found = self._within
        if starts:
            looks = [_start(word, folding) for word in starts]
            found = self._with_words(Part.FOLDED, looks, folding)
        if len(first) > PAIR and found.bit_count() > FEW:
            look = partial(lines_with, wanted=encoded(first) + END)
            found &= self._with_words(Part.FOLDED, [look], folding)
        if found.bit_count() > MOST_READ:
            for pair in pairs_of(folding.wanted):
                found &= self._with_letters(spellings(folding, pair))
        return found

    def _with_letters(self, parts: Collection[str]) -> int:
        found = 0
        for bits in bits_of_field(self._session, self._field, parts).values():
            found |= bits
        return found & self._within

    def _with_words(self, part: Part, looks: Sequence[Look], folding: Folding | None = None) -> int:
        """Those who have, for each look at the words, one that it finds."""
        lines: dict[int, list[Sequence[int]]] = {}
        for block, vocabulary in self._vocabularies(part):
            for upper, small in folding.pairs if folding else ():
                vocabulary = vocabulary.replace(encoded(upper), encoded(small))
            found = [look(vocabulary) for look in looks]
            if all(found):
                lines[block] = found
        chunks = self._chunks(lines)
        return self._within & joined_bits(
            (block, reduce(and_, (having(chunks[block], one) for one in found)))
            for block, found in lines.items()
        )

    def _vocabularies(self, part: Part) -> Sequence[tuple[int, bytes]]:
        query = self._parts(part)
        return [(block, content) for block, _, content in self._session.execute(query)]

    def _chunks(self, lines: dict[int, list[Sequence[int]]]) -> dict[int, dict[int, bytes]]:
        """The postings of these lines, by block and chunk."""
        wanted = {
            (block, line // CHUNK)
            for block, found in lines.items()
            for one in found
            for line in one
        }
        chunks: dict[int, dict[int, bytes]] = {block: {} for block in lines}
        query = self._parts(Part.POSTINGS).where(PeopleWords.block.in_(lines))
        if len(wanted) <= _MOST_CHUNKS:
            query = query.where(tuple_(PeopleWords.block, PeopleWords.chunk).in_(wanted))
        for block, chunk, content in self._session.execute(query):
            chunks[block][chunk] = content
        return chunks

    def _parts(self, part: Part) -> Select[int, int, bytes]:
        query = select(PeopleWords.block, PeopleWords.chunk, PeopleWords.content)
        return query.where(PeopleWords.field == self._field, PeopleWords.part == part)

    def _of_these(self, candidates: int, test: ColumnElement[bool]) -> int:
        """Those of a few for whom the test holds, as the list has them."""
        if candidates.bit_count() > MOST_READ:
            raise NotKeptError(self._field)
        numbers = list(numbers_in(candidates))
        found: list[int] = []
        for first in range(0, len(numbers), _AT_ONCE):
            these = Subscriber.id.in_(numbers[first : first + _AT_ONCE])
            found += self._session.scalars(select(Subscriber.id).where(these, test))
        return bits_of(found)


def _start(word: bytes, folding: Folding) -> Look:
    # With further letters folded, the words are no longer in order.
    if folding.pairs:
        return partial(lines_with, wanted=END + word)
    return partial(lines_from, start=word)
