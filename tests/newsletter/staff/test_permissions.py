"""Permissions of roles and actors."""

import pytest

from newsletter.errors import NotAllowed
from newsletter.staff.actors import SCHEDULE, VISITOR, Actor, operator, staff_member, subscriber
from newsletter.staff.permissions import PERMISSIONS, ActorKind, Permission, Role

P = Permission

# The table of permissions, independently of the code.
ROLES = {
    P.READ: {Role.OWNER, Role.SENDER, Role.EDITOR, Role.VIEWER},
    P.WRITE: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.MAINTAIN: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.STOP: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.PEOPLE: {Role.OWNER, Role.SENDER},
    P.SEND: {Role.OWNER, Role.SENDER},
    P.BULK_PEOPLE: {Role.OWNER},
    P.ADMINISTER: {Role.OWNER},
    P.REPORT: {Role.OWNER},
    P.SIGN_UP: set(),
    P.OWN_SUBSCRIPTION: set(),
    P.SIGN_IN: set(),
    P.OWN_ACCOUNT: {Role.OWNER, Role.SENDER, Role.EDITOR, Role.VIEWER},
}


def may(actor: Actor, permission: Permission) -> bool:
    try:
        actor.require(permission, "test")
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("permission", Permission)
def test_roles_have_the_permissions_of_the_table(permission: Permission) -> None:
    found = {role for role in Role if may(staff_member(7, role), permission)}
    assert found == ROLES[permission]


@pytest.mark.parametrize(
    ("role", "granted", "counts"),
    [
        (Role.SENDER, P.BULK_PEOPLE, True),
        (Role.EDITOR, P.PEOPLE, True),
        (Role.EDITOR, P.SEND, False),
        (Role.VIEWER, P.PEOPLE, False),
    ],
)
def test_grants_beyond_a_role_are_ignored(role: Role, granted: Permission, counts: bool) -> None:
    assert may(staff_member(7, role, [granted]), granted) == counts


@pytest.mark.parametrize("kind", [k for k in ActorKind if k is not ActorKind.STAFF])
def test_every_kind_of_actor_has_a_permission(kind: ActorKind) -> None:
    assert PERMISSIONS[kind]


@pytest.mark.parametrize("actor", [SCHEDULE, VISITOR, subscriber(7)], ids=str)
def test_only_staff_and_operators_may_change_subscribers(actor: Actor) -> None:
    assert not may(actor, P.PEOPLE)


def test_a_refusal_names_actor_action_and_fix() -> None:
    with pytest.raises(NotAllowed, match=r"subscriber:7 may not do editions.pause.*“stop”.*owner"):
        subscriber(7).require(P.STOP, "editions.pause")


def test_only_a_subscriber_has_a_subscription() -> None:
    assert subscriber(7).subscriber_id == 7
    with pytest.raises(NotAllowed):
        _ = operator("ann").subscriber_id
