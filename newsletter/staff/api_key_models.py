"""Table of API keys: other programs that may do something here."""

from datetime import datetime, timedelta

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, UTCDateTime
from newsletter.staff.permissions import Permission

WARNED_BEFORE = timedelta(days=14)


class ApiKey(Base):
    """A key; never deleted, since audit lines name it by number."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """What it is for."""
    key_hash: Mapped[str] = mapped_column(unique=True)
    """Of the key: the database alone opens nothing."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    """Permissions; only those of `PERMISSIONS[ActorKind.KEY]` count."""
    made_by: Mapped[str] = mapped_column(index=True)
    """The actor ("staff:3", "operator:ann")."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """NULL: it does not."""
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Brought up to date every few minutes."""
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Its scopes; names of another version are ignored."""
        return frozenset(Permission(name) for name in self.scopes if name in set(Permission))

    def state(self, now: datetime) -> str:
        """In a word: "active", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    def expires_soon(self, now: datetime) -> bool:
        """Whether it may be used, and another one has to be made within two weeks."""
        is_near = self.expires_at is not None and self.expires_at - now <= WARNED_BEFORE
        return is_near and self.state(now) == "active"
