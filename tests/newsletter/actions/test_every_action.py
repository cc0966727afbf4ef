"""Invariants of every action: an audit line, and a permission check."""

import ast
import importlib
import json
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from action_site import fill, make_site
from changes import CHANGES, UNRECORDED, actor_of
from registers import assert_registered

import newsletter.actions
from newsletter.actions.action import ACTIONS
from newsletter.app import Newsletter
from newsletter.console.staff import audit_words
from newsletter.errors import NotAllowed
from newsletter.schema import metadata
from newsletter.staff import audit
from newsletter.staff.actors import Actor
from newsletter.staff.audit import AuditRecord, Filters
from newsletter.staff.permissions import ActorKind

FOLDER = Path(newsletter.actions.__path__[0])
# Not modules of actions.
FRAME = {"__init__", "action", "context"}
NOBODY = Actor(kind=ActorKind.STAFF, name="7", permissions=frozenset())


def lines(app: Newsletter) -> list[AuditRecord]:
    """The audit log, newest first."""
    with app.database.read() as session:
        return audit.page(session, Filters(), limit=100)


def contents(app: Newsletter) -> dict[str, list[Any]]:
    """Everything in the database, as its driver gives it."""
    with app.database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
            for name in metadata.tables
        }


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What an action by an actor who has the permission left in the audit log."""

    new: list[AuditRecord]
    """What the change itself wrote."""
    log: list[AuditRecord]


def try_out(app: Newsletter, action: str) -> Tried:
    fill(app)
    change = CHANGES[action](app)
    known = {line.id for line in lines(app)}
    change(actor_of(action))
    log = lines(app)
    return Tried(new=[line for line in log if line.id not in known], log=log)


@pytest.fixture(scope="session")
def actions_tried() -> dict[tuple[str, str], Tried]:
    """Each action on each kind of database: it is tried once for all tests."""
    return {}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def tried(
    request: pytest.FixtureRequest, actions_tried: dict[tuple[str, str], Tried], action: str
) -> Tried:
    key = (request.param, action)
    if key not in actions_tried:
        folder = request.getfixturevalue("tmp_path")
        app = make_site(folder, request.getfixturevalue(f"{request.param}_url"))
        with closing(app):
            actions_tried[key] = try_out(app, action)
    return actions_tried[key]


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
    decorated = {action for action in ACTIONS if action.partition(".")[0] in modules}
    undecorated = sorted(public_functions() - decorated)
    assert not undecorated, (
        f"newsletter/actions: decorate {', '.join(undecorated)} with @action or @long_action, "
        "or begin its name with an underscore"
    )
    assert decorated <= public_functions()


def test_every_action_has_a_change_to_be_tested_by() -> None:
    assert_registered(
        CHANGES,
        public_functions(),
        where="tests/newsletter/actions/*_changes.py, the module of its noun that changes.py joins",
        what_for="the tests of every action have a change to try",
    )


def test_every_action_has_words_for_the_page_of_the_audit_log() -> None:
    place = "newsletter/console/staff/audit_words.py"
    assert_registered(
        audit_words.ACTIONS,
        public_functions(),
        where=f"{place}, ACTIONS",
        what_for="the page of the audit log says in words what was done",
    )
    assert_registered(
        audit_words.NOUNS,
        {name.partition(".")[0] for name in public_functions()},
        where=f"{place}, NOUNS",
        what_for="the filter of that page groups its actions",
    )


@pytest.mark.parametrize("action", sorted(set(CHANGES) - set(UNRECORDED)))
def test_a_change_leaves_one_line_with_its_action_and_actor(tried: Tried, action: str) -> None:
    [line] = tried.new
    assert (line.action, line.actor) == (action, str(actor_of(action)))
    assert line.subject
    assert line.is_finished


@pytest.mark.parametrize("tried", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", CHANGES)
def test_a_line_holds_nothing_that_may_have_to_be_forgotten(tried: Tried, action: str) -> None:
    written = json.dumps([vars(line) for line in tried.log], default=str)
    for personal in ("@", "Moor", "Zoe", "wexcombe.example"):
        assert personal not in written


@pytest.mark.parametrize("action", CHANGES)
def test_an_actor_without_permission_changes_nothing(
    tmp_path: Path, sqlite_url: str, action: str
) -> None:
    with closing(make_site(tmp_path, sqlite_url)) as app:
        fill(app)
        change = CHANGES[action](app)
        before = contents(app)
        with pytest.raises(NotAllowed, match=re.escape(action)):
            change(NOBODY)
        assert contents(app) == before
