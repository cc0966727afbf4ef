"""Slow-down of sign-ins: failures counted by account and by network."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.database import take_turn
from newsletter.errors import TooManyAttempts
from newsletter.staff.account_models import SignInFailure

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
# Of one account from one network, of one account, and from one network, in the window.
MAX_TOGETHER = 5
MAX_PER_ACCOUNT = 30
MAX_PER_NETWORK = 50


def reserve(session: Session, account: str, network: str, now: datetime) -> int:
    """Count an attempt as failed before it is looked at; its number, to forget it by.

    Of attempts at the same moment each counts those before it. After too many failures it is
    refused; one from elsewhere may still go on. Those of more than a day ago are forgotten.

    Args:
        account: keyed hash of the address, whether there is such an account or not.
        network: keyed hash of the client's network.

    Raises:
        TooManyAttempts: too many failures; says when to try again.
    """
    take_turn(session, "attempts to sign in")
    failure, since = SignInFailure, now - WINDOW
    recent = select(func.count()).select_from(failure).where(failure.at > since)
    ours, theirs = failure.account == account, failure.network == network
    together = session.scalar(recent.where(ours, theirs)) or 0
    of_account = session.scalar(recent.where(ours)) or 0
    of_network = session.scalar(recent.where(theirs)) or 0
    if together >= MAX_TOGETHER or of_account >= MAX_PER_ACCOUNT or of_network >= MAX_PER_NETWORK:
        minutes = int(WINDOW.total_seconds() // 60)
        raise TooManyAttempts(
            f"too many attempts have failed; wait {minutes} minutes, then try again, or ask an "
            "owner for a link to sign in"
        )
    session.execute(delete(failure).where(failure.at < now - KEPT))
    reserved = failure(at=now, account=account, network=network)
    session.add(reserved)
    session.flush()
    return reserved.id


def refund(session: Session, number: int) -> None:
    """Forget an attempt that has not failed."""
    session.execute(delete(SignInFailure).where(SignInFailure.id == number))


def forget(session: Session, account: str) -> None:
    """Forget the failures of an account, as it is signed in to."""
    session.execute(delete(SignInFailure).where(SignInFailure.account == account))
