"""Actions on bulletins: queue one; from then on it is an edition."""

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposedEdition
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.staff.permissions import Permission


@action(Permission.SEND)
def send(work: UnitOfWork[Context], draft: BulletinDraft) -> ComposedEdition:
    """Queue a bulletin for `send_at`, or for the end of the undo window.

    Raises:
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
        Conflict: the same bulletin was queued within a day, and `again` is not set.
    """
    edition = compose_bulletin(work.session, work.context.config, draft, work.now)
    work.about("edition", edition.id)
    return ComposedEdition.of(edition)
