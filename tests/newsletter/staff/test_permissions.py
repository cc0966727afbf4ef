"""Who may do what."""

import pytest

from newsletter.errors import NotAllowed
from newsletter.staff.actors import SCHEDULE, VISITOR, Actor, operator, staff_member, subscriber
from newsletter.staff.permissions import PERMISSIONS, ActorKind, Permission, Role

P = Permission

# The table of roles, told a second time: who may do each.
ROLES = {
    P.READ: {Role.OWNER, Role.SENDER, Role.EDITOR, Role.VIEWER},
    P.WRITE: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.MAINTAIN: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.STOP: {Role.OWNER, Role.SENDER, Role.EDITOR},
    P.PEOPLE: {Role.OWNER, Role.SENDER},
    P.SEND: {Role.OWNER, Role.SENDER},
    P.BULK_PEOPLE: {Role.OWNER},
    P.ADMINISTER: {Role.OWNER},
    P.SIGN_UP: set(),
    P.OWN_SUBSCRIPTION: set(),
}


def may(actor: Actor, permission: Permission) -> bool:
    try:
        actor.require(permission, "test")
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("permission", Permission)
def test_a_role_may_what_the_table_says(permission: Permission) -> None:
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
def test_only_what_a_role_can_be_granted_counts(
    role: Role, granted: Permission, counts: bool
) -> None:
    assert may(staff_member(7, role, [granted]), granted) == counts


@pytest.mark.parametrize("kind", [k for k in ActorKind if k is not ActorKind.STAFF])
def test_every_kind_of_actor_may_something(kind: ActorKind) -> None:
    assert PERMISSIONS[kind]


@pytest.mark.parametrize("actor", [SCHEDULE, VISITOR, subscriber(7)], ids=str)
def test_nobody_but_the_office_may_change_people(actor: Actor) -> None:
    assert not may(actor, P.PEOPLE)


def test_a_refusal_says_who_may_not_do_what_and_the_mend() -> None:
    with pytest.raises(NotAllowed, match=r"subscriber:7 may not do editions.pause.*“stop”.*owner"):
        subscriber(7).require(P.STOP, "editions.pause")


def test_only_a_subscriber_has_a_subscription() -> None:
    assert subscriber(7).subscriber_id == 7
    with pytest.raises(NotAllowed):
        _ = operator("ann").subscriber_id
