"""Theme colours: validation, contrast and derived colours."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.colours import READABLE, contrast, parse_colour, readable_on, words_on
from newsletter.config.loading import parse_config
from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.config.theme import Theme
from newsletter.errors import ConfigurationError

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def complaint(lines: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_config(f"[theme]\n{lines}", Path("newsletter.toml"), {})
    return str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0d5a62", "#ffffff", 7.91),
    ],
)
def test_contrast_follows_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


@given(colours, colours)
def test_a_colour_made_readable_can_be_read(colour: str, ground: str) -> None:
    assert contrast(readable_on(colour, ground), ground) >= READABLE


@given(colours, colours)
def test_a_readable_colour_is_kept_as_it_is(colour: str, ground: str) -> None:
    if contrast(colour, ground) >= READABLE:
        assert readable_on(colour, ground) == colour


@given(colours, colours)
def test_text_on_any_colour_is_readable(ground: str, ink: str) -> None:
    assert contrast(words_on(ground, ink), ground) >= READABLE


def test_short_colours_are_written_out() -> None:
    assert parse_colour(" #0AF ") == "#00aaff"


@pytest.mark.parametrize("text", ["red", "#12345", "rgb(1,2,3)", "#gggggg", ""])
def test_an_invalid_colour_is_refused_with_the_expected_form(text: str) -> None:
    assert "#rrggbb" in complaint(f'accent = "{text}"')


def test_a_pale_accent_is_refused_with_a_readable_one() -> None:
    message = complaint('accent = "#ffd700"')
    assert "theme.accent" in message
    assert "theme.paper #ffffff" in message
    suggestion = message.rpartition("try ")[2][:7]
    assert contrast(suggestion, "#ffffff") >= READABLE


def test_a_paper_on_which_the_default_accent_cannot_be_read_is_refused() -> None:
    assert "theme.accent" in complaint('paper = "#405060"\nink = "#ffffff"')


def test_the_dark_colours_are_checked_as_well() -> None:
    assert "theme.accent_dark" in complaint('accent_dark = "#202020"')


def test_one_accent_colour_makes_a_whole_theme() -> None:
    theme = Theme.of(ThemeOptions(accent="#8a1538"))
    assert theme.light.accent == "#8a1538"
    assert contrast(theme.dark.accent, theme.dark.paper) >= READABLE


@given(colours)
def test_all_text_of_a_theme_is_readable(masthead: str) -> None:
    theme = Theme.of(ThemeOptions(masthead=masthead))
    for palette in (theme.light, theme.dark):
        for word, ground in (
            (palette.ink, palette.paper),
            (palette.soft, palette.paper),
            (palette.soft, palette.ground),
            (palette.accent, palette.paper),
            (palette.on_accent, palette.accent),
            (palette.on_masthead, palette.masthead),
        ):
            assert contrast(word, ground) >= READABLE


def test_a_font_option_cannot_inject_css() -> None:
    assert "theme.text_font" in complaint('text_font = "Arial; } body { display: none"')


def test_black_or_white_is_chosen_where_no_colour_is_readable() -> None:
    assert readable_on("#0d5a62", "#000000", "#ffffff", ratio=7) in {"#000000", "#ffffff"}
