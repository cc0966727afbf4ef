"""Inviting staff, changing what they may do, ending their access."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from console_support import PASSWORD, Console
from support import RecordingTransport

from newsletter.staff import store
from newsletter.staff.permissions import Permission, Role
from newsletter.transports.base import Refused
from newsletter.transports.verdicts import Verdict

ZOE = {"name": "Zoe Lane", "email": "zoe@elsewhere.example", "role": "editor"}


def link_in(transport: RecordingTransport) -> str:
    message = message_from_bytes(transport.taken[-1].content, policy=default)
    body = message.get_body(("plain",))
    assert body
    found = re.search(r"https://wexcombe.example/console(/join/\S+)", body.get_content())
    assert found
    return found[1]


def test_somebody_invited_joins_by_the_link_in_their_mail(
    console: Console, transport: RecordingTransport
) -> None:
    console.as_role(Role.OWNER).send("/staff/invite", {**ZOE, "granted": ["people"]})
    assert transport.taken[-1].recipient == "zoe@elsewhere.example"
    browser = console.visitor()
    path = link_in(transport)
    browser.send(path, {"name": "Zoe Lane", "password": "a quite different one"})
    page = browser.get("/account").text
    assert "zoe@elsewhere.example, editor" in page
    assert browser.send(path, {"name": "Eve", "password": PASSWORD}).status_code == 400


def test_where_no_mail_can_be_sent_the_link_is_shown(
    console: Console, transport: RecordingTransport
) -> None:
    transport.answers[ZOE["email"]] = Refused(response="550 no", verdict=Verdict.UNKNOWN)
    page = console.as_role(Role.OWNER).send("/staff/invite", ZOE)
    assert "https://wexcombe.example/console/join/" in page.text


def test_an_address_that_is_wrong_is_said_beside_its_field(console: Console) -> None:
    page = console.as_role(Role.OWNER).send("/staff/invite", {**ZOE, "email": "zoe@"})
    assert page.status_code == 400
    assert 'id="error-email"' in page.text
    assert 'value="Zoe Lane"' in page.text


def test_an_owner_ends_one_session_of_a_member(console: Console) -> None:
    owner, editor = console.as_role(Role.OWNER), console.as_role(Role.EDITOR)
    browser = console.visitor()
    browser.send("/sign-in", {"email": "editor2@wexcombe.example", "password": PASSWORD})
    path = f"/staff/{editor.member_id}"
    ends = re.findall(rf"{path}/sessions/\d+/end", owner.get(path).text)
    owner.send(ends[-1])
    assert len(ends) == 2
    assert sorted(one.get("/").status_code for one in (editor, browser)) == [200, 303]


def test_ending_access_takes_two_presses_and_ends_the_sessions(console: Console) -> None:
    owner, leaving = console.as_role(Role.OWNER), console.as_role(Role.SENDER)
    number = leaving.member_id
    assert f'action="/console/staff/{number}/end"' in owner.get(f"/staff/{number}").text
    owner.send(f"/staff/{number}/end")
    assert leaving.get("/").headers["location"].startswith("/console/sign-in")


def test_ended_access_is_given_back_by_the_undo_of_its_message(console: Console) -> None:
    owner, number = console.as_role(Role.OWNER), console.add_member(Role.EDITOR)
    owner.send(f"/staff/{number}/end")
    page = owner.get(f"/staff/{number}").text
    assert f'action="/console/staff/{number}/reopen"' in page
    owner.send(f"/staff/{number}/reopen")
    assert "Active" in owner.get(f"/staff/{number}").text


@pytest.mark.parametrize("act", ["end", "role"])
def test_the_last_owner_stays(console: Console, act: str) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.send(f"/staff/{owner.member_id}/{act}", {"role": "viewer"})
    assert page.status_code == 409
    assert "the last owner" in page.text


def test_a_role_counts_at_once_where_they_are_signed_in(console: Console) -> None:
    owner, other = console.as_role(Role.OWNER), console.as_role(Role.VIEWER)
    assert other.get("/stop").status_code == 403
    owner.send(f"/staff/{other.member_id}/role", {"role": "editor"})
    assert other.get("/stop").status_code == 200


def test_a_permission_that_a_role_cannot_have_is_left_out(console: Console) -> None:
    owner, other = console.as_role(Role.OWNER), console.as_role(Role.VIEWER)
    owner.send(f"/staff/{other.member_id}/role", {"role": "viewer", "granted": ["people"]})
    with console.app.database.read() as session:
        assert Permission.PEOPLE not in store.by_id(session, other.member_id or 0).grants


def test_a_link_to_get_in_again_sets_another_password_and_ends_sessions(
    console: Console, transport: RecordingTransport
) -> None:
    owner, other = console.as_role(Role.OWNER), console.as_role(Role.EDITOR)
    owner.send(f"/staff/{other.member_id}/link")
    new = {"name": "Ed", "password": "a quite different one"}
    console.visitor().send(link_in(transport), new)
    assert other.get("/").status_code == 303
    given = {"email": "editor2@wexcombe.example", "password": "a quite different one"}
    assert console.visitor().send("/sign-in", given).status_code == 303


def test_sessions_are_listed_and_ended_one_by_one(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    browser = console.visitor()
    browser.send("/sign-in", {"email": "editor@wexcombe.example", "password": PASSWORD})
    found = re.search(r"/account/sessions/\d+/end", editor.get("/account").text)
    assert found
    editor.send(found[0])
    assert browser.get("/").status_code == 303
    assert editor.get("/").status_code == 200


def test_a_member_cannot_end_the_session_of_another(console: Console) -> None:
    editor, other = console.as_role(Role.EDITOR), console.as_role(Role.EDITOR)
    assert editor.send("/account/sessions/2/end").status_code == 404
    assert other.get("/").status_code == 200
