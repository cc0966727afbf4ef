"""An edition with what it holds, stored or not."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import Session

from newsletter.editions import store
from newsletter.editions.digests.sections import Section
from newsletter.editions.models import Edition


@dataclass(frozen=True, kw_only=True)
class Composition:
    """An edition and its sections; a bulletin has none."""

    edition: Edition
    sections: tuple[Section, ...] = ()

    @classmethod
    def of(cls, session: Session, edition: Edition) -> Self:
        """A stored edition's."""
        return cls(edition=edition, sections=store.sections_of(session, edition))
