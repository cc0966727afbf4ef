"""Signing in, and proving to be oneself, by an OpenID provider."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from console_support import Client, Console
from openid_provider import CLIENT, OTHER_KEY, SECRET, Provider, served_provider
from pydantic import SecretStr
from support import RecordingTransport, make_app

from newsletter.actions import staff
from newsletter.clock import FixedClock
from newsletter.config.tables.console import ProviderOptions
from newsletter.errors import NotAllowed
from newsletter.staff import store
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role
from newsletter.staff.sign_in.openid import OpenIdProvider, Visit

START = "/sign-in/with/office"


@pytest.fixture
def provider(clock: FixedClock) -> Iterator[Provider]:
    with served_provider(clock) as served:
        yield served


@pytest.fixture
def console(
    tmp_path: Path,
    sqlite_url: str,
    clock: FixedClock,
    transport: RecordingTransport,
    provider: Provider,
) -> Iterator[Console]:
    extra = (
        f'[console.providers.office]\nlabel = "the office"\nissuer = "{provider.issuer}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
    )
    app = make_app(tmp_path, sqlite_url, clock, extra, transport)
    with asyncio.Runner() as runner:
        yield Console(app=app, runner=runner)
    app.close()


def returned(client: Client, start: str = START) -> str:
    """The path that the provider sends the browser back to."""
    client.get("/sign-in")
    asked = client.get(start)
    assert asked.status_code == 303, asked.text
    # Plain HTTP: loading the CA certificates would take most of the time.
    back = httpx.get(asked.headers["location"], verify=False).headers["location"]
    assert back.startswith("https://wexcombe.example/console/sign-in/from/office?")
    return back.partition("/console")[2]


def sign_in(client: Client, start: str = START) -> httpx.Response:
    return client.get(returned(client, start))


def is_signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_a_staff_member_signs_in(console: Console) -> None:
    console.add_member(Role.OWNER)
    visitor = console.visitor()
    assert "Sign in with the office" in visitor.get("/sign-in").text
    assert sign_in(visitor).headers["location"] == "/console"
    assert is_signed_in(visitor)


def test_they_go_on_to_the_page_that_they_wanted(console: Console) -> None:
    console.add_member(Role.OWNER)
    answer = sign_in(console.visitor(), f"{START}?next=/console/staff")
    assert answer.headers["location"] == "/console/staff"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/elsewhere"])
def test_they_are_not_sent_elsewhere(console: Console, wanted: str) -> None:
    console.add_member(Role.OWNER)
    answer = sign_in(console.visitor(), f"{START}?next={wanted}")
    assert answer.headers["location"] == "/console"


def test_an_uninvited_identity_is_refused(console: Console) -> None:
    console.add_member(Role.VIEWER)
    visitor = console.visitor()
    answer = sign_in(visitor)
    assert answer.status_code == 403
    assert "has no account here" in answer.text
    assert not is_signed_in(visitor)


def test_an_ended_account_is_refused(console: Console, clock: FixedClock) -> None:
    console.add_member(Role.OWNER, ended_at=clock.now())
    visitor = console.visitor()
    assert sign_in(visitor).status_code == 403
    assert not is_signed_in(visitor)


def test_an_invitation_is_taken_by_signing_in(console: Console, provider: Provider) -> None:
    staff.invite(
        console.app, operator("ann"), email="pat@wexcombe.example", name="Pat", role=Role.EDITOR
    )
    provider.says = {"email": "Pat@Wexcombe.example", "name": "Pat Lane"}
    visitor = console.visitor()
    sign_in(visitor)
    assert "Pat Lane" in visitor.get("/account").text


def test_an_invitation_that_has_ended_is_not_taken(
    console: Console, provider: Provider, clock: FixedClock
) -> None:
    staff.invite(
        console.app, operator("ann"), email="pat@wexcombe.example", name="Pat", role=Role.EDITOR
    )
    provider.says = {"email": "pat@wexcombe.example"}
    clock.at += timedelta(days=8)
    assert "invitation has ended" in sign_in(console.visitor()).text


def test_an_authenticator_here_is_asked_for_all_the_same(console: Console) -> None:
    console.add_member(Role.OWNER, totp_secret="sealed")
    visitor = console.visitor()
    assert "authenticator" in sign_in(visitor).text
    assert not is_signed_in(visitor)


def test_an_address_that_is_told_apart_from_the_token_counts(
    console: Console, provider: Provider
) -> None:
    console.add_member(Role.OWNER)
    provider.says = {"email": None, "email_verified": None}
    provider.tells = {"email": "owner@wexcombe.example", "email_verified": True}
    visitor = console.visitor()
    sign_in(visitor)
    assert is_signed_in(visitor)


@pytest.mark.parametrize(("said", "is_in"), [(None, True), (False, False)])
def test_a_trusted_provider_need_not_say_that_an_address_is_verified(
    clock: FixedClock, provider: Provider, said: bool | None, is_in: bool
) -> None:
    options = ProviderOptions(
        label="the office",
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret=SecretStr(SECRET),
        trust_addresses=True,
    )
    visit = Visit(redirect_uri="https://wexcombe.example/", state="s", nonce="n", verifier="v" * 43)
    asked = httpx.get(OpenIdProvider(options).address(visit), verify=False)
    code = parse_qs(urlsplit(asked.headers["location"]).query)["code"][0]
    provider.says = {"email_verified": said}
    with nullcontext() if is_in else pytest.raises(NotAllowed):
        OpenIdProvider(options).identity(visit, {"code": code}, clock.now())


def test_userinfo_of_another_subject_is_refused(console: Console, provider: Provider) -> None:
    console.add_member(Role.OWNER)
    provider.says = {"email": None}
    provider.tells = {"sub": "43", "email": "owner@wexcombe.example", "email_verified": True}
    assert sign_in(console.visitor()).status_code == 403


LIES = {
    "another issuer": {"iss": "https://evil.example"},
    "for another program": {"aud": "somebody-else"},
    "for several, and another": {"aud": [CLIENT, "other"], "azp": "other"},
    "another visit": {"nonce": "x"},
    "no visit": {"nonce": None},
    "too old": {"exp": 1},
    "without an end": {"exp": None},
    "from the future": {"iat": 4_000_000_000},
    "an address not verified": {"email_verified": False},
    "an address of which nothing is said": {"email_verified": None},
    "no address": {"email": None},
    "another's description": {"issuer": "https://evil.example"},
}


@pytest.mark.parametrize("said", LIES.values(), ids=LIES)
def test_an_invalid_id_token_is_refused(
    console: Console, provider: Provider, said: dict[str, object]
) -> None:
    console.add_member(Role.OWNER)
    visitor = console.visitor()
    back = returned(visitor)
    provider.says = said
    assert visitor.get(back).status_code in {403, 409, 500, 502, 503}
    assert not is_signed_in(visitor)


def test_a_token_signed_by_another_key_signs_nobody_in(
    console: Console, provider: Provider
) -> None:
    console.add_member(Role.OWNER)
    provider.key = OTHER_KEY
    assert sign_in(console.visitor()).status_code == 403


def test_the_way_back_is_good_in_the_browser_that_began_it_alone(console: Console) -> None:
    console.add_member(Role.OWNER)
    back, other = returned(console.visitor()), console.visitor()
    other.get("/sign-in")
    assert other.get(back).status_code in {400, 403, 404, 410}
    assert not is_signed_in(other)


def test_the_way_back_is_good_for_ten_minutes(console: Console, clock: FixedClock) -> None:
    console.add_member(Role.OWNER)
    visitor = console.visitor()
    back = returned(visitor)
    clock.at += timedelta(minutes=11)
    visitor.get(back)
    assert not is_signed_in(visitor)


def test_the_way_back_is_good_once(console: Console) -> None:
    console.add_member(Role.OWNER)
    visitor = console.visitor()
    back = returned(visitor)
    visitor.get(back)
    visitor.send("/sign-out")
    visitor.get(back)
    assert not is_signed_in(visitor)


def test_an_answer_of_another_provider_is_refused(console: Console) -> None:
    console.add_member(Role.OWNER)
    visitor = console.visitor()
    answer = visitor.get(returned(visitor) + "&iss=https%3A%2F%2Fevil.example")
    assert answer.status_code == 403
    assert not is_signed_in(visitor)


def test_a_denied_authorization_is_reported(console: Console) -> None:
    visitor = console.visitor()
    state = parse_qs(urlsplit(returned(visitor)).query)["state"][0]
    answer = visitor.get(f"/sign-in/from/office?error=access_denied&state={state}")
    assert (answer.status_code, "did not sign you in" in answer.text) == (403, True)


def test_the_challenge_of_pkce_is_sent_and_not_its_verifier(console: Console) -> None:
    visitor = console.visitor()
    visitor.get("/sign-in")
    asked = parse_qs(urlsplit(visitor.get(START).headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert "code_verifier" not in asked


def test_the_password_there_is_a_proof_where_it_was_just_given(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(minutes=31)
    assert owner.get("/staff/invite").status_code == 303
    back = returned(owner, "/prove/with/office?next=/console/staff/invite")
    assert owner.get(back).headers["location"] == "/console/staff/invite"
    assert owner.get("/staff/invite").status_code == 200


@pytest.mark.parametrize("said", [{"auth_time": None}, {"auth_time": 1_000_000_000}])
def test_a_sign_in_there_of_long_ago_proves_nothing(
    console: Console, provider: Provider, clock: FixedClock, said: dict[str, object]
) -> None:
    owner = console.as_role(Role.OWNER)
    provider.says = said
    clock.at += timedelta(minutes=31)
    assert owner.get(returned(owner, "/prove/with/office")).status_code == 403
    assert owner.get("/staff/invite").status_code == 303


def test_reauthentication_as_another_identity_is_refused(
    console: Console, provider: Provider, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    provider.says = {"email": "pat@wexcombe.example"}
    clock.at += timedelta(minutes=31)
    assert owner.get(returned(owner, "/prove/with/office")).status_code == 403
    assert owner.get("/staff/invite").status_code == 303


def link_to_the_provider(page: httpx.Response) -> str:
    """The path that the button of the provider leads to."""
    found = re.search(r'href="/console(/[a-z-]+/with/office[^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


PAT = {"email": "pat@wexcombe.example", "name": "Pat", "role": "editor"}


def members(console: Console) -> list[str]:
    with console.app.database.read() as session:
        return [member.email for member in store.members(session)]


def test_a_form_waits_while_its_sender_proves_it_at_the_provider(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(minutes=31)
    asked = owner.send("/staff/invite", PAT)
    back = owner.get(returned(owner, link_to_the_provider(asked)))
    assert "pat@wexcombe.example" not in members(console)
    owner.send("/prove/do-it", {"kept": hidden(back, "kept")})
    assert "pat@wexcombe.example" in members(console)


def test_a_kept_form_is_not_submitted_without_step_up_authentication(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(minutes=31)
    kept = hidden(owner.send("/staff/invite", PAT), "kept")
    assert owner.send("/prove/do-it", {"kept": kept}).status_code == 403
    assert "pat@wexcombe.example" not in members(console)


def test_a_form_waits_while_its_sender_signs_in_again_at_the_provider(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(days=90)
    asked = owner.send("/staff/invite", PAT)
    back = owner.get(returned(owner, link_to_the_provider(asked)))
    again = owner.send("/go-on", {"kept": hidden(back, "kept")})
    assert 'value="pat@wexcombe.example"' in again.text


def test_a_form_that_waited_before_is_not_taken_for_another_errand(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(minutes=31)
    owner.send("/staff/invite", PAT)
    back = returned(owner, "/prove/with/office?next=/console/staff")
    assert owner.get(back).headers["location"] == "/console/staff"


def test_a_form_too_long_to_wait_keeps_its_sender_from_leaving_it(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    clock.at += timedelta(days=90)
    asked = owner.send("/staff/invite", {**PAT, "name": "Pat" * 2000})
    assert "/with/office" not in asked.text


def test_the_sessions_line_names_the_provider(console: Console) -> None:
    number = console.add_member(Role.OWNER)
    visitor = console.visitor()
    sign_in(visitor)
    with console.app.database.read() as session:
        assert len(store.sessions_of(session, number)) == 1
    assert "by office" in visitor.get("/audit").text
