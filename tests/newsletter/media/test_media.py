"""Stored pictures: added once, told in feeds, pruned when nothing refers to them."""

from datetime import timedelta

import pytest
from pictures import gradient, saved, with_exif
from sqlalchemy import update

from newsletter.actions import articles, media
from newsletter.app import Newsletter
from newsletter.articles import store as article_store
from newsletter.articles.editing import ArticleEdit
from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.http_client.fetching import Size
from newsletter.media import store
from newsletter.media.markup import path_of, picture_attributes
from newsletter.media.models import MediaItem
from newsletter.staff.actors import SCHEDULE, operator

ANN = operator("ann")
JPEG = saved(gradient(1600, 900), "JPEG")


@pytest.fixture
def item(app: Newsletter) -> MediaItem:
    return media.add(app, ANN, JPEG, "quay.jpg", "The quay at low tide")


def stored(app: Newsletter) -> list[MediaItem]:
    with app.database.read() as session:
        return store.page(session)


def test_the_same_file_is_stored_once(app: Newsletter, item: MediaItem) -> None:
    assert media.add(app, ANN, JPEG, "copy.jpg").id == item.id
    assert len(stored(app)) == 1


def test_files_that_differ_in_metadata_alone_are_stored_once(app: Newsletter) -> None:
    image = gradient(80, 60)
    first = media.add(app, ANN, saved(image, "JPEG"), "a.jpg")
    assert media.add(app, ANN, with_exif(image), "b.jpg").id == first.id


def test_an_undescribed_picture_has_no_alt(app: Newsletter) -> None:
    assert "alt" not in picture_attributes(media.add(app, ANN, JPEG, "quay.jpg"))


def test_a_described_picture_has_its_alt(app: Newsletter, item: MediaItem) -> None:
    described = media.describe(app, ANN, item.id, 'The "old" quay')
    assert picture_attributes(described)["alt"] == 'The "old" quay'


def test_a_file_of_an_article_is_in_feeds_with_its_length(app: Newsletter, item: MediaItem) -> None:
    address = f"{app.config.site.base_url}{path_of(item.widest)}"
    articles.edit(app, ANN, 1, ArticleEdit(image_url=address))

    def no_server(_url: str) -> Size:
        raise AssertionError("own pictures are asked of the database")

    articles.measure(app, SCHEDULE, no_server)
    with app.database.read() as session:
        [told] = article_store.get(session, 1).media
    assert (told["type"], told["length"]) == ("image/jpeg", item.widest.length)


def later(clock: FixedClock) -> None:
    clock.at += timedelta(days=31)


def test_an_old_picture_that_nothing_refers_to_is_pruned(
    app: Newsletter, item: MediaItem, clock: FixedClock
) -> None:
    later(clock)
    assert media.prune(app, ANN) == 1
    assert not stored(app)


def test_a_new_picture_is_not_pruned(app: Newsletter, item: MediaItem) -> None:
    assert media.prune(app, ANN) == 0


def test_a_picture_in_an_article_is_not_pruned(
    app: Newsletter, item: MediaItem, clock: FixedClock
) -> None:
    articles.edit(app, ANN, 1, ArticleEdit(body_html=f'<p><img src="{path_of(item.widest)}"></p>'))
    later(clock)
    assert media.prune(app, ANN) == 0


def test_a_picture_in_an_earlier_revision_is_not_pruned(
    app: Newsletter, item: MediaItem, clock: FixedClock
) -> None:
    articles.edit(app, ANN, 1, ArticleEdit(body_html=f'<p><img src="{path_of(item.widest)}"></p>'))
    articles.edit(app, ANN, 1, ArticleEdit(body_html="<p>No picture.</p>"))
    later(clock)
    assert media.prune(app, ANN) == 0


def test_a_picture_named_in_any_table_is_not_pruned(
    app: Newsletter, item: MediaItem, clock: FixedClock
) -> None:
    with app.database.write() as session:
        session.execute(update(Article).values(media=[{"url": path_of(item.widest)}]))
    later(clock)
    assert media.prune(app, ANN) == 0
