"""Actors: one value type for all kinds, which carries its permissions.

Actions check permissions, not kinds: a new kind of actor is one function here and one line in
`permissions.PERMISSIONS`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from newsletter.errors import NotAllowed
from newsletter.staff.permissions import GRANTABLE, PERMISSIONS, ActorKind, Permission, Role


@dataclass(frozen=True, kw_only=True)
class ActorOrigin:
    """Where somebody acts from."""

    network: str
    """Network address."""
    device: str
    """Browser and system, in words."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who performs an action."""

    kind: ActorKind
    name: str = ""
    """The operating-system user, a transport, or the id of a staff member or subscriber; never an
    address, since audit lines are never deleted."""
    permissions: frozenset[Permission]
    origin: ActorOrigin | None = field(default=None, compare=False)
    """Stored with the audit line for a while; None: it is not."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value

    def require(self, permission: Permission, action: str) -> None:
        """
        Raises:
            NotAllowed: the actor does not have this permission.
        """
        if permission not in self.permissions:
            raise NotAllowed(
                f"{self} may not do {action}, which needs the permission “{permission}”; "
                "ask an owner to do it or to grant it"
            )

    @property
    def subscriber_id(self) -> int:
        """The subscriber whose link was followed.

        Raises:
            NotAllowed: the actor is no subscriber.
        """
        if self.kind is not ActorKind.SUBSCRIBER:
            raise NotAllowed(f"{self} is no subscriber, and has no subscription to change")
        return int(self.name)


def operator(user: str) -> Actor:
    """The operating-system user who runs a command."""
    return Actor(kind=ActorKind.OPERATOR, name=user, permissions=PERMISSIONS[ActorKind.OPERATOR])


def subscriber(number: int) -> Actor:
    """The subscriber named by a signed link."""
    kind = ActorKind.SUBSCRIBER
    return Actor(kind=kind, name=str(number), permissions=PERMISSIONS[kind])


def staff_member(number: int, role: Role, granted: Collection[Permission] = ()) -> Actor:
    """A staff member; grants beyond those of their role are ignored."""
    permissions = PERMISSIONS[role] | (GRANTABLE.get(role, frozenset()) & frozenset(granted))
    return Actor(kind=ActorKind.STAFF, name=str(number), permissions=permissions)


def provider(transport: str) -> Actor:
    """The provider of a transport, whose webhook proved its origin."""
    kind = ActorKind.PROVIDER
    return Actor(kind=kind, name=transport, permissions=PERMISSIONS[kind])


def api_key(number: int, scopes: Collection[Permission]) -> Actor:
    """Another program, by an API key; scopes that no key can have are ignored."""
    kind = ActorKind.KEY
    permissions = PERMISSIONS[kind] & frozenset(scopes)
    return Actor(kind=kind, name=str(number), permissions=permissions)


VISITOR = Actor(kind=ActorKind.VISITOR, permissions=PERMISSIONS[ActorKind.VISITOR])
SCHEDULE = Actor(kind=ActorKind.SCHEDULE, permissions=PERMISSIONS[ActorKind.SCHEDULE])
