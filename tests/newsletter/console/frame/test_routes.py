"""Every route against every role: who may open a page, and who may send a form."""

import re
from collections.abc import Iterator

import pytest
from console_support import Client, Console

from newsletter.console.frame.presentation.words import DEEDS
from newsletter.console.frame.routes import Access, ConsoleRoute, Rule
from newsletter.console.frame.screens import screens
from newsletter.staff.permissions import PERMISSIONS, Permission, Role

ROUTES = list(screens())
MEMBERS = [route for route in ROUTES if route.rule is not Access.PUBLIC]
# Numbers and names that nothing has: who may use the route is told that there is no such thing.
NOWHERE = {":int": "999999", ":path": "nowhere", "": "nowhere"}


def name(route: ConsoleRoute) -> str:
    return f"{route.method} {route.path}"


def path_of(route: ConsoleRoute) -> str:
    return re.sub(r"\{\w+(:\w+)?\}", lambda found: NOWHERE[found[1] or ""], route.path)


def has(role: Role, rule: Rule) -> bool:
    return rule is Access.SIGNED_IN or rule in PERMISSIONS[role]


def ask(client: Client, route: ConsoleRoute) -> int:
    if route.method == "GET":
        return client.get(path_of(route)).status_code
    return client.send(path_of(route)).status_code


@pytest.fixture
def clients(console: Console) -> dict[Role, Client]:
    return {role: console.as_role(role) for role in Role}


# They prepare what is sent or entered; that itself asks for a proof.
WITHOUT_PROOF = {
    "/people/import",
    "/people/import/{number:int}/columns",
    "/people/import/{number:int}/discard",
}


def forbidden() -> Iterator[tuple[ConsoleRoute, Role]]:
    for route in MEMBERS:
        for role in Role:
            if not has(role, route.rule):
                yield route, role


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_every_route_has_a_rule(route: ConsoleRoute) -> None:
    assert isinstance(route.rule, Permission | Access)


@pytest.mark.parametrize(
    "route",
    [
        r
        for r in ROUTES
        if r.method == "POST" and r.rule in {Permission.SEND, Permission.BULK_PEOPLE}
    ],
    ids=name,
)
def test_sending_and_people_in_bulk_ask_for_a_proof(route: ConsoleRoute) -> None:
    assert route.needs_proof or route.path in WITHOUT_PROOF, (
        f"{name(route)}: give its `form` needs_proof=True, or name its path in WITHOUT_PROOF"
    )


def test_no_two_routes_share_method_and_path() -> None:
    names = [name(route) for route in ROUTES]
    twice = sorted({each for each in names if names.count(each) > 1})
    assert not twice, f"two screens have a route {', '.join(twice)}: give one another path"


def test_a_role_without_the_permission_is_refused(clients: dict[Role, Client]) -> None:
    answers = {(name(route), role): ask(clients[role], route) for route, role in forbidden()}
    let_in = {key: status for key, status in answers.items() if status != 403}
    assert not let_in, f"a role without the permission of the route was answered: {let_in}"


def test_a_role_with_the_permission_is_not_refused(clients: dict[Role, Client]) -> None:
    answers = {
        (name(route), role): ask(clients[role], route)
        for route in MEMBERS
        if not route.is_live and route.path != "/sign-out"
        for role in Role
        if has(role, route.rule)
    }
    refused = {key: status for key, status in answers.items() if status == 403 or status >= 500}
    assert not refused, f"a role with the permission of the route was refused: {refused}"


def test_a_number_larger_than_any_row_has_leads_nowhere(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    pages = [r for r in MEMBERS if ":int" in r.path and r.method == "GET" and not r.is_live]
    answers = {name(r): owner.get(path_of(r).replace(NOWHERE[":int"], "9" * 25)) for r in pages}
    assert {key: said.status_code for key, said in answers.items() if said.status_code != 404} == {}


def test_no_page_of_an_error_names_a_command(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    pages = [r for r in MEMBERS if "{" in r.path and r.method == "GET" and not r.is_live]
    assert [name(r) for r in pages if ": newsletter " in owner.get(path_of(r)).text] == []


def test_a_visitor_is_redirected_to_sign_in(console: Console) -> None:
    visitor = console.visitor()
    token = visitor.token()
    for route in MEMBERS:
        response = visitor.http.request(
            route.method,
            f"/console{path_of(route).rstrip('/')}",
            data={"csrf": token} if route.method == "POST" else None,
        )
        assert response.status_code == 303, name(route)
        assert response.headers["location"].startswith("/console/sign-in"), name(route)


@pytest.mark.parametrize("granted", [Permission.PEOPLE])
def test_a_granted_permission_opens_its_pages(console: Console, granted: Permission) -> None:
    editor = console.as_role(Role.EDITOR, [granted])
    pages = [r for r in MEMBERS if r.rule is granted and r.method == "GET" and not r.is_live]
    assert [name(route) for route in pages if ask(editor, route) == 403] == []


def test_a_refusal_tells_in_words_what_the_role_does_not_allow(console: Console) -> None:
    page = console.as_role(Role.VIEWER).get("/people").text
    assert "As a viewer you may not see or change people; ask an owner" in page


def test_every_permission_has_a_description() -> None:
    used = {route.rule for route in MEMBERS if isinstance(route.rule, Permission)}
    assert not used - set(DEEDS), (
        f"newsletter/console/frame/presentation/words.py, DEEDS: say what {used - set(DEEDS)} "
        "lets a member do, so that a refusal names it"
    )
