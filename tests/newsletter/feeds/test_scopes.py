"""Feed URLs, parsed and written."""

import pytest

from newsletter.config.options import FeedOptions, TopicFeedOptions
from newsletter.errors import InvalidInput
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.scopes import Content, Scope, Selection, feed_path, limits_of, select

OPTIONS = FeedOptions(
    entries=50, topics={"housing": TopicFeedOptions(entries=10, content="excerpt")}
)
HOUSING = Scope(topics=("housing",))


def selected(scope: Scope = Scope(), **query: str) -> Selection:  # noqa: B008 - a frozen value
    return select(FeedKind.ATOM, scope, query, OPTIONS)


@pytest.mark.parametrize(
    ("selection", "path"),
    [
        (Selection(kind=FeedKind.RSS), "feed.rss"),
        (Selection(kind=FeedKind.ATOM, scope=HOUSING), "topics/housing/feed.atom"),
        (
            Selection(kind=FeedKind.JSON, scope=Scope(author="nora-tallis")),
            "authors/nora-tallis/feed.json",
        ),
        (
            Selection(kind=FeedKind.ATOM, scope=Scope.of_topics("housing+council")),
            "topics/council+housing/feed.atom",
        ),
        (
            Selection(kind=FeedKind.ATOM, content=Content.EXCERPT, entries=5, page=2),
            "feed.atom?content=excerpt&entries=5&page=2",
        ),
        (Selection(kind=FeedKind.ATOM, archive=3), "feed.atom?archive=3"),
        (Selection(kind=FeedKind.ATOM, token="abc.def"), "private/abc.def/feed.atom"),
    ],
)
def test_a_feed_has_an_address(selection: Selection, path: str) -> None:
    assert selection.path == path


def test_feeds_of_a_scope_share_their_path() -> None:
    assert feed_path(FeedKind.ATOM, "housing") == "topics/housing/feed.atom"
    assert feed_path(FeedKind.ATOM, None, "nora-tallis") == "authors/nora-tallis/feed.atom"


def test_the_order_of_topics_does_not_matter() -> None:
    assert Scope.of_topics("b+a+b++") == Scope.of_topics("a+b")


def test_too_many_topics_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 12 topics"):
        Scope.of_topics("+".join(f"t{i}" for i in range(13)))


def test_default_options_are_dropped_from_the_url() -> None:
    assert selected(content="full", entries="50", page="1") == selected()
    assert selected(HOUSING, content="excerpt", entries="10") == selected(HOUSING)


def test_options_are_read_from_the_query() -> None:
    assert selected(content="excerpt", entries="5") == Selection(
        kind=FeedKind.ATOM, content=Content.EXCERPT, entries=5
    )


def test_a_topic_may_have_limits_of_its_own() -> None:
    assert limits_of(OPTIONS, HOUSING).entries == 10
    assert limits_of(OPTIONS, HOUSING).content is Content.EXCERPT
    assert limits_of(OPTIONS, Scope()).entries == 50
    assert limits_of(OPTIONS, Scope.of_topics("housing+council")).content is Content.FULL


@pytest.mark.parametrize(
    "query",
    [
        {"entries": "51"},
        {"entries": "0"},
        {"entries": "-1"},
        {"entries": "٣"},
        {"page": "9" * 30},
        {"archive": "x"},
        {"content": "much"},
    ],
)
def test_invalid_options_are_refused_with_the_valid_ones(query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="write"):
        selected(**query)


def test_hubs_are_notified_of_complete_feeds_only() -> None:
    assert selected().is_advertised
    assert not selected(content="excerpt").is_advertised
    assert not selected(entries="5").is_advertised
    assert not selected(page="2").is_advertised
    assert not selected(Scope.of_topics("a+b")).is_advertised
    assert not Selection(kind=FeedKind.ATOM, token="t").is_advertised
