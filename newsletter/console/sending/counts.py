"""Audience counts of a mail with the reasons of those left out; in the page, or loaded after it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.sending.subjects import EditionSubject
from newsletter.delivery.dry_run import Audience, audience_of
from subscribers import store as people

# Beyond, counting takes longer than a page may.
MAX_INLINE_COUNT = 50_000


@dataclass(frozen=True, kw_only=True)
class AudiencePart:
    """The counts, or None where they come later."""

    counts: Audience | None
    html: str


def takes_long(session: Session) -> bool:
    """Whether there are too many people to count them before a page is shown."""
    return people.last_number(session) > MAX_INLINE_COUNT


def audience_part(
    request: ConsoleRequest, session: Session, subject: EditionSubject
) -> AudiencePart:
    """What the page shows at once."""
    if takes_long(session) and not request.query.get("count"):
        return AudiencePart(counts=None, html="")
    counts = audience_of(session, subject.proof.composition, request.now)
    return AudiencePart(counts=counts, html=audience_html(request, subject, counts))


def audience_html(request: ConsoleRequest, subject: EditionSubject, counts: Audience) -> str:
    """The counts in words, each with the way to the people behind it."""
    return request.fragment("sending/_audience.html", {"subject": subject, "counts": counts})
