"""Order, omissions and words of an edition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.coming.arrangement import Arrangement, ArrangementEdit, edited
from newsletter.errors import InvalidInput

SHOWN = [1, 2, 3]
stories = st.lists(st.integers(1, 50), min_size=1, max_size=20, unique=True)


def order_after(edit: ArrangementEdit) -> tuple[int, ...]:
    return edited(Arrangement(), SHOWN, edit).order


@pytest.mark.parametrize(
    ("edit", "order"),
    [
        (ArrangementEdit(lead=3), (3, 1, 2)),
        (ArrangementEdit(up=3), (1, 3, 2)),
        (ArrangementEdit(up=1), (1, 2, 3)),
        (ArrangementEdit(down=1), (2, 1, 3)),
        (ArrangementEdit(down=3), (1, 2, 3)),
        (ArrangementEdit(order=(3, 2, 1)), (3, 2, 1)),
    ],
)
def test_a_story_is_moved_among_those_shown(edit: ArrangementEdit, order: tuple[int, ...]) -> None:
    assert order_after(edit) == order


@given(stories, st.data())
def test_no_move_loses_or_doubles_a_story(shown: list[int], data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(shown))
    some = tuple(data.draw(st.lists(st.integers(1, 60))))
    for edit in (
        ArrangementEdit(lead=number),
        ArrangementEdit(up=number),
        ArrangementEdit(down=number),
        ArrangementEdit(order=some),
    ):
        assert sorted(edited(Arrangement(), shown, edit).order) == sorted(shown)


@given(stories, st.data())
def test_a_dropped_story_that_is_restored_is_there_again(
    shown: list[int], data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from(shown))
    dropped = edited(Arrangement(order=tuple(shown)), shown, ArrangementEdit(drop=number))
    left = [n for n in shown if n != number]
    assert dropped.dropped == {number}
    assert list(dropped.order) == left
    restored = edited(dropped, left, ArrangementEdit(restore=number))
    assert restored.dropped == frozenset()
    assert sorted(restored.order) == sorted(shown)


def test_a_story_that_is_gone_cannot_be_moved() -> None:
    with pytest.raises(InvalidInput, match="article 9 is not in this edition any more"):
        edited(Arrangement(), SHOWN, ArrangementEdit(up=9))


def test_an_empty_title_takes_the_own_one_back() -> None:
    before = Arrangement(titles={1: "Other"})
    assert edited(before, SHOWN, ArrangementEdit(titles={1: " "})).titles == {}


def test_a_greeting_has_a_length() -> None:
    with pytest.raises(InvalidInput, match="at most 2000 characters"):
        edited(Arrangement(), SHOWN, ArrangementEdit(introduction="x" * 2001))
