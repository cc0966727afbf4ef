"""Queries and full-text search."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import DAY, record, titled

from newsletter.articles import store
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import ResourceNotFound

CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")
DAYS = timedelta(days=1)


@pytest.fixture
def filled(database: Database, clock: FixedClock) -> Database:
    """Three published articles, a draft and a withdrawn one, a day between them."""
    records = [
        record("a", title="Harbour wall", topics=("Harbour",), author="Ada"),
        record("b", title="Bus 7", topics=("Transport", "Harbour"), published_at=DAY + DAYS),
        record("c", title="New café", topics=("Events",), published_at=DAY + 2 * DAYS),
        record("d", title="A draft", published_at=DAY + 3 * DAYS, status=ArticleStatus.DRAFT),
        record("e", title="Gone", published_at=DAY + 4 * DAYS, status=ArticleStatus.WITHDRAWN),
    ]
    import_records(database, records, CONTEXT, clock)
    return database


def test_published_articles_come_newest_first(filled: Database) -> None:
    with filled.read() as session:
        assert [a.title for a in store.published(session)] == ["New café", "Bus 7", "Harbour wall"]
        assert [a.title for a in store.published(session, limit=1, offset=1)] == ["Bus 7"]


def test_articles_of_several_topics_are_listed_once(filled: Database) -> None:
    with filled.read() as session:
        found = store.published(session, ("harbour", "transport"))
        assert [a.title for a in found] == ["Bus 7", "Harbour wall"]
        assert store.count(session, topic_slugs=("harbour", "transport")) == 2
        assert store.published(session, ("nothing",)) == []


def test_articles_of_an_author(filled: Database) -> None:
    with filled.read() as session:
        assert [a.title for a in store.published(session, authors=("Ada",))] == ["Harbour wall"]


def test_every_status_can_be_listed_and_counted(filled: Database) -> None:
    with filled.read() as session:
        assert [a.title for a in store.listed(session, ArticleStatus.DRAFT)] == ["A draft"]
        assert len(store.listed(session)) == store.count(session, None) == 5
        assert store.count(session) == 3


def test_articles_of_one_instant_are_ordered_by_id(database: Database, clock: FixedClock) -> None:
    import_records(database, [titled(1), titled(2)], CONTEXT, clock)
    with database.read() as session:
        assert [a.title for a in store.published(session)] == ["Title 2", "Title 1"]


def test_an_article_is_found_by_number_tag_and_slug(filled: Database) -> None:
    with filled.read() as session:
        article = store.get(session, "harbour-wall")
        for reference in (article.id, str(article.id), article.uid, article.slug):
            assert store.get(session, reference).id == article.id
        assert store.by_slug(session, "harbour-wall").id == article.id


@pytest.mark.parametrize("reference", ["nothing", "999", "9" * 40, "tag:x", "", "٣"])
def test_an_unknown_article_is_named_in_the_error(filled: Database, reference: str) -> None:
    with filled.read() as session:
        with pytest.raises(ResourceNotFound, match=f"no article {reference!r}"):
            store.get(session, reference)
        with pytest.raises(ResourceNotFound, match="no article"):
            store.by_slug(session, reference)


def test_topics_count_published_articles(filled: Database) -> None:
    with filled.read() as session:
        assert [(t.slug, t.name, t.count) for t in store.topics(session)] == [
            ("events", "Events", 1),
            ("harbour", "Harbour", 2),
            ("transport", "Transport", 1),
        ]


def test_setting_the_status_again_changes_nothing(filled: Database, clock: FixedClock) -> None:
    with filled.write() as session:
        assert store.set_status(session, "bus-7", ArticleStatus.WITHDRAWN, clock.now())
        before = store.last_change(session)
        assert not store.set_status(session, "bus-7", ArticleStatus.WITHDRAWN, clock.now())
        assert store.last_change(session) == before


def test_a_change_of_status_is_not_a_change_of_content(filled: Database, clock: FixedClock) -> None:
    with filled.write() as session:
        before = store.get(session, "bus-7").updated_at
        store.set_status(session, "bus-7", ArticleStatus.WITHDRAWN, clock.now())
        assert store.get(session, "bus-7").updated_at == before


def test_every_change_advances_the_last_change_even_within_one_instant(
    filled: Database, clock: FixedClock
) -> None:
    seen = []
    for body in ("<p>One.</p>", "<p>Two.</p>"):
        told = record("a", title="Harbour wall", body_html=body, updated_at=DAY)
        import_records(filled, [told], CONTEXT, clock)
        with filled.read() as session:
            seen.append(store.last_change(session))
    for status in (ArticleStatus.WITHDRAWN, ArticleStatus.PUBLISHED):
        with filled.write() as session:
            store.set_status(session, "bus-7", status, clock.now())
            seen.append(store.last_change(session))
    assert seen == sorted(set(seen))


def test_a_topic_changes_with_its_own_articles_only(filled: Database, clock: FixedClock) -> None:
    with filled.read() as session:
        before = {slug: store.last_change(session, slug) for slug in ("harbour", "events")}
    with filled.write() as session:
        store.set_status(session, "bus-7", ArticleStatus.WITHDRAWN, clock.now())
    with filled.read() as session:
        assert store.last_change(session, "harbour") > before["harbour"]
        assert store.last_change(session, "events") == before["events"]


def test_a_topic_changes_when_an_article_leaves_it(filled: Database, clock: FixedClock) -> None:
    with filled.read() as session:
        before = store.last_change(session, "events")
    told = record("c", title="New café", published_at=DAY + 2 * DAYS, topics=())
    import_records(filled, [told], CONTEXT, clock)
    with filled.read() as session:
        assert store.published(session, ("events",)) == []
        assert store.last_change(session, "events") > before


def test_an_empty_store_has_no_last_change(database: Database) -> None:
    with database.read() as session:
        assert store.last_change(session) is None
        assert store.last_change(session, "nothing") is None


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 2, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)]
)
def test_times_before_1970_and_after_2038_are_stored(
    database: Database, clock: FixedClock, moment: datetime
) -> None:
    import_records(database, [record(published_at=moment)], CONTEXT, clock)
    with database.read() as session:
        assert store.get(session, 1).published_at == moment


def titles(database: Database, query: str) -> list[str]:
    with database.read() as session:
        return [article.title for article in store.search(session, query)]


def test_search_matches_prefixes_case_insensitively(filled: Database) -> None:
    assert titles(filled, "HARB") == ["Harbour wall"]
    assert set(titles(filled, "work mond")) == {"Harbour wall", "Bus 7", "New café"}
    assert titles(filled, "harbour bus") == []
    assert titles(filled, "ada") == ["Harbour wall"]


def test_search_finds_only_published_articles(filled: Database) -> None:
    assert titles(filled, "draft") == titles(filled, "gone") == []


def test_search_ranks_titles_above_bodies(database: Database, clock: FixedClock) -> None:
    body = record("b", title="Other", body_html="<p>On the harbour.</p>", published_at=DAY + DAYS)
    import_records(database, [record("a", title="Harbour"), body], CONTEXT, clock)
    assert titles(database, "harbour") == ["Harbour", "Other"]


def test_search_follows_every_change(filled: Database, clock: FixedClock) -> None:
    import_records(filled, [record("a", title="Quay wall", published_at=DAY)], CONTEXT, clock)
    assert titles(filled, "quay") == ["Quay wall"]
    assert titles(filled, "harbour") == []


def test_search_in_other_scripts(database: Database, clock: FixedClock) -> None:
    told = [record("a", title="שלום עולם"), titled(1, body_html="<p>Ψηφοφορία αύριο</p>")]
    import_records(database, told, CONTEXT, clock)
    assert titles(database, "שלום") == ["שלום עולם"]
    assert titles(database, "Ψηφοφορία") == ["Title 1"]


@pytest.mark.parametrize(
    ("sentence", "query"),
    [
        ("港の壁の修理が始まりました。", "修理"),
        ("港の壁の修理が始まりました。", "「港の壁」、修理"),
        ("ﾊﾛｰﾜｰｸは閉まっています。", "ﾜｰｸ"),
        ("海港的墙壁星期一开始修理。", "墙壁 修理"),
        ("海港的牆壁星期一開始修理。", "《牆壁》"),
        ("지방선거일정을 알립니다.", "선거"),
        ("การซ่อมกำแพงท่าเรือเริ่มวันจันทร์", "กำแพง"),
        ("𠮷野家の前で待っています。", "𠮷野"),
    ],
)
@pytest.mark.parametrize("field", ["title", "body_html"])
def test_search_finds_words_within_a_sentence_without_spaces(
    database: Database, clock: FixedClock, sentence: str, query: str, field: str
) -> None:
    others = titled(1, body_html="<p>港 海 지방 การ</p>")
    import_records(database, [record("a", **{field: sentence}), others], CONTEXT, clock)
    with database.read() as session:
        [found] = store.search(session, query)
        assert sentence.rstrip("。.") in f"{found.title} {found.body_text}"


def test_a_body_too_long_for_the_index_is_stored_and_found(
    database: Database, clock: FixedClock
) -> None:
    words = " ".join(f"word{number}" for number in range(250_000))
    assert len(words) > 2_000_000
    import_records(database, [record(body_html=f"<p>{words}</p>")], CONTEXT, clock)
    assert titles(database, "word77") == [record().title]


@pytest.mark.parametrize(
    "query",
    [
        *('"', "'", "*", "\\", "(", "''", "!!!", "-x", "^x", "x:*", "title:x", "{a b}", "ſ"),
        *("a AND", "NEAR(", "a & b |", "a<->b", "a\0b", "a\\", "a'b\"c\\d", "\ud800", "x " * 500),
    ],
)
def test_no_query_is_a_syntax_error(filled: Database, query: str) -> None:
    assert isinstance(titles(filled, query), list)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=30))
def test_any_text_is_a_valid_query(filled: Database, query: str) -> None:
    assert isinstance(titles(filled, query), list)


def test_new_topics_are_made_up_to_the_most_of_the_site(filled: Database) -> None:
    with filled.write() as session:
        made = store.get_or_create_topics(session, ["Harbour", "Ferry", "Wall"], most=4)
        session.flush()
        assert [topic.slug for topic in made] == ["ferry", "harbour"]
        assert store.get_or_create_topics(session, ["Wall"], most=4) == []
