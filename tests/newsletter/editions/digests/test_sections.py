"""The choice of articles for a digest and for a subscriber."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from newsletter.config.options import DigestOptions
from newsletter.editions.digests.sections import (
    Amendment,
    ArticleSelection,
    NoEdition,
    Section,
    articles_for,
    choose_articles,
    key_of,
    sections_for,
)
from subscribers.topics import Choice

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
OPTIONS = DigestOptions(name="Friday", minimum_articles=2, maximum_articles=3)


def article(*topics: str, number: int = 0) -> Any:
    return SimpleNamespace(id=number, topics=[SimpleNamespace(slug=slug) for slug in topics])


def section(digest: str, *articles: Any) -> Section:
    return Section(digest=digest, title=digest.title(), articles=articles)


def test_the_newest_articles_are_chosen_first() -> None:
    newest = [article() for _ in range(3)]
    assert choose_articles(OPTIONS, newest, 5) == ArticleSelection(
        articles=tuple(newest), waiting=2
    )


def test_no_articles_means_no_edition() -> None:
    assert choose_articles(OPTIONS, [], 0) == NoEdition(reason="no new articles")


def test_fewer_articles_than_the_minimum_means_no_edition() -> None:
    found = choose_articles(OPTIONS, [article()], 1)
    assert isinstance(found, NoEdition)
    assert "minimum_articles (2)" in found.reason


def test_a_subscriber_without_topics_gets_every_article() -> None:
    both = [article("housing"), article()]
    assert articles_for(both, ()) == tuple(both)


def test_a_subscriber_with_topics_gets_matching_articles_in_order() -> None:
    first, second, third = article("housing", "events"), article("policing"), article("housing")
    assert articles_for([first, second, third], ("housing",)) == (first, third)


def test_articles_with_most_matching_topics_come_first() -> None:
    one, both, other = article("housing"), article("housing", "events"), article("events")
    assert articles_for([one, both, other], ("housing", "events")) == (both, one, other)


def test_an_article_of_two_digests_is_only_in_the_first_section() -> None:
    shared, only = article(number=1), article(number=2)
    friday, housing = section("friday", shared), section("housing", shared, only)
    assert sections_for([friday, housing]) == (friday, section("housing", only))


def test_a_digest_without_matching_articles_has_no_section() -> None:
    friday = section("friday", article("policing", number=1))
    housing = section("housing", article("housing", number=2))
    assert sections_for([friday, housing], Choice(topics=("housing",))) == (housing,)


def test_equal_articles_in_equal_order_share_a_variant() -> None:
    friday = section("friday", article("housing", number=1), article("housing", number=2))
    assert key_of(sections_for([friday], Choice(topics=("housing",)))) == key_of(
        sections_for([friday])
    )
    assert key_of([friday]) == "1,2"


def test_an_unchosen_digest_is_left_out_of_a_combined_mail() -> None:
    friday, housing = section("friday", article(number=1)), section("housing", article(number=2))
    assert sections_for([friday, housing], Choice(digests=("housing",))) == (housing,)


def test_corrections_of_chosen_topics_stand_in_the_first_section() -> None:
    housing, policing = (
        Amendment(article=article(topic, number=9), number=1, at=FRIDAY, note="")
        for topic in ("housing", "policing")
    )
    friday = replace(
        section("friday", article("housing", number=1)), amendments=(housing, policing)
    )
    [chosen] = sections_for([friday], Choice(topics=("housing",)))
    assert chosen.amendments == (housing,)


def test_corrections_alone_make_no_mail() -> None:
    correction = Amendment(article=article(number=9), number=1, at=FRIDAY, note="")
    assert sections_for([replace(section("friday"), amendments=(correction,))]) == ()
