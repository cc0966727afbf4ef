"""The arrangement of an edition's stories, and its edits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from newsletter.articles.models import Article
from newsletter.errors import InvalidInput

MAX_TITLE_CHARACTERS = 250
MAX_INTRODUCTION_CHARACTERS = 2000


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Order, omissions and words of one edition; articles by their numbers."""

    order: tuple[int, ...] = ()
    """These come first; the others follow as they are."""
    dropped: frozenset[int] = frozenset()
    titles: Mapping[int, str] = field(default_factory=dict)
    introduction: str = ""


@dataclass(frozen=True, kw_only=True)
class ArrangementEdit:
    """One change of an arrangement; what is left out stays."""

    order: tuple[int, ...] | None = None
    lead: int | None = None
    up: int | None = None
    down: int | None = None
    drop: int | None = None
    drop_for_good: int | None = None
    restore: int | None = None
    """Takes a dropped article again, or one beyond the digest's maximum."""
    titles: Mapping[int, str] = field(default_factory=dict)
    """An empty title: the article's own."""
    introduction: str | None = None

    @property
    def leaves_out(self) -> int | None:
        """The article that it drops, if any."""
        return self.drop if self.drop is not None else self.drop_for_good


def in_order(order: Sequence[int], articles: Sequence[Article]) -> list[Article]:
    """The articles, those of `order` first."""
    places = {number: place for place, number in enumerate(order)}
    return sorted(articles, key=lambda article: places.get(article.id, len(places)))


def edited(before: Arrangement, shown: Sequence[int], edit: ArrangementEdit) -> Arrangement:
    """The arrangement after an edit.

    Args:
        shown: the stories as they stand, in order.

    Raises:
        InvalidInput: it names a story that is not there, or words are too long.
    """
    after = _with_words(before, edit)
    if edit.restore is not None:
        return replace(
            after,
            dropped=after.dropped - {edit.restore},
            order=(*_without_restored(shown, edit), edit.restore),
        )
    if edit.leaves_out is not None:
        _check_shown(edit.leaves_out, shown)
        dropped = after.dropped | ({edit.drop} if edit.drop is not None else frozenset())
        order = tuple(number for number in after.order if number != edit.leaves_out)
        return replace(after, dropped=frozenset(dropped), order=order)
    moved = _moved(shown, edit)
    return after if moved is None else replace(after, order=moved)


def _without_restored(shown: Sequence[int], edit: ArrangementEdit) -> list[int]:
    return [number for number in shown if number != edit.restore]


def _moved(shown: Sequence[int], edit: ArrangementEdit) -> tuple[int, ...] | None:
    """The new order; None where the edit moves nothing."""
    if edit.order is not None:
        chosen = [number for number in dict.fromkeys(edit.order) if number in set(shown)]
        return (*chosen, *(number for number in shown if number not in set(chosen)))
    for number, place in (
        (edit.lead, lambda _: 0),
        (edit.up, lambda at: max(at - 1, 0)),
        (edit.down, lambda at: at + 1),
    ):
        if number is not None:
            _check_shown(number, shown)
            others = [other for other in shown if other != number]
            others.insert(place(list(shown).index(number)), number)
            return tuple(others)
    return None


def _with_words(before: Arrangement, edit: ArrangementEdit) -> Arrangement:
    titles = dict(before.titles)
    for number, title in edit.titles.items():
        line = " ".join(title.split())
        if len(line) > MAX_TITLE_CHARACTERS:
            raise InvalidInput(f"a title has at most {MAX_TITLE_CHARACTERS} characters; shorten it")
        if line:
            titles[number] = line
        else:
            titles.pop(number, None)
    if edit.introduction is None:
        return replace(before, titles=titles)
    words = edit.introduction.replace("\r\n", "\n").strip()
    if len(words) > MAX_INTRODUCTION_CHARACTERS:
        raise InvalidInput(
            f"a greeting has at most {MAX_INTRODUCTION_CHARACTERS} characters; write what is "
            "longer as an article, and make it the lead"
        )
    return replace(before, titles=titles, introduction=words)


def _check_shown(number: int, shown: Sequence[int]) -> None:
    if number not in shown:
        raise InvalidInput(
            f"article {number} is not in this edition any more; look at the list again"
        )
