"""Shortening of digests."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.rendering.fit_to_size import SizePlan, largest_fitting, plans, truncate_html

counts = st.integers(1, 200)


@given(counts, counts)
def test_the_first_plan_is_complete(count: int, stories: int) -> None:
    full = next(plans(count, stories))
    assert full == SizePlan(stories=stories, shown=count)
    assert full.difference(full, count) == ""


@given(counts, counts)
def test_plans_are_ever_shorter(count: int, stories: int) -> None:
    found = list(plans(count, stories))
    for before, after in itertools.pairwise(found):
        assert after.stories <= before.stories
        assert after.shown <= before.shown
        assert not before.body_bytes or after.body_bytes <= before.body_bytes
        assert after != before


@given(counts, counts)
def test_the_last_plan_has_one_story(count: int, stories: int) -> None:
    *_, last = plans(count, stories)
    assert (last.stories, last.shown) == (1, 1)


def test_left_out_content_is_described() -> None:
    full = SizePlan(stories=8, shown=40)
    short = SizePlan(stories=4, shown=30, excerpt_characters=140)
    assert short.difference(full, 40) == (
        "the excerpts were shortened, 4 stories stand as titles alone and 10 more are left to the "
        "web"
    )
    alone = SizePlan(stories=1, shown=1)
    assert SizePlan(stories=1, shown=1, body_bytes=9).difference(alone, 1) == (
        "the article was shortened"
    )


@given(st.integers(0, 200), st.integers(0, 200))
def test_binary_search_finds_the_first_plan_that_fits(count: int, limit: int) -> None:
    all_plans = list(plans(count, 8))
    sizes = {plan: len(all_plans) - at for at, plan in enumerate(all_plans)}
    plan, size = largest_fitting(all_plans, sizes.__getitem__, lambda size: size <= limit)
    assert plan == next((plan for plan in all_plans if sizes[plan] <= limit), all_plans[-1])
    assert size == sizes[plan]


WORDS = "The first bus crossed the repaired bridge on Thursday morning. " * 40


@pytest.mark.parametrize(
    "html",
    [
        f"<div>{WORDS}</div>",
        f"<div><div><p>{WORDS}</p><p>{WORDS}</p></div></div>",
        f"{WORDS}<p>After it.</p>",
        f"{WORDS}",
        f"<ul><li>{WORDS}</li><li>{WORDS}</li></ul>",
        f"<table><tr><td>{WORDS}</td><td>{WORDS}</td></tr></table>",
        f"<p><b>{WORDS}</b></p>",
        "<p>" + WORDS.replace(" ", "") * 2 + "</p>",
        "<p>" + "議会は今夜、橋の修理を決めました。" * 99 + "</p>",
    ],
)
def test_a_body_is_truncated_at_its_end(html: str) -> None:
    part = truncate_html(html, 1000)
    words, whole = text_of(part), text_of(html)
    assert 400 < len(part.encode()) <= 1100
    assert words.removesuffix("…") == whole[: len(words.removesuffix("…"))]


def test_paragraphs_are_kept_whole_beyond_half_of_the_limit() -> None:
    paragraphs = [f"<p>{number}{'x ' * 100}</p>" for number in range(20)]
    part = truncate_html("".join(paragraphs), 1000)
    assert part == "".join(paragraphs[:4])


def test_a_trailing_heading_is_removed() -> None:
    html = f"<p>{WORDS[:600]}</p><h2>And then</h2><p>{WORDS}</p>"
    assert truncate_html(html, 700) == f"<p>{WORDS[:600]}</p>"


def test_an_element_of_which_nothing_fits_is_removed() -> None:
    picture = f'<p><img src="https://wexcombe.example/{"long" * 99}.png"></p>'
    assert truncate_html(f"<p>One</p>{picture}", 100) == "<p>One</p>"


@given(st.text(alphabet="<>/abdivplu o\n&;=\"'", max_size=300), st.integers(0, 300))
def test_any_sanitised_body_can_be_truncated(source: str, limit: int) -> None:
    html = sanitise(source, "https://wexcombe.example")
    words = text_of(truncate_html(html, limit)).removesuffix("…")
    assert text_of(html).replace("\n", " ").startswith(words.replace("\n", " ").rstrip())
