"""The mail that asks the senders to approve an edition."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.dry_run import audience_of
from newsletter.editions import store
from newsletter.editions.approvals.rules import may_approve
from newsletter.editions.composing.composition import Composition
from newsletter.editions.dates import clock_time
from newsletter.staff import store as staff
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import Permission

MAX_STORIES = 25


def approval_request(session: Session, config: Config, number: int, now: datetime) -> Alarm:
    """What a sender is asked: subject, number of people, time, stories, and the page to decide on.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    edition = store.by_id(session, number)
    composition = Composition.of(session, edition)
    people = audience_of(session, composition, now).recipients
    leaves = clock_time(max(edition.send_at, now), config.site.timezone)
    return Alarm(
        title=f"Please look at: {edition.subject or edition.title}",
        text=f"“{edition.subject}” is to go to {people} {'person' if people == 1 else 'people'} "
        f"at {leaves}. It waits until it is approved.",
        details=tuple(_stories(composition)),
        url=f"{config.site.base_url}/console/editions/{number}/look",
        button="Look at it and decide",
    )


def approvers(session: Session, number: int) -> Sequence[str]:
    """The addresses of the staff members whose approval counts.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    edition = store.by_id(session, number)
    found = []
    for member in staff.members(session):
        actor = staff_member(member.id, member.role, member.grants)
        may_send = member.is_active and Permission.SEND in actor.permissions
        if may_send and may_approve(edition, str(actor)):
            found.append(member.email)
    return found


def _stories(composition: Composition) -> Sequence[str]:
    titles = [
        section.titles.get(article.id) or article.title
        for section in composition.sections
        for article in section.articles
    ]
    more = len(titles) - MAX_STORIES
    return [*titles[:MAX_STORIES], *([f"and {more} more"] if more > 0 else [])]
