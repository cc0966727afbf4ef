"""Whose text is, or holds, another: by the words and letters of fields with very many values."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscribers.finding.bits import bits_of, joined, joined_bits, numbers_in, without
from subscribers.finding.letters import PAIR, pairs_of, spellings
from subscribers.finding.models import PeopleBits, PeopleWords
from subscribers.finding.postings import COUNT, END, Part, encoded, having, lines_with, words_of
from subscribers.models import Subscriber
from subscribers.segments.fields import Operator
from subscribers.segments.folding import Folding

# Where words alone cannot tell, so many people are looked at before the list is read instead.
MOST_READ = 5_000
_AT_ONCE = 500


class NotKeptError(LookupError):
    """The index does not keep what is asked."""


class Matching:
    """The words of one field."""

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
        if operator is Operator.EQUAL:
            return self._same(value, test) if value else without(self._within, self._some())
        return self._holding(value, test) if value else self._within

    def _some(self) -> int:
        """Those whose text is not empty."""
        return self._with_words(Part.VOCABULARY, [END + COUNT])

    def _same(self, value: str, test: ColumnElement[bool]) -> int:
        words = words_of(value)
        found = self._with_words(Part.VOCABULARY, [END + word + END for word in words])
        # Of one word there is but one order.
        return found if COUNT in words else self._of_these(found, test)

    def _holding(self, value: str, test: ColumnElement[bool]) -> int:
        folding = Folding.of(value)
        if len(folding.wanted) <= PAIR:
            return self._with_letters(folding, folding.wanted)
        words = folding.wanted.split(" ")
        if len(words) == 1:
            return self._with_words(Part.FOLDED, [encoded(folding.wanted)], folding)
        # Which words are neighbours is not kept; nor is a short one worth looking for.
        found = self._within
        for pair in pairs_of(folding.wanted):
            found &= self._with_letters(folding, pair)
        first, *inner, last = [encoded(word) for word in words]
        whole = [first + END, *(END + word + END for word in inner), END + last]
        long = [word for word in whole if len(word.strip(END)) > PAIR]
        if long:
            found &= self._with_words(Part.FOLDED, long, folding)
        return self._of_these(found, test)

    def _with_letters(self, folding: Folding, wanted: str) -> int:
        query = select(PeopleBits.part, PeopleBits.block, PeopleBits.bits).where(
            PeopleBits.field == self._field, PeopleBits.part.in_(spellings(folding, wanted))
        )
        by_part: dict[str, list[tuple[int, bytes]]] = {}
        for part, block, packed in self._session.execute(query):
            by_part.setdefault(part, []).append((block, packed))
        found = 0
        for blocks in by_part.values():
            found |= joined(blocks)
        return found & self._within

    def _with_words(
        self, part: Part, wanted: Sequence[bytes], folding: Folding | None = None
    ) -> int:
        """Those who have, for each that is wanted, a word that holds it."""
        lines: dict[int, list[list[int]]] = {}
        for block, vocabulary in self._read(part):
            for upper, small in folding.pairs if folding else ():
                vocabulary = vocabulary.replace(encoded(upper), encoded(small))
            of_each = [lines_with(vocabulary, one) for one in wanted]
            if all(of_each):
                lines[block] = of_each
        found: list[tuple[int, int]] = []
        for block, postings in self._read(Part.POSTINGS, lines) if lines else ():
            bits = -1
            for one in lines[block]:
                bits &= having(postings, one)
            found.append((block, bits))
        return joined_bits(found) & self._within

    def _read(self, part: Part, blocks: Collection[int] | None = None) -> list[tuple[int, bytes]]:
        query = select(PeopleWords.block, PeopleWords.content).where(
            PeopleWords.field == self._field, PeopleWords.part == part
        )
        if blocks is not None:
            query = query.where(PeopleWords.block.in_(blocks))
        return [(block, content) for block, content in self._session.execute(query)]

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
