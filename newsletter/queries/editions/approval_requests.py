"""The mails that ask the senders to approve an edition, and to look again where it has changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.dry_run import audience_of
from newsletter.editions import store
from newsletter.editions.approvals.rules import may_approve
from newsletter.editions.approvals.snapshots import Snapshot, changes, fingerprint, snapshot_of
from newsletter.editions.approvals.store import view_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.dates import clock_time
from newsletter.editions.models import Edition
from newsletter.staff import store as staff
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import Permission

MAX_STORIES = 25


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """What the senders are asked about."""

    fingerprint: str
    is_new: bool
    """Whether they were not asked about this before."""
    mails: Mapping[str, Alarm]
    """By address."""


def approval_request(
    session: Session, config: Config, number: int, now: datetime
) -> ApprovalRequest:
    """What the senders are asked: subject, number of people, time, stories, the page to decide on.

    Where they were asked before, those who have seen the edition as it is now are left out, and
    each of the others is told what changed since their last look.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    edition = store.by_id(session, number)
    composition = Composition.of(session, edition)
    snapshot = snapshot_of(composition)
    mark = fingerprint(snapshot)
    is_new = edition.approval_asked_about != mark
    mails = {}
    if is_new:
        people = audience_of(session, composition, now).recipients
        leaves = clock_time(max(edition.send_at, now), config.site.timezone)
        text = (
            f"“{edition.subject}” is to go to {people} {'person' if people == 1 else 'people'} "
            f"at {leaves}. It waits until it is approved."
        )
        url = f"{config.site.base_url}/console/editions/{number}/look"
        stories = _stories(composition)
        mails = {
            address: _mail(edition, text, url, stories, _changes(session, edition, actor, snapshot))
            for address, actor in _asked(session, edition, config.alarms.address)
            if not _has_seen(session, edition, actor, mark)
        }
    return ApprovalRequest(fingerprint=mark, is_new=is_new, mails=mails)


def _asked(session: Session, edition: Edition, otherwise: str) -> list[tuple[str, str]]:
    """The addresses of those whose approval counts, with the actors that they are."""
    approvers = list(_approvers(session, edition))
    return approvers or [(otherwise, "")] if otherwise else approvers


def _approvers(session: Session, edition: Edition) -> Iterator[tuple[str, str]]:
    for member in staff.members(session):
        actor = staff_member(member.id, member.role, member.grants)
        may_send = member.is_active and Permission.SEND in actor.permissions
        if may_send and may_approve(edition, str(actor)):
            yield member.email, str(actor)


def _has_seen(session: Session, edition: Edition, actor: str, mark: str) -> bool:
    """Whether somebody who was asked before has looked at what is there now."""
    view = view_of(session, edition.id, actor)
    return edition.approval_asked_at is not None and view is not None and view.fingerprint == mark


def _changes(
    session: Session, edition: Edition, actor: str, snapshot: Snapshot
) -> Sequence[str] | None:
    """What changed since somebody's last look; None where they have not looked."""
    view = view_of(session, edition.id, actor)
    return changes(view.snapshot, snapshot) if view else None


def _mail(
    edition: Edition,
    text: str,
    url: str,
    stories: Sequence[str],
    changed: Sequence[str] | None,
) -> Alarm:
    title = edition.subject or edition.title
    if changed:
        words, details = "It has changed since you looked at it:", changed
    elif edition.approval_asked_at is not None:
        words, details = "It has changed since you were asked. It holds:", stories
    else:
        words, details = "", stories
    return Alarm(
        title=f"{'Changed' if words else 'Please look at'}: {title}",
        text=f"{text} {words}".strip(),
        details=tuple(details),
        url=url,
        button="Look at it and decide",
    )


def _stories(composition: Composition) -> Sequence[str]:
    titles = [
        section.titles.get(article.id) or article.title
        for section in composition.sections
        for article in section.articles
    ]
    more = len(titles) - MAX_STORIES
    return [*titles[:MAX_STORIES], *([f"and {more} more"] if more > 0 else [])]
