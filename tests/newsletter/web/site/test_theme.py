"""The style sheet of the theme."""

import re
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from newsletter.app import Newsletter
from newsletter.config.colours import READABLE, contrast
from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.config.theme import Theme
from newsletter.queries.site.style import theme_css
from newsletter.web.services import SiteServices

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    """Selector and variables of each rule, in order: light ones before dark ones."""
    found = re.findall(r"(:root|\.masthead) \{ (.*?) \}", css)
    return [(name, dict(re.findall(r"--([a-z-]+): (.*?);", body))) for name, body in found]


@given(accent=colours, masthead=st.just("") | colours)
def test_text_is_readable_with_any_colours(accent: str, masthead: str) -> None:
    try:
        options = ThemeOptions(accent=accent, masthead=masthead)
    except ValidationError:
        return
    for selector, names in rules(theme_css(Theme.of(options), has_masthead=bool(masthead))):
        for words in ("ink", "soft", "accent"):
            for ground in ("paper", "sheet"):
                assert contrast(names[words], names[ground]) >= READABLE
        if selector == ":root":
            assert contrast(names["accent-ink"], names["accent"]) >= READABLE


def test_the_pages_take_the_sheet_after_the_shipped_one(client: httpx.Client) -> None:
    page = client.get("/").text
    assert page.index("/static/site.css") < page.index("/theme.css")
    response = client.get("/theme.css")
    assert response.headers["content-type"].startswith("text/css")
    assert "--accent: #0d5a62;" in response.text


@pytest.fixture
def themed(program: Newsletter, show: Callable[[SiteServices], None]) -> None:
    theme = ThemeOptions(
        accent="#8a1538",
        masthead="#8a1538",
        heading_font="Georgia, serif",
        logo="https://wexcombe.example/logo.png",
        footer="Founded in 1911.",
    )
    program.config = program.config.model_copy(update={"theme": theme})
    show(program)


@pytest.mark.usefixtures("themed")
def test_theme_options_set_the_css_variables(client: httpx.Client) -> None:
    css, page = client.get("/theme.css").text, client.get("/").text
    assert "--accent: #8a1538;" in css
    assert "--serif: Georgia, serif;" in css
    assert ".masthead { --paper: #8a1538;" in css
    assert '<img src="https://wexcombe.example/logo.png" alt="Wexcombe Forward"' in page
    assert "Founded in 1911." in page
