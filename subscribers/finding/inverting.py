"""The words of people who have changed, for the fields that are kept by words."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from subscribers.finding import postings
from subscribers.finding.bits import block_of, equal, numbers_in, place_of
from subscribers.finding.letters import letters_of
from subscribers.finding.models import PeopleWords
from subscribers.finding.patching import Placed, by_block
from subscribers.finding.postings import Part, Parts, Words, words_of


class WordsPatch:
    """What is to be written so that the words of some people are what they are now."""

    def __init__(self, numbers: Collection[int]) -> None:
        """Take the people who have changed."""
        self._changed = {block: set(places) for block, places in by_block(numbers).items()}
        self._gone: list[dict[str, object]] = []
        self._rows: list[dict[str, object]] = []

    def patch(self, session: Session, field: str, texts: Mapping[int, str]) -> None:
        """Work out a field.

        Args:
            texts: what those who have a text have, by number.
        """
        new = _words_by_block(texts)
        for block, changed in self._changed.items():
            parts = _read(session, field, block)
            before = postings.words_at(parts, changed)
            self._put(field, block, parts, postings.changed(parts, before, new.get(block, {})))

    def put_anew(self, field: str, earlier: Mapping[int, Words], texts: Mapping[int, str]) -> None:
        """Write a field that has had no words until now.

        Args:
            earlier: those of people who may or may not have changed, by block.
            texts: as of `patch`.
        """
        new = _words_by_block(texts)
        for block in {*earlier, *new}:
            changed = self._changed.get(block, set())
            words = {**new.get(block, {})}
            for word, places in earlier.get(block, {}).items():
                words[word] = words.get(word, set()) | (places - changed)
            self._put(field, block, {}, postings.changed({}, {}, words))

    def write(self, session: Session) -> None:
        """Write what was worked out."""
        if self._gone:
            table = PeopleWords
            columns = (table.field, table.part, table.block, table.chunk)
            same = (column == bindparam(f"the_{column.key}") for column in columns)
            session.connection().execute(delete(PeopleWords).where(*same), self._gone)
        if self._rows:
            session.execute(insert(PeopleWords), self._rows)

    def _put(self, field: str, block: int, before: Parts, after: Parts) -> None:
        for part, chunk in {**before, **after}:
            old, new = before.get((part, chunk)), after.get((part, chunk))
            if old == new:
                continue
            if old:
                self._gone.append(
                    {"the_field": field, "the_part": part, "the_block": block, "the_chunk": chunk}
                )
            if new:
                self._rows.append(
                    {"field": field, "part": part, "block": block, "chunk": chunk, "content": new}
                )


def earlier_words(
    codes: Mapping[str, int], digits: Mapping[int, list[int]]
) -> tuple[dict[int, Words], Placed]:
    """The words and letters of a field that has been kept by numbers.

    Args:
        codes: its numbers, by value.
        digits: the bits of its digits, the lowest first, by block.
    """
    words: dict[int, Words] = {}
    letters: Placed = defaultdict(int)
    for block, slices in digits.items():
        of_block: dict[bytes, set[int]] = defaultdict(set)
        for value, code in codes.items():
            bits = equal(slices, code, -1)
            places = list(numbers_in(bits))
            for word in words_of(value) if places else ():
                of_block[word].update(places)
            for part in letters_of(value) if places else ():
                letters[part, block] |= bits
        words[block] = of_block
    return words, letters


def _words_by_block(texts: Mapping[int, str]) -> Mapping[int, Words]:
    found: dict[int, dict[bytes, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number, text in texts.items():
        for word in words_of(text):
            found[block_of(number)][word].add(place_of(number))
    return found


def _read(session: Session, field: str, block: int) -> Parts:
    query = select(PeopleWords.part, PeopleWords.chunk, PeopleWords.content).where(
        PeopleWords.field == field, PeopleWords.block == block
    )
    return {(Part(part), chunk): content for part, chunk, content in session.execute(query)}
