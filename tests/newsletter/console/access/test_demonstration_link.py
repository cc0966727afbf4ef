"""Going in by a one-time link that asks for nothing."""

import pyotp
import pytest
from console_support import Console

from newsletter.actions import credentials, staff
from newsletter.staff.actors import operator, staff_member
from newsletter.staff.permissions import Role
from newsletter.staff.sign_in import links

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def owner(console: Console) -> int:
    return console.add_member(Role.OWNER)


def entry(console: Console, member: int, purpose: str = links.ENTRY_PURPOSE) -> str:
    number = staff.make_link(console.app, operator("ann"), member)
    return links.entry_path(console.app.signer(purpose), number).removeprefix("/console")


def test_the_link_signs_in(console: Console, owner: int) -> None:
    browser, path = console.visitor(), entry(console, owner)
    assert browser.send(path).headers["location"] == "/console"
    assert browser.get("/").status_code == 200


def test_opening_the_page_changes_nothing(console: Console, owner: int) -> None:
    browser, path = console.visitor(), entry(console, owner)
    assert browser.get(path).status_code == 200
    assert browser.get("/").status_code == 303


def test_the_link_works_once(console: Console, owner: int) -> None:
    path = entry(console, owner)
    console.visitor().send(path)
    assert "used already" in console.visitor().get(path).text


def test_a_used_link_redirects_a_signed_in_session(console: Console, owner: int) -> None:
    browser, path = console.visitor(), entry(console, owner)
    browser.send(path)
    assert browser.get(path).headers["location"] == "/console"


def test_a_link_to_choose_a_password_does_not_sign_in(console: Console, owner: int) -> None:
    path = entry(console, owner, links.PURPOSE)
    assert console.visitor().send(path).status_code == 400


def test_an_account_with_an_authenticator_cannot_enter_by_link(
    console: Console, owner: int
) -> None:
    code = pyotp.TOTP(SECRET).at(console.app.clock.now())
    credentials.add_authenticator(console.app, staff_member(owner, Role.OWNER), SECRET, code)
    browser = console.visitor()
    browser.send(entry(console, owner))
    assert browser.get("/").status_code == 303
