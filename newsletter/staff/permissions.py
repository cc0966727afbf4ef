"""Permissions, and the table of who has them."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """What an action requires of its actor."""

    READ = "read"  # see everything but people
    WRITE = "write"  # articles, segments, drafts, the coming edition
    PEOPLE = "people"  # see and change subscribers one by one; suppress
    BULK_PEOPLE = "bulk people"  # import, export and erase people
    SEND = "send"  # compose, approve, send, retry, settle
    STOP = "stop"  # pause and cancel what is being sent
    ADMINISTER = "administer"  # settings, look, staff, keys, the audit log
    MAINTAIN = "maintain"  # what is due by itself: polling, retention, archives
    REPORT = "report"  # tell what became of a mail
    SIGN_UP = "sign up"  # enter one's own address
    OWN_SUBSCRIPTION = "own subscription"  # change what a link in a mail belongs to
    SIGN_IN = "sign in"  # prove to be a staff member
    OWN_ACCOUNT = "own account"  # change one's own password, passkeys and sessions


class ActorKind(StrEnum):
    """Kinds of actors."""

    OPERATOR = "operator"  # the operating-system user who ran a command
    STAFF = "staff"  # a staff member, signed in
    SUBSCRIBER = "subscriber"  # a subscriber, by a link in a mail to them
    VISITOR = "visitor"  # anybody at the public site
    SCHEDULE = "schedule"  # the clock
    PROVIDER = "provider"  # a provider's webhook, with proof of its origin
    KEY = "key"  # another program, by an API key


class Role(StrEnum):
    """Roles of staff members."""

    OWNER = "owner"
    SENDER = "sender"
    EDITOR = "editor"
    VIEWER = "viewer"


class StaffLinkKind(StrEnum):
    """Kinds of one-time links for staff."""

    INVITATION = "invitation"  # join, and choose a password
    SIGN_IN = "sign in"  # get in again, and choose another password


_OWN = frozenset(
    {
        Permission.SIGN_UP,
        Permission.OWN_SUBSCRIPTION,
        Permission.SIGN_IN,
        Permission.OWN_ACCOUNT,
    }
)
_EVERYTHING = frozenset(Permission) - _OWN

PERMISSIONS: Mapping[ActorKind | Role, frozenset[Permission]] = {
    # Whoever can run a command can write to the database directly.
    ActorKind.OPERATOR: _EVERYTHING,
    ActorKind.SCHEDULE: frozenset({Permission.SEND, Permission.MAINTAIN, Permission.REPORT}),
    ActorKind.PROVIDER: frozenset({Permission.REPORT}),
    # The most that a key can be given: what leaks by a program reaches no person and mails nobody.
    ActorKind.KEY: frozenset({Permission.READ, Permission.WRITE}),
    ActorKind.SUBSCRIBER: frozenset({Permission.OWN_SUBSCRIPTION}),
    ActorKind.VISITOR: frozenset({Permission.SIGN_UP, Permission.SIGN_IN}),
    Role.OWNER: _EVERYTHING | {Permission.OWN_ACCOUNT},
    Role.SENDER: frozenset(
        {
            Permission.READ,
            Permission.WRITE,
            Permission.PEOPLE,
            Permission.SEND,
            Permission.STOP,
            Permission.MAINTAIN,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.EDITOR: frozenset(
        {
            Permission.READ,
            Permission.WRITE,
            Permission.STOP,
            Permission.MAINTAIN,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.VIEWER: frozenset({Permission.READ, Permission.OWN_ACCOUNT}),
}

# What an owner may grant in addition, by role.
GRANTABLE: Mapping[Role, frozenset[Permission]] = {
    Role.SENDER: frozenset({Permission.BULK_PEOPLE}),
    Role.EDITOR: frozenset({Permission.PEOPLE}),
}
