"""Which articles a digest takes."""

from types import SimpleNamespace
from typing import Any

from newsletter.config.options import DigestOptions
from newsletter.editions.digests.sections import (
    ArticleSelection,
    NoEdition,
    Section,
    articles_for,
    choose_articles,
    key_of,
    sections_for,
)
from subscribers.topics import Choice

OPTIONS = DigestOptions(name="Friday", minimum_articles=2, maximum_articles=3)


def article(*topics: str, number: int = 0) -> Any:
    return SimpleNamespace(id=number, topics=[SimpleNamespace(slug=slug) for slug in topics])


def section(digest: str, *articles: Any) -> Section:
    return Section(digest=digest, title=digest.title(), articles=articles)


def test_the_newest_are_taken_and_the_rest_wait() -> None:
    newest = [article() for _ in range(3)]
    assert choose_articles(OPTIONS, newest, 5) == ArticleSelection(
        articles=tuple(newest), waiting=2
    )


def test_no_articles_means_nothing_to_say() -> None:
    assert choose_articles(OPTIONS, [], 0) == NoEdition(reason="no new articles")


def test_fewer_than_the_minimum_means_nothing_to_say_and_says_why() -> None:
    found = choose_articles(OPTIONS, [article()], 1)
    assert isinstance(found, NoEdition)
    assert "minimum_articles (2)" in found.reason


def test_a_subscriber_without_topics_is_sent_everything() -> None:
    both = [article("housing"), article()]
    assert articles_for(both, ()) == tuple(both)


def test_a_subscriber_with_topics_is_sent_theirs_in_order() -> None:
    first, second, third = article("housing", "events"), article("policing"), article("housing")
    assert articles_for([first, second, third], ("housing",)) == (first, third)


def test_what_is_about_most_of_her_topics_comes_first() -> None:
    one, both, other = article("housing"), article("housing", "events"), article("events")
    assert articles_for([one, both, other], ("housing", "events")) == (both, one, other)


def test_an_article_of_two_digests_is_told_once_in_the_first() -> None:
    shared, only = article(number=1), article(number=2)
    friday, housing = section("friday", shared), section("housing", shared, only)
    assert sections_for([friday, housing]) == (friday, section("housing", only))


def test_a_digest_with_nothing_for_her_has_no_section() -> None:
    friday = section("friday", article("policing", number=1))
    housing = section("housing", article("housing", number=2))
    assert sections_for([friday, housing], Choice(topics=("housing",))) == (housing,)


def test_subscribers_with_the_same_stories_in_the_same_order_share_a_variant() -> None:
    friday = section("friday", article("housing", number=1), article("housing", number=2))
    assert key_of(sections_for([friday], Choice(topics=("housing",)))) == key_of(
        sections_for([friday])
    )
    assert key_of([friday]) == "1,2"


def test_a_digest_that_was_not_chosen_is_left_out_of_the_mail_it_shares() -> None:
    friday, housing = section("friday", article(number=1)), section("housing", article(number=2))
    assert sections_for([friday, housing], Choice(digests=("housing",))) == (housing,)
