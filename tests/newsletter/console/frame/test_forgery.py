"""Forms of other sites, planted sessions, open redirects, framing."""

import pytest
from console_support import PASSWORD, Console

from newsletter.console.frame.cookies import Cookies
from newsletter.staff.permissions import Role

FROM_THE_CONSOLE = {"Origin": "https://wexcombe.example", "Sec-Fetch-Site": "same-origin"}
SESSION = "__Host-newsletter_session"


def test_a_form_without_the_token_is_refused(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.send("/stop", {"csrf": ""}).status_code == 403


def test_a_form_with_the_token_of_another_browser_is_refused(console: Console) -> None:
    owner, other = console.as_role(Role.OWNER), console.as_role(Role.OWNER)
    assert owner.send("/stop", {"csrf": other.token()}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "https://wexcombe.example.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_form_sent_from_another_site_is_refused(
    console: Console, headers: dict[str, str]
) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.send("/stop", headers=headers).status_code == 403


def test_a_form_sent_from_the_console_is_taken(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.send("/stop", headers=FROM_THE_CONSOLE).status_code == 303


def test_signing_in_begins_a_session_of_its_own(console: Console) -> None:
    """A session that somebody planted before is not the one that is signed in."""
    console.add_member(Role.OWNER)
    browser = console.visitor()
    browser.http.cookies.set(SESSION, "planted", domain="wexcombe.example")
    fields = {"email": "owner@wexcombe.example", "password": PASSWORD}
    browser.send("/sign-in", {**fields, "csrf": browser.shown_token()})
    assert browser.get("/").status_code == 200
    assert browser.http.cookies[SESSION] != "planted"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/console",
        "//elsewhere.example/console",
        "/\\elsewhere.example",
        "/console@elsewhere.example",
        "javascript:alert(1)",
        "/consoles",
        "/console//elsewhere.example\r\nSet-Cookie: a=b",
    ],
)
def test_signing_in_leads_to_no_other_site(console: Console, wanted: str) -> None:
    console.add_member(Role.OWNER)
    fields = {"email": "owner@wexcombe.example", "password": PASSWORD, "next": wanted}
    response = console.visitor().send("/sign-in", fields)
    assert response.headers["location"] == "/console"


def test_signing_in_leads_back_to_the_page_that_was_wanted(console: Console) -> None:
    console.add_member(Role.OWNER)
    fields = {
        "email": "owner@wexcombe.example",
        "password": PASSWORD,
        "next": "/console/audit?actor=staff%3A1",
    }
    response = console.visitor().send("/sign-in", fields)
    assert response.headers["location"] == "/console/audit?actor=staff%3A1"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere"])
def test_no_page_may_be_framed_or_run_foreign_scripts(console: Console, path: str) -> None:
    headers = console.as_role(Role.OWNER).get(path).headers
    policy = headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_no_page_is_kept_by_caches(console: Console) -> None:
    assert console.as_role(Role.OWNER).get("/").headers["cache-control"] == "no-store"


def test_the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts(
    console: Console,
) -> None:
    console.add_member(Role.OWNER)
    fields = {"email": "owner@wexcombe.example", "password": PASSWORD}
    cookie = console.visitor().send("/sign-in", fields).headers["set-cookie"]
    assert Cookies(console.app.secret, "https://wexcombe.example").session == SESSION
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_a_page_from_before_signing_in_again_sends_nothing_and_keeps_what_was_typed(
    console: Console,
) -> None:
    owner, earlier = console.as_role(Role.OWNER), console.as_role(Role.OWNER)
    typed = {"csrf": earlier.token(), "name": "Zoe Lane", "email": "zoe@wexcombe.example"}
    page = owner.send("/staff/invite", typed, headers=FROM_THE_CONSOLE)
    assert (page.status_code, 'value="Zoe Lane"' in page.text) == (403, True)
    assert "You have signed in again since this page was opened" in page.text
    assert "zoe@wexcombe.example" not in owner.get("/staff").text


def test_nothing_of_a_form_from_elsewhere_is_shown(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.send("/staff/invite", {"csrf": "made up", "name": "Zoe Lane"})
    assert (page.status_code, "Zoe Lane" in page.text) == (403, False)


def test_a_form_survives_signing_out_in_another_window(
    console: Console,
) -> None:
    owner = console.as_role(Role.OWNER)
    typed = {"csrf": owner.token(), "name": "Zoe Lane"}
    owner.send("/sign-out")
    page = owner.send("/staff/invite", typed, headers=FROM_THE_CONSOLE)
    assert "You were signed out meanwhile." in page.text
    assert 'name="kept" value="' in page.text
