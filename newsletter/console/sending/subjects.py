"""The subjects of the page before sending: a coming digest, a bulletin, or a waiting edition."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from newsletter.config.tables.approval import Approval
from newsletter.console.frame.request import ConsoleRequest
from newsletter.editions.approvals.rules import may_approve
from newsletter.editions.bulletins import store as bulletins
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.errors import Conflict
from newsletter.queries.editions.proofs import (
    EditionProof,
    proof_of_bulletin,
    proof_of_digest,
    proof_of_edition,
)


class Noun(StrEnum):
    """The three kinds, as their paths begin."""

    DIGEST = "digests"
    BULLETIN = "bulletins"
    EDITION = "editions"


PATHS = {
    Noun.DIGEST: "/digests/{name}",
    Noun.BULLETIN: "/bulletins/{number:int}",
    Noun.EDITION: "/editions/{number:int}",
}


@dataclass(frozen=True, kw_only=True)
class EditionSubject:
    """One of them."""

    noun: Noun
    path: str
    """Where it is edited; its pages are below."""
    proof: EditionProof
    stored: int | None
    """The edition's number, once it is stored."""
    revision: int = 0
    """Of a saved bulletin."""
    period: str = ""
    """Of a coming digest's run."""

    @property
    def edition(self) -> Edition:
        return self.proof.composition.edition

    @property
    def waits(self) -> bool:
        """Whether it waits for approval."""
        return self.stored is not None and self.edition.state is EditionState.DRAFT

    @property
    def has_left(self) -> bool:
        """Whether its mails are made, so that the ledger says who gets it."""
        return self.edition.fanned_out_at is not None

    def needs_others(self, actor: str) -> bool:
        """Whether the press of this person, who may send, does not send it alone."""
        return self.edition.approval is Approval.SEVERAL or not self.may_approve(actor)

    def may_approve(self, actor: str) -> bool:
        """Whether the approval of this person, who may send, counts."""
        return may_approve(self.edition, actor)

    @property
    def edit_path(self) -> str:
        """Where its words are changed; empty where they cannot be any more."""
        if self.noun is not Noun.EDITION:
            return self.path
        return f"{self.path}/edit" if self.waits and self.edition.digest else ""

    @property
    def name(self) -> str:
        """What it is, in words."""
        return "the bulletin" if self.edition.kind is EditionKind.BULLETIN else self.edition.title


def subject_of(request: ConsoleRequest, session: Session, noun: Noun) -> EditionSubject:
    """What the path names, as it would be sent now.

    Raises:
        ResourceNotFound: there is none.
        Conflict: there is nothing in it.
        InvalidInput: a bulletin lacks its subject or text.
        SendingRefused: the imprint or sender is missing.
    """
    if noun is Noun.DIGEST:
        return _digest(request, session)
    number = request.number()
    if noun is Noun.BULLETIN:
        bulletin = bulletins.by_id(session, number)
        sent = bulletins.edition_of(session, bulletin)
        return EditionSubject(
            noun=noun,
            path=f"/bulletins/{number}",
            proof=proof_of_bulletin(session, request.context, number, request.now),
            stored=sent.id if sent else None,
            revision=bulletin.revision,
        )
    proof = proof_of_edition(session, number)
    stored = proof.composition.edition.id
    return EditionSubject(noun=noun, path=f"/editions/{stored}", proof=proof, stored=stored)


def _digest(request: ConsoleRequest, session: Session) -> EditionSubject:
    name = request.text("name")
    proof = proof_of_digest(session, request.context, name, request.now)
    if isinstance(proof, NoEdition):
        raise Conflict(f"there is nothing to look at in the coming edition: {proof.reason}")
    period = next(run.period for run in proof.runs if run.name == name)
    return EditionSubject(
        noun=Noun.DIGEST, path=f"/digests/{name}", proof=proof, stored=None, period=period
    )
