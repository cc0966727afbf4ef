"""The site on a telephone of 360 pixels: what people come for is on the first screen."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browsers import launched, page_width
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FIRST_SCREEN = 420


@pytest.fixture
def page(client: httpx.Client) -> Iterator[Page]:
    with launched() as browser:
        yield browser.new_page(
            viewport={"width": 360, "height": 740}, base_url=str(client.base_url)
        )


def bottom(page: Page, selector: str) -> float:
    box: Any = page.locator(selector).first.bounding_box()
    return float(box["y"] + box["height"])


def test_the_first_story_and_the_first_field_are_on_the_first_screen(page: Page) -> None:
    page.goto("/")
    assert bottom(page, ".lead h2") < FIRST_SCREEN
    page.goto("/subscribe")
    assert bottom(page, "input[name=address]") < FIRST_SCREEN
    assert page_width(page) == 360
