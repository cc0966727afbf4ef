"""Uploaded pictures on the site."""

import httpx
import pytest
from pictures import gradient, saved

from newsletter.actions import media
from newsletter.app import Newsletter
from newsletter.media.markup import path_of
from newsletter.media.models import MediaItem
from newsletter.staff.actors import operator


@pytest.fixture
def item(program: Newsletter) -> MediaItem:
    return media.add(program, operator("ann"), saved(gradient(1600, 900), "JPEG"), "quay.jpg")


def test_a_picture_is_served_for_ever(client: httpx.Client, item: MediaItem) -> None:
    answer = client.get(path_of(item.widest))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert len(answer.content) == item.widest.length


def test_a_picture_that_the_browser_has_is_not_sent_again(
    client: httpx.Client, item: MediaItem
) -> None:
    tag = client.get(path_of(item.widest)).headers["etag"]
    assert client.get(path_of(item.widest), headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["x.jpg", f"{'0' * 32}.jpg", "..%2fsecret", f"{'0' * 32}.svg"])
def test_an_unknown_picture_is_a_404(client: httpx.Client, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404
