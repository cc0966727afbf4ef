"""Setting up, signing in, signing out, and the ends of a session."""

from datetime import timedelta

import pytest
from console_support import PASSWORD, Console

from newsletter.clock import FixedClock
from newsletter.staff.permissions import Role
from newsletter.staff.sign_in import setup_link

RIGHT = {"email": "owner@wexcombe.example", "password": PASSWORD}
OWNER = {"name": "Ada Moor", "email": "Ada@Wexcombe.example", "password": PASSWORD}


def setup_path(console: Console) -> str:
    signer = console.app.signer(setup_link.PURPOSE)
    return f"/set-up/{setup_link.make(signer, console.app.clock.now())}"


def test_the_set_up_link_makes_the_first_owner_and_signs_them_in(console: Console) -> None:
    browser = console.visitor()
    response = browser.send(setup_path(console), OWNER)
    assert response.headers["location"] == "/console"
    assert "Ada Moor" in browser.get("/staff").text


def test_the_set_up_link_ends_with_the_first_owner(console: Console) -> None:
    console.add_member(Role.OWNER)
    assert console.visitor().get(setup_path(console)).status_code == 409


def test_the_set_up_link_ends_after_two_days(console: Console, clock: FixedClock) -> None:
    path = setup_path(console)
    clock.at += timedelta(days=2, seconds=1)
    assert "this link has ended" in console.visitor().get(path).text.lower()


def test_a_made_up_set_up_link_does_not_work(console: Console) -> None:
    assert console.visitor().get("/set-up/MTc2NDIz.AAAA").status_code == 400


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "ada@wexcombe.example"])
def test_a_password_that_is_easily_guessed_is_refused_beside_its_field(
    console: Console, password: str
) -> None:
    page = console.visitor().send(setup_path(console), {**OWNER, "password": password})
    assert page.status_code == 400
    assert 'id="error-password"' in page.text
    assert 'value="Ada Moor"' in page.text


@pytest.mark.parametrize(
    "given",
    [
        {**RIGHT, "password": "four other words here"},
        {**RIGHT, "email": "nobody@wexcombe.example"},
    ],
    ids=["wrong password", "unknown account"],
)
def test_wrong_and_unknown_accounts_get_the_same_answer(
    console: Console, given: dict[str, str]
) -> None:
    console.add_member(Role.OWNER)
    page = console.visitor().send("/sign-in", given)
    assert page.status_code == 400
    assert "The address or the password is not right." in page.text


def test_somebody_whose_access_ended_cannot_sign_in(console: Console, clock: FixedClock) -> None:
    console.add_member(Role.OWNER, ended_at=clock.now())
    assert console.visitor().send("/sign-in", RIGHT).status_code == 400


def test_after_five_failures_from_a_network_even_the_right_password_waits(
    console: Console, clock: FixedClock
) -> None:
    console.add_member(Role.OWNER)
    browser = console.visitor()
    for _ in range(5):
        browser.send("/sign-in", {**RIGHT, "password": "four other words here"})
    assert browser.send("/sign-in", RIGHT).status_code == 429
    clock.at += timedelta(minutes=16)
    assert browser.send("/sign-in", RIGHT).status_code == 303


def test_signing_out_ends_the_session_on_the_server(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    cookies = dict(owner.http.cookies)
    owner.send("/sign-out")
    owner.http.cookies.update(cookies)
    assert owner.get("/").headers["location"].startswith("/console/sign-in")


@pytest.mark.parametrize(
    ("pause", "is_over"),
    [(timedelta(hours=11), False), (timedelta(hours=13), True)],
    ids=["eleven hours", "thirteen hours"],
)
def test_a_session_ends_when_it_is_idle_for_twelve_hours(
    console: Console, clock: FixedClock, pause: timedelta, is_over: bool
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += pause
    assert (owner.get("/").status_code == 303) == is_over


def test_a_session_ends_after_a_fortnight_however_busy(console: Console, clock: FixedClock) -> None:
    owner = console.as_role(Role.OWNER)
    for _ in range(28):
        clock.at += timedelta(hours=11)
        assert owner.get("/").status_code == 200
    clock.at += timedelta(hours=30)
    assert owner.get("/").status_code == 303


def test_a_wrong_password_in_a_second_window_leads_on_to_the_session(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    answer = owner.send("/sign-in", {**RIGHT, "password": "four other words here"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
