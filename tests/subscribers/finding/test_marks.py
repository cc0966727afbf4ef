"""One or two letters are found by a map of blocks, which may say too much and never too little."""

from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from people_and_segments import NOW, ZONE, Person, enter
from sqlalchemy import event, insert, select, update

from newsletter.database import Database
from subscribers.finding import marks
from subscribers.finding.marks import BLOCK
from subscribers.finding.models import PeopleMark
from subscribers.finding.refreshing import refresh
from subscribers.finding.searching import page
from subscribers.models import Subscriber, SubscriberStatus

BLOCKS = 5
# A pair that one person has in each of these, at the edges of blocks of numbers.
RARE = (1, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 3 * BLOCK, BLOCKS * BLOCK - 1)


@pytest.fixture
def blocks(database: Database) -> Database:
    """Five blocks of people, taken into the index."""
    with database.write() as session:
        enter(session, [Person(local="first", domain="a.example")])
        choice = session.scalars(select(Subscriber.choice_id)).one()
        rows = [
            {
                "id": number,
                "address": f"{'oßwald' if number in RARE else 'ann'}.{number}@b.example",
                "address_hash": f"{number:064x}",
                "status": SubscriberStatus.CONFIRMED,
                "choice_id": choice,
                "joined_at": NOW,
            }
            for number in range(2, BLOCKS * BLOCK)
        ]
        session.connection().execute(insert(Subscriber), rows)
        first = update(Subscriber).where(Subscriber.id == 1)
        session.execute(first.values(address="oßwald.1@b.example"))
    refresh(database, ZONE, NOW)
    return database


def found(database: Database, words: str, below: int | None = None) -> list[int]:
    with database.read() as session:
        return [person.id for person in page(session, words=words, limit=100, below=below)]


@pytest.mark.parametrize("words", ["ß", "oß", "Oß", "ßw"])
def test_few_letters_are_found_at_the_edges_of_blocks(blocks: Database, words: str) -> None:
    assert found(blocks, words) == sorted(RARE, reverse=True)


@pytest.mark.parametrize("below", [1, 2, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_a_page_from_the_middle_goes_on_below_it(blocks: Database, below: int) -> None:
    assert found(blocks, "ß", below) == [n for n in reversed(RARE) if n < below]


@pytest.mark.parametrize("words", ["q", "ßq"])
def test_letters_that_nobody_has_cost_no_look_at_any_text(blocks: Database, words: str) -> None:
    statements: list[str] = []
    event.listen(
        blocks.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    assert found(blocks, words) == []
    assert not any("WHERE instr" in text or "WHERE strpos" in text for text in statements)


def test_a_block_stays_marked_when_a_text_goes_until_the_index_begins_anew(
    blocks: Database,
) -> None:
    everybody = update(Subscriber).where(Subscriber.id.in_(RARE))
    with blocks.write() as session:
        session.execute(everybody.values(address=None, status=SubscriberStatus.ERASED))
    refresh(blocks, ZONE, NOW)
    with blocks.read() as session:
        assert marks.people_near(session, "ß")
    assert found(blocks, "ß") == []
    refresh(blocks, ZoneInfo("Asia/Tokyo"), NOW)
    with blocks.read() as session:
        assert not marks.people_near(session, "ß")


def test_texts_that_were_kept_before_there_was_a_map_are_found_and_get_into_it(
    blocks: Database,
) -> None:
    migration = import_module("newsletter.migrations.versions.0014_letters_of_people")
    with (
        blocks.connect_to_migrate() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        migration.downgrade()
        migration.upgrade()
    assert found(blocks, "ß") == sorted(RARE, reverse=True)
    refresh(blocks, ZONE, NOW)
    with blocks.read() as session:
        assert session.get(PeopleMark, "ß") is not None
    assert found(blocks, "ß") == sorted(RARE, reverse=True)


def test_letters_of_many_scripts_are_marked_at_once(blocks: Database) -> None:
    # More marks than a database takes values in one question.
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 18_000)]
    with blocks.write() as session:
        for number in range(2, 20):
            name = "".join(letters[(number - 2) * 1000 : (number - 1) * 1000])
            session.execute(update(Subscriber).where(Subscriber.id == number).values(name=name))
    refresh(blocks, ZONE, NOW)
    assert found(blocks, letters[0]) == [2]
    assert found(blocks, "".join(letters[17_500:17_502])) == [19]
