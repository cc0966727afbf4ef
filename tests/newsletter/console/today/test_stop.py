"""Stopping everything that is being sent."""

from console_support import Console

from newsletter.actions import bulletins
from newsletter.editions.compose import BulletinDraft
from newsletter.editions.models import EditionState
from newsletter.editions.store import newest
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role


def state(console: Console) -> EditionState:
    with console.app.database.read() as session:
        return newest(session, 1)[0].state


def test_everything_is_stopped_by_one_press_and_one_to_confirm(console: Console) -> None:
    bulletins.send(console.app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    editor = console.as_role(Role.EDITOR)
    assert 'href="/console/stop"' in editor.get("/").text
    assert "Flood" in editor.get("/stop").text
    editor.send("/stop")
    assert state(console) is EditionState.PAUSED
    assert "Stopped: 1 edition" in editor.get("/").text


def test_the_message_is_shown_once(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    owner.send("/stop")
    assert "Nothing was being sent." in owner.get("/").text
    assert "Nothing was being sent." not in owner.get("/").text


def test_viewers_see_no_stop(console: Console) -> None:
    assert "/console/stop" not in console.as_role(Role.VIEWER).get("/").text
