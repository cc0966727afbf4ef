"""Proofs of what would be sent now: a coming digest, a bulletin, or an edition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.editions import store
from newsletter.editions.approvals.snapshots import fingerprint_of
from newsletter.editions.bulletins import store as bulletins
from newsletter.editions.bulletins.writing import draft_of
from newsletter.editions.compose import design_bulletin
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.combined_digests import DueDigest
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.digests.upcoming import upcoming
from newsletter.errors import Conflict
from newsletter.rendering.renderer import Renderer


class ProofContext(Protocol):
    """What a proof needs of the site."""

    @property
    def config(self) -> Config: ...

    @property
    def renderer(self) -> Renderer: ...


@dataclass(frozen=True, kw_only=True)
class EditionProof:
    """An edition to be looked at, stored or not."""

    composition: Composition
    fingerprint: str
    """What an approval of it names."""
    runs: tuple[DueDigest, ...] = ()
    """Of a coming digest, and of those in the same mail."""

    @classmethod
    def of(cls, composition: Composition, runs: tuple[DueDigest, ...] = ()) -> "EditionProof":
        return cls(composition=composition, fingerprint=fingerprint_of(composition), runs=runs)


def proof_of_digest(
    session: Session, context: ProofContext, name: str, now: datetime
) -> EditionProof | NoEdition:
    """A digest's coming edition, with the digests in the same mail; or why there is none.

    Raises:
        ResourceNotFound: no such digest.
        SendingRefused: the imprint or sender is missing.
    """
    coming = upcoming(session, context.config, context.renderer, name, now)
    if isinstance(coming.composition, NoEdition):
        return coming.composition
    return EditionProof.of(coming.composition, coming.runs)


def proof_of_bulletin(
    session: Session, context: ProofContext, number: int, now: datetime
) -> EditionProof:
    """A saved bulletin; once it is sent off, its edition.

    Raises:
        ResourceNotFound: no such bulletin.
        InvalidInput: it has no subject or no text, or its time has passed.
        SendingRefused: the imprint or sender is missing.
    """
    bulletin = bulletins.by_id(session, number)
    edition = bulletins.edition_of(session, bulletin)
    if edition is None:
        edition = design_bulletin(session, context.config, draft_of(bulletin), now)
        # The number that it will have, if no other edition is made before.
        edition.id = store.last_number(session) + 1
    return EditionProof.of(Composition(edition=edition))


def proof_of_edition(session: Session, number: int) -> EditionProof:
    """An edition as it is stored.

    Raises:
        ResourceNotFound: no such edition.
        Conflict: it never had a mail.
    """
    edition = store.by_id(session, number)
    if edition.joined_to is not None:
        edition = store.by_id(session, edition.joined_to)
    if not edition.masthead:
        raise Conflict(f"edition {number} has no mail to look at: {edition.note}")
    return EditionProof.of(Composition.of(session, edition))


def released_as(session: Session, digest: str, period: str, mark: str) -> int | None:
    """The edition of a digest's period, if it is what was seen; None where it is not.

    Args:
        mark: the fingerprint of what was seen.
    """
    edition = store.of_period(session, digest, period)
    if edition is None:
        return None
    number = edition.joined_to or edition.id
    proof = proof_of_edition(session, number)
    return number if proof.fingerprint == mark else None
