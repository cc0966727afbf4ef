"""One change by every action on staff."""

from collections.abc import Callable, Mapping
from typing import Any

from newsletter.actions import staff
from newsletter.actions.staff import Browser
from newsletter.app import Newsletter
from newsletter.staff.account_models import StaffMember
from newsletter.staff.actors import VISITOR, Actor, staff_member
from newsletter.staff.permissions import Role

BROWSER = Browser(token_hash="hash", device="Firefox on Linux", network="192.0.2.7")
# The first staff member of the site.
OWNER = 1


def add_owner(app: Newsletter, **values: Any) -> int:
    now = app.clock.now()
    with app.database.write() as session:
        member = StaffMember(
            email="ada@wexcombe.example",
            name="Ada Moor",
            role=Role.OWNER,
            granted=[],
            invited_at=now,
            joined_at=now,
            **values,
        )
        session.add(member)
        session.flush()
        return member.id


def begin_session(app: Newsletter) -> int:
    return staff.sign_in(app, VISITOR, add_owner(app), BROWSER, account="a")


def signing_in(app: Newsletter) -> Callable[[Actor], object]:
    number = add_owner(app)
    return lambda who: staff.sign_in(app, who, number, BROWSER, account="a")


def signing_out(app: Newsletter) -> Callable[[Actor], object]:
    number = begin_session(app)
    return lambda who: staff.sign_out(app, who, number)


def seeing(app: Newsletter) -> Callable[[Actor], object]:
    number = begin_session(app)
    return lambda who: staff.see_session(app, who, number, network="192.0.2.8")


STAFF_CHANGES: Mapping[str, Callable[[Newsletter], Callable[[Actor], object]]] = {
    "staff.refuse_sign_in": lambda app: (
        lambda who: staff.refuse_sign_in(app, who, None, account="a", network="n")
    ),
    "staff.see_session": seeing,
    "staff.set_up": lambda app: (
        lambda who: staff.set_up(
            app, who, email="ada@wexcombe.example", name="Ada Moor", password_hash="hash"
        )
    ),
    "staff.sign_in": signing_in,
    "staff.sign_out": signing_out,
}
STAFF_ACTORS: Mapping[str, Actor] = {
    "staff.refuse_sign_in": VISITOR,
    "staff.see_session": VISITOR,
    "staff.set_up": VISITOR,
    "staff.sign_in": VISITOR,
    "staff.sign_out": staff_member(OWNER, Role.VIEWER),
}
