"""Codes of an authenticator, recovery codes, and proving oneself again."""

import re
from datetime import timedelta

import pyotp
import pytest
from console_support import PASSWORD, Client, Console

from newsletter.actions import credentials
from newsletter.clock import FixedClock
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import Role

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RIGHT = {"email": "owner@wexcombe.example", "password": PASSWORD}


def code(console: Console) -> str:
    return pyotp.TOTP(SECRET).at(console.app.clock.now())


@pytest.fixture
def recovery_codes(console: Console, clock: FixedClock) -> list[str]:
    """Of an owner who has just added an authenticator."""
    owner = staff_member(console.add_member(Role.OWNER), Role.OWNER)
    codes = credentials.add_authenticator(console.app, owner, SECRET, code(console))
    clock.at += timedelta(minutes=2)
    return codes


def half(browser: Client) -> dict[str, str]:
    """The second form, after the right password."""
    page = browser.send("/sign-in", RIGHT)
    assert "Your code" in page.text
    found = re.search(r'name="half" value="([^"]+)"', page.text)
    assert found
    return {"half": found[1]}


@pytest.mark.usefixtures("recovery_codes")
def test_the_password_alone_signs_nobody_in(console: Console) -> None:
    browser = console.visitor()
    half(browser)
    assert browser.get("/").headers["location"].startswith("/console/sign-in")


@pytest.mark.usefixtures("recovery_codes")
def test_the_code_signs_in(console: Console) -> None:
    browser = console.visitor()
    response = browser.send("/sign-in/code", {**half(browser), "code": code(console)})
    assert response.headers["location"] == "/console"


@pytest.mark.usefixtures("recovery_codes")
def test_a_code_signs_in_once(console: Console) -> None:
    for status in (303, 400):
        browser = console.visitor()
        answer = browser.send("/sign-in/code", {**half(browser), "code": code(console)})
        assert answer.status_code == status


@pytest.mark.usefixtures("recovery_codes")
def test_the_code_before_a_used_one_is_spent_too(console: Console, clock: FixedClock) -> None:
    earlier = code(console)
    clock.at += timedelta(seconds=30)
    browser = console.visitor()
    browser.send("/sign-in/code", {**half(browser), "code": code(console)})
    other = console.visitor()
    assert other.send("/sign-in/code", {**half(other), "code": earlier}).status_code == 400


def test_a_recovery_code_stands_in_once(console: Console, recovery_codes: list[str]) -> None:
    typed = recovery_codes[3].upper().replace("-", " ")
    for status in (303, 400):
        browser = console.visitor()
        answer = browser.send("/sign-in/code", {**half(browser), "code": typed})
        assert answer.status_code == status


@pytest.mark.usefixtures("recovery_codes")
def test_codes_cannot_be_tried_for_long(console: Console) -> None:
    browser = console.visitor()
    fields = half(browser)
    tried = [browser.send("/sign-in/code", {**fields, "code": "000000"}) for _ in range(6)]
    assert [answer.status_code for answer in tried] == [400] * 5 + [429]


@pytest.mark.usefixtures("recovery_codes")
def test_the_second_form_ends_after_ten_minutes(console: Console, clock: FixedClock) -> None:
    browser = console.visitor()
    fields = half(browser)
    clock.at += timedelta(minutes=11)
    assert browser.send("/sign-in/code", {**fields, "code": code(console)}).status_code == 400


@pytest.mark.usefixtures("recovery_codes")
def test_the_second_form_is_worth_nothing_in_another_browser(console: Console) -> None:
    fields = half(console.visitor())
    other = console.visitor()
    assert other.send("/sign-in/code", {**fields, "code": code(console)}).status_code == 400


def test_a_page_that_needs_proof_asks_who_it_is_and_leads_back(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.get("/staff/invite").status_code == 200
    clock.at += timedelta(minutes=31)
    asked = owner.get("/staff/invite")
    assert asked.headers["location"] == "/console/prove?next=/console/staff/invite"
    fields = {"password": PASSWORD, "next": "/console/staff/invite"}
    assert owner.send("/prove", fields).headers["location"] == "/console/staff/invite"
    assert owner.get("/staff/invite").status_code == 200


def test_a_wrong_password_proves_nothing(console: Console, clock: FixedClock) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(minutes=31)
    assert owner.send("/prove", {"password": "four other words here"}).status_code == 400
    assert owner.get("/staff/invite").status_code == 303


def test_a_form_sent_before_the_proof_is_processed_after_it(
    console: Console, clock: FixedClock
) -> None:
    owner, number = console.as_role(Role.OWNER), console.add_member(Role.EDITOR)
    clock.at += timedelta(minutes=31)
    asked = owner.send(f"/staff/{number}/role", {"role": "viewer", "granted": ["people"]})
    assert asked.status_code == 403
    kept = re.search(r'name="kept" value="([^"]+)"', asked.text)
    assert kept
    owner.send("/prove", {"password": PASSWORD, "kept": kept[1]})
    assert "Viewer" in owner.get("/staff?q=editor").text


def test_the_input_is_kept_when_the_session_has_ended(console: Console, clock: FixedClock) -> None:
    owner = console.as_role(Role.OWNER)
    token = owner.token()
    clock.at += timedelta(hours=13)
    typed = {"csrf": token, "name": "Zoe Lane", "email": "zoe@wexcombe.example", "role": "viewer"}
    asked = owner.send("/staff/invite", typed)
    assert "You were signed out meanwhile." in asked.text
    kept = re.search(r'name="kept" value="([^"]+)"', asked.text)
    assert kept
    page = owner.send("/sign-in", {**RIGHT, "kept": kept[1], "csrf": owner.shown_token()})
    again = owner.send("/go-on", {"kept": kept[1]})
    assert "Go on where I was" in page.text
    assert 'value="Zoe Lane"' in again.text


def test_the_form_of_another_site_is_not_kept(console: Console, clock: FixedClock) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(hours=13)
    answer = owner.send("/staff/invite", {"csrf": "made up"})
    assert answer.headers["location"] == "/console/sign-in?next=/console/staff/invite"


def test_a_button_for_recovery_codes_pressed_twice_makes_them_once(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    member = staff_member(owner.member_id or 0, Role.OWNER)
    credentials.add_authenticator(console.app, member, SECRET, code(console))
    found = re.search(r'name="instead_of" value="([^"]+)"', owner.get("/account").text)
    assert found
    pressed = [owner.send("/account/recovery-codes", {"instead_of": found[1]}) for _ in range(2)]
    assert [answer.status_code for answer in pressed] == [200, 409]
