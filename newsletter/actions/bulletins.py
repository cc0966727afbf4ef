"""Actions on bulletins: write, copy, discard and send one; once sent, it is an edition."""

from dataclasses import dataclass

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposedEdition
from newsletter.delivery import control
from newsletter.editions.approvals import rules
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.models import SavedBulletin
from newsletter.editions.bulletins.writing import Writing, draft_of, put, writing_of
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict
from newsletter.staff.permissions import Permission
from subscribers.segments.store import expression_of

KIND = "bulletin"


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A saved bulletin's number and revision."""

    number: int
    revision: int


@action(Permission.SEND)
def send(work: UnitOfWork[Context], draft: BulletinDraft) -> ComposedEdition:
    """Queue a bulletin for `send_at`, or for the end of the undo window.

    Where bulletins need approval, it waits for that first.

    Raises:
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
        Conflict: the same bulletin was queued within a day, and `again` is not set.
    """
    edition = compose_bulletin(work.session, work.context.config, draft, work.now)
    edition.authors = edition.authors or [str(work.actor)]
    work.about("edition", edition.id)
    return ComposedEdition.of(edition)


@action(Permission.WRITE)
def save(
    work: UnitOfWork[Context],
    writing: Writing,
    *,
    number: int | None = None,
    revision: int | None = None,
    by_itself: bool = False,
) -> Saved:
    """Save a bulletin that is being written; a new one without a number.

    Args:
        revision: the one that was edited; None: whatever is there is overwritten.
        by_itself: whether the editor saves, not a person; of each author only the first such save
            leaves a line.

    Raises:
        ResourceNotFound: there is no such bulletin, or no such segment.
        InvalidInput: the segment cannot be read.
        Conflict: somebody else changed it meanwhile, or it is sent.
    """
    if writing.segment:
        expression_of(work.session, writing.segment)
    author = str(work.actor)
    if number is None:
        bulletin = SavedBulletin(authors=[author], created_at=work.now, revision=1)
        work.session.add(bulletin)
    else:
        bulletin = _open(work, number)
        is_known = author in bulletin.authors
        if by_itself and is_known:
            work.skip_audit_line()
        if writing_of(bulletin) == writing:
            work.skip_audit_line()
            return Saved(number=bulletin.id, revision=bulletin.revision)
        _check_revision(bulletin, revision)
        bulletin.revision += 1
        if not is_known:
            bulletin.authors = [*bulletin.authors, author]
    put(bulletin, writing)
    bulletin.changed_at = work.now
    work.session.flush()
    work.about(KIND, bulletin.id)
    return Saved(number=bulletin.id, revision=bulletin.revision)


@action(Permission.WRITE)
def copy(work: UnitOfWork[Context], number: int) -> int:
    """Copy a saved bulletin, sent or not, into a new one; its number.

    Raises:
        ResourceNotFound: there is no such bulletin.
    """
    earlier = store.by_id(work.session, number)
    bulletin = SavedBulletin(
        subject=earlier.subject,
        text=earlier.text,
        is_html=earlier.is_html,
        topics=earlier.topics,
        segment=earlier.segment,
        authors=[str(work.actor)],
        created_at=work.now,
        changed_at=work.now,
    )
    work.session.add(bulletin)
    work.session.flush()
    work.about(KIND, bulletin.id, copy_of=number)
    return bulletin.id


@action(Permission.WRITE)
def discard(work: UnitOfWork[Context], number: int) -> None:
    """Delete a bulletin that is being written.

    Raises:
        ResourceNotFound: there is no such bulletin.
        Conflict: it is sent.
    """
    bulletin = _open(work, number)
    work.about(KIND, number)
    work.session.delete(bulletin)


@action(Permission.SEND)
def send_saved(
    work: UnitOfWork[Context], number: int, *, revision: int | None = None, again: bool = False
) -> ComposedEdition:
    """Send a saved bulletin, once: whoever asks a second time is told the same edition.

    Where bulletins need approval, the sender's own is given with it, unless it has to be another's.

    Raises:
        ResourceNotFound: there is no such bulletin.
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
        Conflict: it was changed since this revision; or the same was sent within a day, and `again`
            is not set.
    """
    edition, is_new = _edition(work, number, revision, again=again, needs_sender=False)
    actor = str(work.actor)
    if is_new and edition.state is EditionState.DRAFT and rules.may_approve(edition, actor):
        control.approve(work.session, work.context.config, edition.id, actor, work.now)
    return ComposedEdition.of(edition)


@action(Permission.WRITE)
def submit(
    work: UnitOfWork[Context], number: int, *, revision: int | None = None, again: bool = False
) -> ComposedEdition:
    """Ask the senders to approve a saved bulletin, once; nothing leaves before.

    Raises: as `send_saved`.
    """
    edition, _ = _edition(work, number, revision, again=again, needs_sender=True)
    return ComposedEdition.of(edition)


def _edition(
    work: UnitOfWork[Context],
    number: int,
    revision: int | None,
    *,
    again: bool,
    needs_sender: bool,
) -> tuple[Edition, bool]:
    """The edition of a saved bulletin, and whether it was made now."""
    bulletin = store.lock(work.session, number)
    edition = store.edition_of(work.session, bulletin)
    if edition is not None:
        work.skip_audit_line()
        return edition, False
    _check_revision(bulletin, revision)
    draft = draft_of(bulletin, again=again, needs_sender=needs_sender)
    edition = compose_bulletin(work.session, work.context.config, draft, work.now)
    bulletin.edition_id = edition.id
    work.about("edition", edition.id, bulletin=number)
    return edition, True


def _open(work: UnitOfWork[Context], number: int) -> SavedBulletin:
    bulletin = store.lock(work.session, number)
    edition = store.edition_of(work.session, bulletin)
    if edition is not None:
        raise Conflict(
            f"bulletin {number} is edition {edition.id}, which is {edition.state.value}; copy it "
            "to write another, or take the edition back before it leaves"
        )
    return bulletin


def _check_revision(bulletin: SavedBulletin, revision: int | None) -> None:
    if revision is not None and revision != bulletin.revision:
        raise Conflict(
            f"bulletin {bulletin.id} was changed by somebody else meanwhile; look at it again, or "
            "save yours as a new one"
        )
