"""What an administrator says of a list, by the options of the command."""

from collections.abc import Sequence

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.columns import ATTRIBUTE
from subscribers.importing.values.dates import DayMonthOrder
from subscribers.importing.values.headings import ROLES
from subscribers.importing.values.states import ListState
from subscribers.importing.values.word_folding import folded


def answers_of(
    pairs: Sequence[str], words: Sequence[str], state: str | None, dates: str | None
) -> AdministratorAnswers:
    """
    Args:
        pairs: of `--column`: THING=COLUMN.
        words: of `--status`: WORD=STATE.

    Raises:
        InvalidInput: one of them is written wrongly, or two contradict each other.
    """
    return AdministratorAnswers(
        columns=_chosen(pairs),
        words=_meanings(words),
        state=ListState(state) if state else None,
        order=DayMonthOrder(dates) if dates else None,
    )


def _chosen(texts: Sequence[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for thing, column in map(_pair, texts):
        chosen.setdefault(thing, []).append(column)
    return chosen


def _pair(text: str) -> tuple[str, str]:
    thing, _, column = text.partition("=")
    is_attribute = thing.startswith(ATTRIBUTE) and len(thing) > len(ATTRIBUTE)
    if thing == "?":
        raise InvalidInput(
            f"--column {text}: put in place of the ? what the column tells: left, status, "
            "notes, confirmed, doubtful, attribute.NAME or ignored"
        )
    if not (thing in ROLES or is_attribute) or not column:
        raise InvalidInput(
            f"--column {text}: write THING=COLUMN, THING one of {', '.join(ROLES)}, attribute.NAME"
        )
    return thing, column


def _meanings(texts: Sequence[str]) -> dict[str, ListState]:
    states: dict[str, ListState] = {}
    for word, state in map(_word, texts):
        if states.setdefault(word, state) is not state:
            raise InvalidInput(
                f"--status says of {word!r} both {states[word]} and {state}: if it means different "
                "things in two columns, write words in place of the codes of one in a copy of the "
                "file, and import that"
            )
    return states


def _word(text: str) -> tuple[str, ListState]:
    word, _, state = text.rpartition("=")
    if state not in set(ListState):
        raise InvalidInput(
            f"--status {text}: write WORD=STATE, STATE one of {', '.join(ListState)}"
        )
    return folded(word), ListState(state)
