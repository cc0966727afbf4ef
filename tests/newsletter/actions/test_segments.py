"""A segment that something uses stays under its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import make_app

from newsletter.actions import bulletins, segments
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions.bulletins.writing import Writing
from newsletter.errors import Conflict
from newsletter.staff.actors import operator

WHO = operator("ann")


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    extra = '[digests.abbey]\nname = "Abbey ward"\nsegment = "abbey"\n'
    site = make_app(tmp_path, sqlite_url, clock, extra)
    segments.add(site, WHO, "abbey", "attribute.ward = Abbey")
    yield site
    site.close()


def test_a_segment_in_use_is_not_removed_and_says_where(app: Newsletter) -> None:
    with pytest.raises(Conflict, match="the digest Abbey ward"):
        segments.remove(app, WHO, "abbey")


def test_a_segment_in_use_is_not_renamed(app: Newsletter) -> None:
    with pytest.raises(Conflict, match="the digest Abbey ward"):
        segments.rename(app, WHO, "abbey", "ward")


def test_a_segment_is_not_renamed_to_a_taken_name(app: Newsletter) -> None:
    segments.add(app, WHO, "mill", "attribute.ward = Mill")
    with pytest.raises(Conflict, match="already"):
        segments.rename(app, WHO, "mill", "abbey")


def test_an_expression_in_use_can_be_changed(app: Newsletter) -> None:
    segments.change(app, WHO, "abbey", "attribute.ward in (Abbey, Mill)")


def test_a_segment_that_a_draft_names_is_not_removed(app: Newsletter) -> None:
    segments.add(app, WHO, "mill", "attribute.ward = Mill")
    bulletins.save(app, WHO, Writing(subject="Flood", text="Stay home.", segment="mill"))
    with pytest.raises(Conflict, match="the draft “Flood”"):
        segments.remove(app, WHO, "mill")
