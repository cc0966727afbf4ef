"""One change by every action: what it needs on a site, and the call."""

from collections.abc import Mapping

from action_site import ANN, PAT, Change
from article_changes import ARTICLE_CHANGES
from edition_changes import EDITION_CHANGES
from import_changes import IMPORT_CHANGES
from operation_changes import OPERATION_CHANGES
from staff_changes import STAFF_ACTORS, STAFF_CHANGES
from subscriber_changes import SUBSCRIBER_CHANGES

from newsletter.staff.actors import SCHEDULE, VISITOR, Actor, operator, subscriber

# Actors of changes that staff cannot make.
ACTORS: Mapping[str, Actor] = {
    "account.confirm": subscriber(PAT),
    "account.sign_up": VISITOR,
    "digests.register": SCHEDULE,
    "imports.forget_uploads": SCHEDULE,
    "maintenance.forget_people": SCHEDULE,
    **STAFF_ACTORS,
}

# Actions without a line, with the reason.
UNRECORDED = {
    "feedback.remember_mailbox": "where reading stopped is of no interest later",
    "keys.see": "the key itself says when it was used; what it did is recorded",
    "sessions.attempt": "what becomes of it is recorded",
    "sessions.refund": "what became of it is recorded",
    "sessions.see": "the session itself says when it was used",
}


def actor_of(action: str) -> Actor:
    """An actor with the permission."""
    usual = subscriber(ANN) if action.startswith("account.") else operator("ann")
    return ACTORS.get(action, usual)


CHANGES: Mapping[str, Change] = {
    **ARTICLE_CHANGES,
    **EDITION_CHANGES,
    **SUBSCRIBER_CHANGES,
    **IMPORT_CHANGES,
    **OPERATION_CHANGES,
    **STAFF_CHANGES,
}
