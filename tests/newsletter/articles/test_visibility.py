"""Visibility in the vocabulary of other systems."""

from typing import Any

import pytest

from newsletter.articles.importers.values.visibility import visibility_of
from newsletter.articles.models import ArticleStatus


@pytest.mark.parametrize(
    "values",
    [
        {"published": False},
        {"published": "false"},
        {"publish": "no"},
        {"draft": True},
        {"draft": "yes"},
        {"private": True},
        {"status": "private"},
        {"status": "pending"},
        {"status": "0"},
        {"status": "published", "visibility": "members"},
        {"status": "published", "visibility": "paid"},
        {"is_published": "true", "audience": "only_paid"},
        {"status": "publish", "post_password": "secret"},
        {"moderation_state": "needs_review"},
        {"build": {"render": "never"}},
        {"eleventy_exclude_from_collections": True},
        {"draft": True, "status": "published"},
    ],
)
def test_restricted_articles_are_drafts(values: dict[str, Any]) -> None:
    assert visibility_of(values).status is ArticleStatus.DRAFT
    assert visibility_of(values).unknown == ()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"published": True},
        {"published": "2019-03-23"},
        {"draft": False},
        {"visibility": "public"},
        {"audience": "everyone"},
        {"private": "no"},
    ],
)
def test_public_visibility_leaves_the_status_open(values: dict[str, Any]) -> None:
    assert visibility_of(values).status is None


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"status": "publish"}, ArticleStatus.PUBLISHED),
        ({"status": 1}, ArticleStatus.PUBLISHED),
        ({"status": "future"}, ArticleStatus.SCHEDULED),
        ({"status": "trash", "draft": True}, ArticleStatus.WITHDRAWN),
    ],
)
def test_states_of_other_systems_are_mapped(values: dict[str, Any], status: ArticleStatus) -> None:
    assert visibility_of(values).status is status


@pytest.mark.parametrize(
    "values", [{"status": "sideways"}, {"visibility": "friends"}, {"draft": "perhaps"}]
)
def test_an_unknown_word_is_noted_and_makes_a_draft(values: dict[str, Any]) -> None:
    found = visibility_of(values)
    assert found.status is ArticleStatus.DRAFT
    assert next(iter(values.values())) in found.unknown[0]
