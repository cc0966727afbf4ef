"""Actions on API keys: make, use, revoke."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff import api_keys
from newsletter.staff.api_key_models import ApiKey
from newsletter.staff.permissions import PERMISSIONS, ActorKind, Permission
from newsletter.staff.store import hash_token

KIND = "key"


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key that was just made."""

    number: int
    key: str
    """To be shown once: it is stored nowhere."""


@action(Permission.ADMINISTER)
def make(
    work: UnitOfWork[Context],
    *,
    name: str,
    scopes: Collection[Permission],
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key for another program.

    Raises:
        InvalidInput: it has no name or scope, one that no key can have, or has expired already.
    """
    beyond = set(scopes) - PERMISSIONS[ActorKind.KEY]
    if beyond:
        raise InvalidInput(f"no key can be given: {', '.join(sorted(beyond))}")
    if not name.strip() or not scopes:
        raise InvalidInput("a key needs a name, and something that it may do")
    if expires_at is not None and expires_at <= work.now:
        raise InvalidInput("this key would have expired already; give a time to come")
    key = api_keys.new_key()
    row = ApiKey(
        name=name.strip(),
        key_hash=hash_token(key),
        scopes=sorted(scopes),
        made_by=str(work.actor),
        made_at=work.now,
        expires_at=expires_at,
    )
    work.session.add(row)
    work.session.flush()
    work.about(KIND, row.id, scopes=sorted(scopes))
    return NewKey(number=row.id, key=key)


@action(Permission.ADMINISTER)
def revoke(work: UnitOfWork[Context], number: int) -> str:
    """End a key at once and for good; its name.

    Raises:
        ResourceNotFound: there is no such key.
        Conflict: it is revoked already.
    """
    row = api_keys.lock(work.session, number)
    if row.revoked_at is not None:
        raise Conflict(f"the API key “{row.name}” is revoked already")
    row.revoked_at = work.now
    work.about(KIND, number)
    return row.name


@action(Permission.SIGN_IN)
def see(work: UnitOfWork[Context], number: int) -> None:
    """Note that a key was used now; what it did has lines of its own.

    Raises:
        ResourceNotFound: there is no such key.
    """
    api_keys.lock(work.session, number).used_at = work.now
    work.skip_audit_line()
