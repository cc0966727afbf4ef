"""The pages of transports: state, test, and the fields of each kind."""

from collections.abc import Callable

import pytest
from console_support import Client, Console
from support import RecordingTransport

from newsletter.actions import bulletins, settings
from newsletter.config.loading import check_config, read_file
from newsletter.config.options import Config
from newsletter.delivery.limits import transport_health
from newsletter.delivery.limits.transport_health import Failure
from newsletter.editions.compose import BulletinDraft
from newsletter.queries.settings.transport_options import kinds
from newsletter.settings.store import read_settings
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

KEY = "key-0123456789"
MAILGUN = {
    "kind": "mailgun",
    "name": "mg",
    "password-api_key": KEY,
    "domain": "mg.wexcombe.example",
}


def current(console: Console) -> Config:
    app = console.app
    stored = read_settings(app.database).values
    return check_config(read_file(app.path), app.path, {}, stored)


def with_mailgun(console: Console) -> Client:
    owner = console.as_role(Role.OWNER)
    assert owner.send("/transports/new", MAILGUN).status_code == 303
    return owner


def test_every_kind_that_mails_people_has_a_name() -> None:
    missing = [kind for kind, name in kinds() if name == kind]
    assert not missing, (
        f"name {', '.join(missing)} in _NAMES of newsletter/queries/settings/transport_options.py, "
        "or in _FOR_TRIALS there where it mails nobody"
    )


@pytest.mark.parametrize("kind", [kind for kind, _ in kinds()])
def test_every_kind_has_a_form(console: Console, kind: str) -> None:
    page = console.as_role(Role.OWNER).get(f"/transports/new?kind={kind}").text
    assert f'name="kind" value="{kind}"' in page


def test_a_provider_is_added_with_its_fields(console: Console) -> None:
    with_mailgun(console)
    table = current(console).transports["mg"]
    assert table == {"kind": "mailgun", "api_key": KEY, "domain": "mg.wexcombe.example"}


def test_mail_leaves_by_a_new_transport_where_that_is_ticked(console: Console) -> None:
    console.as_role(Role.OWNER).send("/transports/new", MAILGUN | {"use": "yes"})
    assert current(console).sending.transport == "mg"


@pytest.mark.parametrize("path", ["/transports/mg", "/transports/mg/options", "/transports"])
def test_a_secret_is_never_shown_again(console: Console, path: str) -> None:
    assert KEY not in with_mailgun(console).get(path).text


def test_a_secret_left_empty_stays(console: Console) -> None:
    owner = with_mailgun(console)
    owner.send("/transports/mg/options", {"password-api_key": "", "tag": "news"})
    table = current(console).transports["mg"]
    assert (table["api_key"], table["tag"]) == (KEY, "news")


def test_an_emptied_field_has_the_value_that_is_shipped(console: Console) -> None:
    owner = with_mailgun(console)
    owner.send("/transports/mg/options", {"timeout": "20s"})
    owner.send("/transports/mg/options", {"timeout": ""})
    assert 'name="timeout" type="text" value="1m"' in owner.get("/transports/mg/options").text


def test_an_error_stands_beside_its_field_and_the_rest_is_kept(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.send("/transports/new", MAILGUN | {"domain": "not a domain"})
    assert page.status_code == 400
    assert 'id="error-domain"' in page.text
    assert 'value="not a domain"' in page.text
    assert KEY not in page.text


@pytest.mark.parametrize("name", ["", "new", "default", "a.b", "../x"])
def test_a_name_that_cannot_be_is_refused(console: Console, name: str) -> None:
    page = console.as_role(Role.OWNER).send("/transports/new", MAILGUN | {"name": name})
    assert page.status_code == 400
    assert 'id="error-name"' in page.text


def test_code_of_ones_own_is_no_kind_to_choose(console: Console) -> None:
    page = console.as_role(Role.OWNER).send("/transports/new", MAILGUN | {"kind": "os:system"})
    assert page.status_code == 400


def test_a_transport_of_the_file_is_locked(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert "is changed there" in owner.get("/transports/default").text
    assert owner.send("/transports/default/options", {"path": "elsewhere"}).status_code == 409


def test_a_test_mail_is_sent_by_it(console: Console, transport: RecordingTransport) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.send("/transports/default/test", {"to": "me@elsewhere.example"}).text
    assert transport.taken[-1].recipient == "me@elsewhere.example"
    assert "250 ok" in page
    assert "Tried a transport" in page


def test_a_transport_that_refuses_us_says_why(console: Console) -> None:
    with console.app.database.write() as session:
        failure = Failure(reason="535 wrong password", refuses_us=True)
        transport_health.record(session, "default", failure, console.app.clock.now())
    page = console.as_role(Role.OWNER).get("/transports").text
    assert "Refuses us" in page
    assert "535 wrong password" in page


def test_all_mail_leaves_by_another_transport_at_a_press(console: Console) -> None:
    owner = with_mailgun(console)
    owner.send("/transports/mg/use")
    assert current(console).sending.transport == "mg"
    assert "All mail leaves by it" in owner.get("/transports/mg").text


def test_a_kind_without_a_provider_cannot_be_connected(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.send("/transports/default/connect").status_code == 409
    assert "/transports/default/connect" not in owner.get("/transports/default").text


def test_a_transport_that_nothing_leaves_by_is_removed(console: Console) -> None:
    owner = with_mailgun(console)
    assert "Remove it" in owner.get("/transports/mg").text
    owner.send("/transports/mg/remove")
    assert "mg" not in current(console).transports
    assert "Removed a transport" in owner.get("/audit").text


def in_use_for_all(console: Console) -> None:
    settings.change(console.app, operator("ann"), {"sending.transport": "mg"})


def in_a_route(console: Console) -> None:
    route = {"routes.both.members": "{ default = 1, mg = 1 }"}
    settings.change(console.app, operator("ann"), route)


def by_a_digest(console: Console) -> None:
    settings.change(console.app, operator("ann"), {"digests.friday.transport": "mg"})


def by_an_edition(console: Console) -> None:
    app = console.app.reread()
    draft = BulletinDraft(subject="Flood", text="Stay in.", transport="mg")
    bulletins.send(app, operator("ann"), draft)


@pytest.mark.parametrize(
    ("using", "why"),
    [
        (in_use_for_all, "all mail leaves by the transport mg"),
        (in_a_route, "the route both shares mail out to mg"),
        (by_a_digest, "digests.friday.transport"),
        (by_an_edition, "edition 1 leaves by mg"),
    ],
)
def test_a_transport_in_use_is_not_removed(
    console: Console, using: Callable[[Console], None], why: str
) -> None:
    owner = with_mailgun(console)
    using(console)
    answer = owner.send("/transports/mg/remove")
    assert answer.status_code in {400, 409}
    assert why in answer.text.lower()
    assert "mg" in current(console).transports


def test_a_transport_of_the_file_is_not_removed_here(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert "Remove it" not in owner.get("/transports/default").text
    assert owner.send("/transports/default/remove").status_code == 409
