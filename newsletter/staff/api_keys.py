"""Queries on API keys; never commits."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.errors import ResourceNotFound
from newsletter.staff.api_key_models import WARNED_BEFORE, ApiKey
from newsletter.staff.store import hash_token

# Programs that look for leaked secrets know it by this.
PREFIX = "newsletter_"
KEY_BYTES = 32
# How often `used_at` is written.
USED_EVERY = timedelta(minutes=5)


def new_key() -> str:
    """A key that nobody can guess; only its hash is stored."""
    return PREFIX + secrets.token_urlsafe(KEY_BYTES)


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Every key, the newest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def expiring(session: Session, now: datetime) -> Sequence[ApiKey]:
    """The keys in use that expire within two weeks, the first to do so first."""
    query = select(ApiKey).where(
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at > now,
        ApiKey.expires_at <= now + WARNED_BEFORE,
    )
    return session.scalars(query.order_by(ApiKey.expires_at)).all()


def usable(session: Session, key: str, now: datetime) -> ApiKey | None:
    """The row of a key that may be used; None where it is unknown, expired or revoked."""
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_token(key)))
    return row if row is not None and row.state(now) == "active" else None


def lock(session: Session, number: int) -> ApiKey:
    """A key, for whoever changes it alone; others wait.

    Raises:
        ResourceNotFound: there is no such key.
    """
    row = session.scalar(select(ApiKey).where(ApiKey.id == number).with_for_update())
    if row is None:
        raise ResourceNotFound(f"there is no API key {number}")
    return row


def is_use_due(row: ApiKey, now: datetime) -> bool:
    """Whether its use is to be noted."""
    return row.used_at is None or now - row.used_at >= USED_EVERY


def revoke_all_of(session: Session, maker: str, now: datetime) -> int:
    """Revoke the keys that somebody made and that may still be used; how many.

    Args:
        maker: the actor ("staff:3").
    """
    query = update(ApiKey).where(
        ApiKey.made_by == maker,
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now),
    )
    return len(session.scalars(query.values(revoked_at=now).returning(ApiKey.id)).all())
