"""Whose text is, or holds, another: by the words and letters of fields with very many values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from newsletter.database import MANY_BYTES
from subscribers.finding.bits import bits_of, joined_bits, numbers_in, without
from subscribers.finding.kept import NotKeptError
from subscribers.finding.letters import PAIR, pairs_of, spellings
from subscribers.finding.lookups import Folded, Lines, having, line_of
from subscribers.finding.models import PeopleWords
from subscribers.finding.patching import bits_of_field
from subscribers.finding.postings import ALONE, END, Part, chunk_of, encoded, words_of
from subscribers.models import Subscriber
from subscribers.segments.dialects import is_among
from subscribers.segments.fields import Operator
from subscribers.segments.folding import Folding

# Where words alone cannot tell, so many are looked at; of more than that the list is read.
MOST_READ = 5_000


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
        chunks: dict[int, dict[int, bytes]] = defaultdict(dict)
        for block, chunk, content in self._rows(Part.WORDS, {chunk_of(word) for word in words}):
            chunks[block][chunk] = content
        lines: dict[int, list[Lines]] = {}
        for block, theirs in chunks.items():
            found = [(chunk_of(w), line_of(theirs.get(chunk_of(w), b""), w)) for w in words]
            if all(line is not None for _, line in found):
                lines[block] = [{chunk: [line]} for chunk, line in found if line is not None]
        people = self._having(lines)
        # Of one word there is but one order.
        return people if ALONE in words else self._of_these(people, test)

    def _holding(self, value: str, test: ColumnElement[bool]) -> int:
        folding = Folding.of(value)
        if len(folding.wanted) <= PAIR:
            return self._with_letters(spellings(folding, folding.wanted))
        words = [encoded(word) for word in folding.wanted.split(" ")]
        if len(words) == 1:
            return self._with_words(folding, words)
        found = self._within
        # Which words are neighbours is not kept: so who has them all is asked herself.
        first, *later = words
        long = [END + word for word in later if len(word) > PAIR]
        if len(first) > PAIR:
            long.append(first + END)
        if long:
            found = self._with_words(folding, long)
        if found.bit_count() > MOST_READ:
            for pair in pairs_of(folding.wanted):
                found &= self._with_letters(spellings(folding, pair))
        return self._of_these(found, test)

    def _with_letters(self, parts: Collection[str]) -> int:
        found = 0
        for bits in bits_of_field(self._session, self._field, parts).values():
            found |= bits
        return found & self._within

    def _with_words(self, folding: Folding, wanted: Sequence[bytes]) -> int:
        """Those who have, for each that is wanted, a word that holds it."""
        pairs = [(encoded(upper), encoded(small)) for upper, small in folding.pairs]
        lines: dict[int, list[Lines]] = {}
        for block, _, content in self._rows(Part.FOLDED):
            words = Folded(content, pairs)
            found = [words.lines_with(one) for one in wanted]
            if all(found):
                lines[block] = found
        return self._having(lines)

    def _having(self, lines: Mapping[int, Sequence[Lines]]) -> int:
        """Those who have, in their block, one word of each."""
        chunks = {chunk for found in lines.values() for one in found for chunk in one}
        postings: dict[int, dict[int, bytes]] = defaultdict(dict)
        for block, chunk, content in self._rows(Part.POSTINGS, chunks) if lines else ():
            postings[block][chunk] = content
        found = ((block, having(postings[block], every)) for block, every in lines.items())
        return joined_bits(found) & self._within

    def _rows(
        self, part: Part, chunks: Collection[int] | None = None
    ) -> Sequence[tuple[int, int, bytes]]:
        query = select(PeopleWords.block, PeopleWords.chunk, PeopleWords.content)
        query = query.where(PeopleWords.field == self._field, PeopleWords.part == part)
        if chunks is not None:
            query = query.where(PeopleWords.chunk.in_(chunks))
        rows = self._session.execute(query, execution_options=MANY_BYTES)
        return [(block, chunk, content) for block, chunk, content in rows]

    def _of_these(self, candidates: int, test: ColumnElement[bool]) -> int:
        """Those of a few for whom the test holds, as the list has them."""
        if candidates.bit_count() > MOST_READ:
            raise NotKeptError(self._field)
        these = is_among(Subscriber.id, numbers_in(candidates))
        return bits_of(self._session.scalars(select(Subscriber.id).where(these, test)))
