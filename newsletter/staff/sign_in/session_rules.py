"""Session expiry and re-authentication; pure decisions."""

from datetime import datetime, timedelta

from newsletter.staff.account_models import StaffSession

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=14)
# How long a password, passkey or code counts as proof for sending, exporting and staff.
PROOF = timedelta(minutes=30)
# How often `seen_at` is written.
SEEN_EVERY = timedelta(minutes=5)


def is_over(session: StaffSession, now: datetime) -> bool:
    """Whether it was idle for too long, or is too old."""
    return now - session.seen_at >= IDLE or now - session.started_at >= LIFETIME


def is_proof_fresh(session: StaffSession, now: datetime) -> bool:
    return now - session.proved_at < PROOF


def is_seen_due(session: StaffSession, now: datetime) -> bool:
    return now - session.seen_at >= SEEN_EVERY
