"""The audience count of a bulletin that has no words yet."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.delivery.dry_run import Audience, audience_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.models import Edition, EditionKind
from subscribers.segments.store import expression_of
from subscribers.topics import choice_key


def audience_of_bulletin(
    session: Session, config: Config, topics: tuple[str, ...], segment: str, now: datetime
) -> Audience:
    """The audience of these topics or this segment; of neither: everybody.

    Raises:
        ResourceNotFound: there is no such segment.
        InvalidInput: the segment's expression cannot be read.
    """
    edition = Edition(
        kind=EditionKind.BULLETIN,
        topics=choice_key(topics),
        segment=expression_of(session, segment) if segment else "",
        masthead={"timezone": config.site.timezone},
    )
    return audience_of(session, Composition(edition=edition), now)
