"""Which articles a digest takes."""

from types import SimpleNamespace
from typing import Any

from newsletter.config.options import DigestOptions
from newsletter.editions.digest import Chosen, NothingToSay, articles_for, choose_articles

OPTIONS = DigestOptions(name="Friday", minimum_articles=2, maximum_articles=3)


def article(*topics: str) -> Any:
    return SimpleNamespace(topics=[SimpleNamespace(slug=slug) for slug in topics])


def test_the_newest_are_taken_and_the_rest_wait() -> None:
    newest = [article() for _ in range(3)]
    assert choose_articles(OPTIONS, newest, 5) == Chosen(articles=tuple(newest), waiting=2)


def test_no_articles_means_nothing_to_say() -> None:
    assert choose_articles(OPTIONS, [], 0) == NothingToSay(reason="no new articles")


def test_fewer_than_the_minimum_means_nothing_to_say_and_says_why() -> None:
    found = choose_articles(OPTIONS, [article()], 1)
    assert isinstance(found, NothingToSay)
    assert "minimum_articles (2)" in found.reason


def test_a_subscriber_without_topics_is_sent_everything() -> None:
    both = [article("housing"), article()]
    assert articles_for(both, ()) == tuple(both)


def test_a_subscriber_with_topics_is_sent_theirs_in_order() -> None:
    first, second, third = article("housing", "events"), article("policing"), article("housing")
    assert articles_for([first, second, third], ("housing",)) == (first, third)
