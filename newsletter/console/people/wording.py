"""Words for people's states and choices, shared by the screens."""

from collections.abc import Mapping, Sequence

from newsletter.config.options import Config
from newsletter.delivery.ledger.models import DeliveryState, NoticeKind
from newsletter.subscriptions.frequency_labels import FREQUENCIES, WITH_ARTICLES
from newsletter.transports.events import EventKind
from subscribers.audience import Stream
from subscribers.models import ConsentKind, Frequency, SubscriberStatus
from subscribers.topics import Choice

# The labels and kinds of badges.
STATUSES: Mapping[SubscriberStatus, tuple[str, str]] = {
    SubscriberStatus.CONFIRMED: ("Confirmed", "good"),
    SubscriberStatus.PENDING: ("Not confirmed", "wait"),
    SubscriberStatus.ENDED: ("Has left", "off"),
    SubscriberStatus.ERASED: ("Erased", "off"),
}
DELIVERIES: Mapping[DeliveryState, tuple[str, str]] = {
    DeliveryState.SENT: ("Taken", "good"),
    DeliveryState.FAILED: ("Refused", "bad"),
    DeliveryState.UNCERTAIN: ("Uncertain", "bad"),
    DeliveryState.DEFERRED: ("Put off", "wait"),
    DeliveryState.QUEUED: ("Waiting", "wait"),
    DeliveryState.CLAIMED: ("Leaving", "busy"),
    DeliveryState.SKIPPED: ("Not sent", "off"),
}
STREAMS: Mapping[Stream, str] = {
    Stream.DIGEST: "A digest",
    Stream.BULLETIN: "A bulletin",
    Stream.ARTICLE: "Each article as it appears",
}
CONSENTS: Mapping[ConsentKind, str] = {
    ConsentKind.ASKED: "Signed up",
    ConsentKind.GIVEN: "Agreed",
    ConsentKind.CHANGED: "Changed their choice",
    ConsentKind.MOVED: "Changed their address",
    ConsentKind.WITHDRAWN: "Left",
    ConsentKind.OBJECTED: "Left, and is never to be mailed again",
    ConsentKind.ERASED: "Was erased at their wish",
    ConsentKind.UNDONE: "The import that added them was taken back",
}
NOTICES: Mapping[str, str] = {
    NoticeKind.CONFIRM: "Asked them to confirm their address",
    NoticeKind.WELCOME: "Welcome",
    NoticeKind.GOODBYE: "Goodbye, with a link that undoes it",
    NoticeKind.CHANGED: "What holds since they changed their choice",
    NoticeKind.MOVE: "Asked them to confirm a new address",
    NoticeKind.MOVING: "Told the old address of the change",
    NoticeKind.PREFERENCES: "A fresh link to their page",
}
EVENTS: Mapping[EventKind, str] = {
    EventKind.HARD: "Came back: the address does not exist, or takes no mail",
    EventKind.SOFT: "Came back: refused for now",
    EventKind.FULL: "Came back: the mailbox is full",
    EventKind.BLOCKED: "Came back: refused because of us",
    EventKind.COMPLAINT: "They called it spam",
    EventKind.UNSUBSCRIBE: "They left by their mailbox's button or by mail",
    EventKind.AUTOREPLY: "An automatic answer, such as out of office",
    EventKind.SUCCESS: "Arrived",
    EventKind.DELAYED: "Their server tries again",
    EventKind.UNKNOWN: "An answer that was not understood",
}


def choice_in_words(choice: Choice, config: Config, topics: Mapping[str, str]) -> dict[str, str]:
    """The topics and digests of a choice by their names.

    Args:
        topics: names by slug.
    """
    digests = [
        config.digests[name].name if name in config.digests else name for name in choice.digests
    ]
    return {
        "Topics": ", ".join(topics.get(slug, slug) for slug in choice.topics) or "All",
        "Digests": ", ".join(digests) or "All",
    }


def frequencies(config: Config, current: Frequency | None = None) -> Sequence[tuple[str, str]]:
    """The kinds of mail that there are, for a list to choose from.

    Args:
        current: is on offer in any case.
    """
    hidden = frozenset[Frequency]() if config.each_article.is_on else WITH_ARTICLES - {current}
    return [
        (kind.value, f"{label[:1].upper()}{label[1:]}")
        for kind, label in FREQUENCIES.items()
        if kind not in hidden
    ]
