"""Permanent identifiers and fingerprints."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.identity import (
    MAX_SLUG_LENGTH,
    article_name,
    fingerprint_of,
    fold,
    is_other_article,
    slug_of,
    tag_uri,
    topic_slug,
)

LONDON = ZoneInfo("Europe/London")
DAY = datetime(2019, 3, 23, 12, tzinfo=UTC)
# RFC 4151 section 2.1, as far as we use it.
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:article/[0-9a-f]{16}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@given(st.text(), st.text())
def test_every_tag_is_a_valid_tag_uri(source: str, key: str) -> None:
    assert TAG.fullmatch(tag_uri("", "https://wexcombe.example/x", 2026, article_name(source, key)))


def test_the_configured_tag_authority_takes_precedence() -> None:
    uri = tag_uri("wexcombe.example,2019", "https://new.example", 2026, article_name("text", "a"))
    assert uri.startswith("tag:wexcombe.example,2019:article/")


def test_source_and_key_are_distinct_in_a_tag() -> None:
    names = {article_name("a", "bc"), article_name("ab", "c"), article_name("a", "bc", 1)}
    assert len(names) == 3


@given(st.text())
def test_a_slug_is_lower_case_words(title: str) -> None:
    slug = slug_of(title, "fallback")
    assert SLUG.fullmatch(slug)
    assert len(slug) <= MAX_SLUG_LENGTH
    assert SLUG.fullmatch(topic_slug(title))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Harbour wall: repairs begin!", "harbour-wall-repairs-begin"),
        ("The council’s café", "the-councils-cafe"),
        ("Straße", "strasse"),
        ("שלום", "fallback"),
        ("!!!", "fallback"),
        ("word " * 40, "word-" * 15 + "word"),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slug_of(title, "fallback") == slug


@given(st.text())
def test_case_spacing_and_punctuation_do_not_change_the_fingerprint(title: str) -> None:
    other = f"  {title.casefold()} "
    assert fold(other) == fold(title) or not title.strip()


def test_fingerprints_use_the_date_in_the_sites_zone() -> None:
    late = datetime(2019, 6, 1, 23, 30, tzinfo=UTC)
    assert fingerprint_of(late, "x", LONDON).startswith("2019-06-02 ")
    assert fingerprint_of(None, "x", LONDON).startswith("undated ")


def test_a_different_article_differs_in_date_and_title() -> None:
    one = fingerprint_of(DAY, "Harbour", LONDON)
    assert not is_other_article(one, fingerprint_of(DAY, "Abbey", LONDON))
    assert not is_other_article(one, fingerprint_of(None, "harbour!", LONDON))
    assert is_other_article(one, fingerprint_of(None, "Abbey", LONDON))
