"""Invariants of every action: an audit line, and a permission check."""

import ast
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from changes import CHANGES, UNRECORDED, actor_of, fill
from sqlalchemy import select

import newsletter.actions
from newsletter.actions.action import ACTIONS
from newsletter.app import Newsletter
from newsletter.console.staff import audit_words
from newsletter.errors import NotAllowed
from newsletter.schema import metadata
from newsletter.staff import audit
from newsletter.staff.actors import Actor
from newsletter.staff.audit import Entry, Filters
from newsletter.staff.permissions import ActorKind

FOLDER = Path(newsletter.actions.__path__[0])
# Not modules of actions.
FRAME = {"__init__", "action", "context"}
NOBODY = Actor(kind=ActorKind.STAFF, name="7", permissions=frozenset())


def lines(app: Newsletter) -> list[Entry]:
    """The audit log, newest first."""
    with app.database.read() as session:
        return audit.page(session, Filters(), limit=100)


def contents(app: Newsletter) -> dict[str, list[Any]]:
    """Everything in the database."""
    with app.database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in metadata.sorted_tables
        }


def public_functions() -> set[str]:
    """The public functions of modules of actions, by their names in the log."""
    found = set()
    for path in FOLDER.glob("*.py"):
        if path.stem in FRAME:
            continue
        importlib.import_module(f"newsletter.actions.{path.stem}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found.add(f"{path.stem}.{node.name.rstrip('_')}")
    return found


def test_every_public_function_is_an_action() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")}
    assert public_functions() == {a for a in ACTIONS if a.partition(".")[0] in modules}


def test_every_action_has_a_change_to_be_tested_by() -> None:
    assert set(CHANGES) == public_functions(), "add the change to changes.py"


def test_every_action_has_words_for_the_page_of_the_audit_log() -> None:
    assert set(audit_words.ACTIONS) == public_functions()
    assert {name.partition(".")[0] for name in public_functions()} == set(audit_words.NOUNS)


@pytest.mark.parametrize("action", sorted(set(CHANGES) - set(UNRECORDED)))
def test_a_change_leaves_one_line_with_its_action_and_actor(app: Newsletter, action: str) -> None:
    fill(app)
    change = CHANGES[action](app)
    before = {line.id for line in lines(app)}
    change(actor_of(action))
    new = [line for line in lines(app) if line.id not in before]
    assert [line.action for line in new] == [action]
    assert new[0].subject
    assert new[0].is_finished


@pytest.mark.parametrize("action", CHANGES)
def test_a_line_holds_nothing_that_may_have_to_be_forgotten(app: Newsletter, action: str) -> None:
    fill(app)
    CHANGES[action](app)(actor_of(action))
    written = json.dumps([vars(line) for line in lines(app)], default=str)
    for personal in ("@", "Moor", "Zoe", "wexcombe.example"):
        assert personal not in written


@pytest.mark.parametrize("action", CHANGES)
def test_an_actor_without_permission_changes_nothing(app: Newsletter, action: str) -> None:
    fill(app)
    change = CHANGES[action](app)
    before = contents(app)
    with pytest.raises(NotAllowed, match=action):
        change(NOBODY)
    assert contents(app) == before
