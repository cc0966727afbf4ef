"""One rebuild for each change, however many readers and processes ask."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from newsletter.articles import store
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import ResourceNotFound, StorageError
from newsletter.feeds.building import FeedDocument
from newsletter.feeds.documents import FeedKind, Link
from newsletter.feeds.scopes import Scope, Selection
from newsletter.feeds.sharing import SharedFeeds
from newsletter.feeds.shelf import FeedShelf, ShelvedFeed

# Only a build reads these columns in this order.
BUILDING = "articles.body_html, articles.author"
EVERYTHING = Selection(kind=FeedKind.RSS)
HOUSING = Selection(kind=FeedKind.RSS, scope=Scope(topics=("housing",)))


@pytest.fixture
def builds(filled: Database) -> Iterator[list[str]]:
    """Grows with every build: only that reads the articles' texts."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if BUILDING in statement:
            seen.append(statement)

    event.listen(filled.engine, "before_cursor_execute", note)
    yield seen
    event.remove(filled.engine, "before_cursor_execute", note)


def ask(shelf: FeedShelf, database: Database, selection: Selection = EVERYTHING) -> ShelvedFeed:
    with database.read() as session:
        return shelf.get(session, selection)


def change(database: Database, clock: FixedClock) -> None:
    """Take the newest article back."""
    clock.at += timedelta(minutes=1)
    with database.write() as session:
        newest = store.published(session)[0]
        store.set_status(session, newest.id, ArticleStatus.WITHDRAWN, clock.now())


def test_a_feed_is_built_once_for_each_change(
    filled: Database, config: Config, clock: FixedClock, builds: list[str]
) -> None:
    shelf = FeedShelf(config)
    first = ask(shelf, filled)
    assert ask(shelf, filled) is first
    assert len(builds) == 1
    change(filled, clock)
    second = ask(shelf, filled)
    assert len(builds) == 2
    assert second.document.etag != first.document.etag
    assert second.document.last_modified > first.document.last_modified


def test_each_feed_is_kept_for_itself(filled: Database, config: Config) -> None:
    shelf = FeedShelf(config)
    assert ask(shelf, filled) is not ask(shelf, filled, HOUSING)


def test_a_change_elsewhere_does_not_rebuild_a_topic(
    filled: Database, config: Config, clock: FixedClock, builds: list[str]
) -> None:
    shelf = FeedShelf(config)
    transport = Selection(kind=FeedKind.RSS, scope=Scope(topics=("transport",)))
    ask(shelf, filled, transport)
    change(filled, clock)
    ask(shelf, filled, transport)
    assert len(builds) == 1


def test_many_readers_at_once_cost_one_build(
    filled: Database, config: Config, builds: list[str]
) -> None:
    shelf = FeedShelf(config)
    with ThreadPoolExecutor(8) as readers:
        found = list(readers.map(lambda _: ask(shelf, filled), range(40)))
    assert len(builds) == 1
    assert len({feed.document.etag for feed in found}) == 1


def test_what_stood_before_is_served_while_it_is_built_anew(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    shelf = FeedShelf(config)
    before = ask(shelf, filled)
    change(filled, clock)
    started, may_go_on = threading.Event(), threading.Event()

    def hold(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if BUILDING in statement:
            started.set()
            assert may_go_on.wait(10)

    event.listen(filled.engine, "before_cursor_execute", hold)
    with ThreadPoolExecutor(1) as builder:
        building = builder.submit(ask, shelf, filled)
        assert started.wait(10)
        assert ask(shelf, filled) is before
        may_go_on.set()
        after = building.result()
    event.remove(filled.engine, "before_cursor_execute", hold)
    assert after is not before
    assert ask(shelf, filled) is after


def test_what_stood_before_is_served_when_it_cannot_be_built_anew(
    filled: Database, config: Config, clock: FixedClock
) -> None:
    shelf = FeedShelf(config)
    before = ask(shelf, filled)
    change(filled, clock)

    def fail(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if BUILDING in statement:
            raise StorageError("the disk is away")

    event.listen(filled.engine, "before_cursor_execute", fail)
    assert ask(shelf, filled) is before
    with pytest.raises(StorageError):
        ask(shelf, filled, HOUSING)
    event.remove(filled.engine, "before_cursor_execute", fail)
    assert ask(shelf, filled) is not before


def test_nothing_is_kept_for_a_topic_that_is_unknown(filled: Database, config: Config) -> None:
    shelf = FeedShelf(config)
    for _ in range(2):
        with pytest.raises(ResourceNotFound):
            ask(shelf, filled, Selection(kind=FeedKind.ATOM, scope=Scope(topics=("cheese",))))


def test_processes_of_one_machine_build_once(
    filled: Database, config: Config, clock: FixedClock, builds: list[str], tmp_path: Path
) -> None:
    one, two = (FeedShelf(config, SharedFeeds(tmp_path / "state")) for _ in range(2))
    assert ask(one, filled).document == ask(two, filled).document
    assert len(builds) == 1
    change(filled, clock)
    assert ask(two, filled).document == ask(one, filled).document
    assert len(builds) == 2


def test_another_configuration_is_another_feed(
    filled: Database, config: Config, tmp_path: Path
) -> None:
    site = config.site.model_copy(update={"name": "Another name"})
    other = config.model_copy(update={"site": site})
    ask(FeedShelf(config, SharedFeeds(tmp_path)), filled)
    assert b"Another name" in ask(FeedShelf(other, SharedFeeds(tmp_path)), filled).content("")


def document(content: bytes = b"feed") -> FeedDocument:
    return FeedDocument(
        content=content,
        content_type="application/atom+xml",
        etag='"abc"',
        last_modified=datetime(2026, 11, 27, 9, 0, 0, 5, tzinfo=UTC),
        links=(Link(rel="self", url="https://w.example/feed.atom"),),
    )


def refuse() -> FeedDocument:
    raise AssertionError("it is there already")


def spoil_head(path: Path) -> None:
    path.write_bytes(b"{}\n" + path.read_bytes())


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def test_a_shared_feed_comes_back_as_it_was(tmp_path: Path) -> None:
    SharedFeeds(tmp_path).get("feed.atom", "1", document)
    assert SharedFeeds(tmp_path).get("feed.atom", "1", refuse) == document()


@pytest.mark.parametrize("damage", [spoil_head, cut])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    shared = SharedFeeds(tmp_path)
    shared.get("feed.atom", "1", lambda: document(b"damaged soon"))
    damage(next(p for p in (tmp_path / "feeds").iterdir() if not p.suffix))
    assert shared.get("feed.atom", "1", document) == document()


def test_a_folder_that_cannot_be_used_is_no_reason_to_serve_nothing(tmp_path: Path) -> None:
    (tmp_path / "feeds").write_text("a file in its place")
    assert SharedFeeds(tmp_path).get("feed.atom", "1", document) == document()


def test_a_great_many_feeds_do_not_fill_the_memory(filled: Database, config: Config) -> None:
    shelf = FeedShelf(config)
    with filled.read() as session:
        selections = [Selection(kind=FeedKind.JSON, entries=number) for number in range(1, 258)]
        first, *_ = [shelf.get(session, selection) for selection in selections]
        assert shelf.get(session, selections[-1]) is shelf.get(session, selections[-1])
        assert shelf.get(session, selections[0]) is not first
