"""API keys in the console: made, shown once, listed, revoked."""

import re
from datetime import timedelta

from console_support import Client, Console

from newsletter.clock import FixedClock
from newsletter.staff import api_keys
from newsletter.staff.permissions import Role

WEBSITE = {"name": "Website", "scopes": ["write"], "days": "30"}
KEY = re.compile(r"newsletter_[\w-]{43}")


def made(owner: Client) -> str:
    found = KEY.search(owner.send("/staff/keys/new", WEBSITE).text)
    assert found
    return found[0]


def test_a_key_is_shown_once(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    key = made(owner)
    page = owner.get("/staff/keys").text
    assert "Website" in page
    assert key not in page
    assert not KEY.search(owner.get("/staff/keys?format=csv").text)


def test_a_revoked_key_stays_in_the_list(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    made(owner)
    owner.send("/staff/keys/1/revoke")
    page = owner.get("/staff/keys?state=revoked").text
    assert "Website" in page
    assert "/staff/keys/1/revoke" not in page


def test_a_key_without_anything_to_do_is_refused_with_what_was_typed(console: Console) -> None:
    page = console.as_role(Role.OWNER).send("/staff/keys/new", {**WEBSITE, "scopes": []})
    assert page.status_code == 400
    assert 'value="Website"' in page.text


def test_a_key_ends_with_the_access_of_who_made_it(console: Console) -> None:
    owner, leaving = console.as_role(Role.OWNER), console.as_role(Role.OWNER)
    key = made(leaving)
    answer = owner.send(f"/staff/{leaving.member_id}/end")
    assert "1 API key" in owner.get(answer.headers["location"].removeprefix("/console")).text
    with console.app.database.read() as session:
        assert api_keys.usable(session, key, console.app.clock.now()) is None


def test_a_key_that_expires_within_two_weeks_is_warned_of(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    made(owner)
    assert "Expires soon" not in owner.get("/").text
    clock.at += timedelta(days=17)
    owner = console.as_role(Role.OWNER)
    pages = [owner.get(path).text for path in ("/", "/staff/keys")]
    assert all("Expires soon" in page for page in pages)
