"""One change by every action on staff, their sessions and credentials."""

from collections.abc import Callable, Mapping
from typing import Any

import pyotp

from newsletter.actions import credentials, keys, sessions, staff
from newsletter.actions.sessions import Browser
from newsletter.app import Newsletter
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.actors import VISITOR, Actor, operator, staff_member
from newsletter.staff.permissions import Permission, Role
from newsletter.staff.sign_in.passkeys import NewPasskey
from newsletter.staff.sign_in.proofs import PasswordProof

Call = Callable[[Actor], object]
# The first staff member of the site.
OWNER = 1
OWN = staff_member(OWNER, Role.VIEWER)
SETUP = operator("setup")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSKEY = NewPasskey(credential_id="abc", public_key=b"key", sign_count=0)


def browser(name: str = "one") -> Browser:
    return Browser(token_hash=name, device="Firefox on Linux", network="192.0.2.7")


def add_member(app: Newsletter, role: Role = Role.VIEWER, **values: Any) -> int:
    now = app.clock.now()
    with app.database.write() as session:
        number = len(store.members(session)) + 1
        member = StaffMember(
            email=f"staff{number}@wexcombe.example",
            name="Ada Moor",
            role=role,
            granted=[],
            invited_at=now,
            **{"joined_at": now} | values,
        )
        session.add(member)
        session.flush()
        return member.id


def begin(app: Newsletter, member: int, name: str = "one") -> int:
    return sessions.begin(app, VISITOR, member, browser(name), PasswordProof(), account="a")


def code(app: Newsletter) -> str:
    return pyotp.TOTP(SECRET).at(app.clock.now())


def with_authenticator(app: Newsletter) -> None:
    add_member(app)
    credentials.add_authenticator(app, OWN, SECRET, code(app))


def beginning(app: Newsletter) -> Call:
    number = add_member(app)
    return lambda who: sessions.begin(app, who, number, browser(), PasswordProof(), account="a")


def ending(app: Newsletter) -> Call:
    number = begin(app, add_member(app))
    return lambda who: sessions.end(app, who, number)


def ending_others(app: Newsletter) -> Call:
    number = begin(app, add_member(app))
    begin(app, OWNER, "two")
    return lambda who: sessions.end_others(app, who, number)


def seeing(app: Newsletter) -> Call:
    number = begin(app, add_member(app))
    return lambda who: sessions.see(app, who, number, network="192.0.2.8")


def proving(app: Newsletter) -> Call:
    number = begin(app, add_member(app))
    return lambda who: sessions.prove(app, who, number, PasswordProof())


def changing_password(app: Newsletter) -> Call:
    number = begin(app, add_member(app))
    return lambda who: credentials.change_password(app, who, "hash", session=number)


def adding_authenticator(app: Newsletter) -> Call:
    add_member(app)
    return lambda who: credentials.add_authenticator(app, who, SECRET, code(app))


def removing_authenticator(app: Newsletter) -> Call:
    with_authenticator(app)
    return lambda who: credentials.remove_authenticator(app, who)


def making_recovery_codes(app: Newsletter) -> Call:
    with_authenticator(app)
    with app.database.read() as session:
        before = store.recovery_codes_mark(session, OWNER)
    return lambda who: credentials.make_recovery_codes(app, who, instead_of=before)


def adding_passkey(app: Newsletter) -> Call:
    add_member(app)
    return lambda who: credentials.add_passkey(app, who, PASSKEY, "Telephone")


def removing_passkey(app: Newsletter) -> Call:
    add_member(app)
    number = credentials.add_passkey(app, OWN, PASSKEY, "Telephone")
    return lambda who: credentials.remove_passkey(app, who, number)


def joining(app: Newsletter) -> Call:
    member = add_member(app, joined_at=None)
    link = staff.make_link(app, SETUP, member)
    return lambda who: staff.join(app, who, link, name="Ada Moor", password_hash="hash")


def of_member(act: Callable[..., object], *args: Any, **values: Any) -> Callable[..., Call]:
    """A change of a member by their number."""

    def change(app: Newsletter) -> Call:
        number = add_member(app, **values)
        return lambda who: act(app, who, number, *args)

    return change


def ending_sessions(app: Newsletter) -> Call:
    number = add_member(app)
    begin(app, number)
    return lambda who: staff.end_sessions(app, who, number)


def refunding(app: Newsletter) -> Call:
    number = sessions.attempt(app, VISITOR, account="a", network="n")
    return lambda who: sessions.refund(app, who, number)


def reopening(app: Newsletter) -> Call:
    number = add_member(app, ended_at=app.clock.now())
    return lambda who: staff.reopen(app, who, number)


def making_key(app: Newsletter) -> Call:
    return lambda who: keys.make(app, who, name="Website", scopes=[Permission.WRITE])


def of_key(act: Callable[..., object]) -> Callable[..., Call]:
    """A change of an API key by its number."""

    def change(app: Newsletter) -> Call:
        made = keys.make(app, SETUP, name="Website", scopes=[Permission.WRITE])
        return lambda who: act(app, who, made.number)

    return change


STAFF_CHANGES: Mapping[str, Callable[[Newsletter], Call]] = {
    "credentials.add_authenticator": adding_authenticator,
    "credentials.add_passkey": adding_passkey,
    "credentials.change_password": changing_password,
    "credentials.make_recovery_codes": making_recovery_codes,
    "credentials.remove_authenticator": removing_authenticator,
    "credentials.remove_passkey": removing_passkey,
    "keys.make": making_key,
    "keys.revoke": of_key(keys.revoke),
    "keys.see": of_key(keys.see),
    "sessions.begin": beginning,
    "sessions.end": ending,
    "sessions.end_others": ending_others,
    "sessions.prove": proving,
    "sessions.attempt": lambda app: (
        lambda who: sessions.attempt(app, who, account="a", network="n")
    ),
    "sessions.refund": refunding,
    "sessions.refuse": lambda app: lambda who: sessions.refuse(app, who, None),
    "sessions.see": seeing,
    "staff.change_role": of_member(staff.change_role, Role.EDITOR),
    "staff.end": of_member(staff.end),
    "staff.end_sessions": ending_sessions,
    "staff.invite": lambda app: (
        lambda who: staff.invite(
            app, who, email="zoe@wexcombe.example", name="Zoe Moor", role=Role.EDITOR
        )
    ),
    "staff.join": joining,
    "staff.make_link": of_member(staff.make_link),
    "staff.reopen": reopening,
    "staff.reset": of_member(staff.reset),
    "staff.set_up": lambda app: (
        lambda who: staff.set_up(
            app, who, email="ada@wexcombe.example", name="Ada Moor", password_hash="hash"
        )
    ),
}
_BY_VISITORS = (
    "keys.see",
    "sessions.attempt",
    "sessions.begin",
    "sessions.refund",
    "sessions.refuse",
    "sessions.see",
    "staff.join",
    "staff.set_up",
)
_BY_THEMSELVES = [
    name
    for name in STAFF_CHANGES
    if name.startswith(("credentials.", "sessions.")) and name not in _BY_VISITORS
]
STAFF_ACTORS: Mapping[str, Actor] = {
    **dict.fromkeys(_BY_VISITORS, VISITOR),
    **dict.fromkeys(_BY_THEMSELVES, OWN),
}
