"""One change by every action on subscribers, their own included, segments and suppressions."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from action_site import (
    ANN,
    FRIDAY,
    JOINING,
    ORIGIN,
    PAT,
    WISHES,
    Call,
    Change,
)

from newsletter.actions import (
    account,
    segments,
    subscribers,
    suppressions,
)
from newsletter.app import Newsletter
from newsletter.staff.actors import operator
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.links import PreferencesLink
from subscribers import address_change, membership
from subscribers import store as people
from subscribers.models import Frequency
from subscribers.segments import store as segment_store


def person(app: Newsletter, number: int, act: Callable[..., Any]) -> Any:
    """Change a subscriber without an action."""
    with app.database.write() as session:
        return act(session, people.by_id(session, number))


def leave(app: Newsletter) -> ExpiringLink:
    now = app.clock.now()
    person(app, ANN, lambda s, ann: membership.leave(s, ann, origin=ORIGIN, now=now))
    return ExpiringLink(subscriber_id=ANN, at=now)


def ask_to_move(app: Newsletter) -> ExpiringLink:
    now, secret = app.clock.now(), app.secret
    address = "ann@elsewhere.example"
    person(app, ANN, lambda s, ann: address_change.request_change(s, ann, secret, address, now))
    return ExpiringLink(subscriber_id=ANN, at=now)


def moving_address(app: Newsletter) -> Call:
    link = ask_to_move(app)
    return lambda actor: account.move(app, actor, link, origin=ORIGIN)


def keeping_address(app: Newsletter) -> Call:
    ask_to_move(app)
    return lambda actor: account.keep_address(app, actor, own_link(app))


def objecting_to_move(app: Newsletter) -> Call:
    ask_to_move(app)
    with app.database.read() as session:
        [change] = people.moves_of(session, people.by_id(session, ANN))
    return lambda actor: account.object_to_move(app, actor, change.id, origin=ORIGIN)


def own_link(app: Newsletter, number: int = ANN) -> PreferencesLink:
    """The link to the preferences that a mail would bring now."""
    with app.database.read() as session:
        subscriber = people.by_id(session, number)
        return preferences_link.issue(app.link_signers, subscriber, app.clock.now())


def confirming(app: Newsletter) -> Call:
    link = ExpiringLink(subscriber_id=PAT, at=app.clock.now())
    return lambda actor: account.confirm(app, actor, link, origin=ORIGIN)


def resubscribing(app: Newsletter) -> Call:
    link = leave(app)
    return lambda actor: account.resubscribe(app, actor, link, origin=ORIGIN)


def removing_segment(app: Newsletter) -> Call:
    with app.database.write() as session:
        segment_store.add(session, "pending", "status = pending", app.clock.now())
    return lambda actor: segments.remove(app, actor, "pending")


def changing_segment(app: Newsletter) -> Call:
    segments.add(app, operator("setup"), "new", "status = pending")
    return lambda actor: segments.change(app, actor, "new", "status = confirmed")


def renaming_segment(app: Newsletter) -> Call:
    segments.add(app, operator("setup"), "new", "status = pending")
    return lambda actor: segments.rename(app, actor, "new", "newer")


def lifting(app: Newsletter) -> Call:
    address = ["gone@wexcombe.example"]
    suppressions.add(app, operator("setup"), [address], "test")
    return lambda actor: suppressions.lift(app, actor, [address])


SUBSCRIBER_CHANGES: Mapping[str, Change] = {
    "account.ask_to_move": lambda app: (
        lambda who: account.ask_to_move(app, who, own_link(app), "a@b.example")
    ),
    "account.choose": lambda app: (
        lambda who: account.choose(app, who, own_link(app), WISHES, None, origin=ORIGIN)
    ),
    "account.confirm": confirming,
    "account.erase": lambda app: lambda who: account.erase(app, who, own_link(app), origin=ORIGIN),
    "account.keep_address": keeping_address,
    "account.lower_frequency": lambda app: (
        lambda who: account.lower_frequency(
            app, who, own_link(app), Frequency.WEEKLY, origin=ORIGIN
        )
    ),
    "account.mail_preferences_link": lambda app: (
        lambda who: account.mail_preferences_link(app, who, own_link(app))
    ),
    "account.move": moving_address,
    "account.object_to_move": objecting_to_move,
    "account.object_to_mail": lambda app: (
        lambda who: account.object_to_mail(app, who, own_link(app), origin=ORIGIN)
    ),
    "account.pause": lambda app: lambda who: account.pause(app, who, own_link(app)),
    "account.resubscribe": resubscribing,
    "account.sign_up": lambda app: lambda who: account.sign_up(app, who, JOINING, origin=ORIGIN),
    "account.unsubscribe": lambda app: (
        lambda who: account.unsubscribe(app, who, 7, UnsubscribeReason())
    ),
    "subscribers.add": lambda app: lambda who: subscribers.add(app, who, JOINING, "paper"),
    "subscribers.change": lambda app: (
        lambda who: subscribers.change(app, who, ANN, WISHES, "a letter")
    ),
    "subscribers.confirm": lambda app: lambda who: subscribers.confirm(app, who, PAT, "paper"),
    "subscribers.disclose": lambda app: lambda who: subscribers.disclose(app, who, ANN),
    "subscribers.end": lambda app: lambda who: subscribers.end(app, who, ANN),
    "subscribers.erase": lambda app: lambda who: subscribers.erase(app, who, ANN),
    "subscribers.export": lambda app: (
        lambda who: subscribers.export(app, who, [], lambda rows: len(list(rows)))
    ),
    "subscribers.export_list": lambda app: (
        lambda who: subscribers.export_list(app, who, "bounces.csv")
    ),
    "subscribers.pause": lambda app: (
        lambda who: subscribers.pause(app, who, ANN, FRIDAY + timedelta(weeks=4))
    ),
    "segments.add": lambda app: lambda who: segments.add(app, who, "new", "status = pending"),
    "segments.change": changing_segment,
    "segments.remove": removing_segment,
    "segments.rename": renaming_segment,
    "suppressions.add": lambda app: (
        lambda who: suppressions.add(app, who, [["gone@wexcombe.example"]], "asked for")
    ),
    "suppressions.lift": lifting,
}
