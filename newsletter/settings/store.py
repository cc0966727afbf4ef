"""Every query on the settings. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.settings.models import Setting, SettingChange


@dataclass(frozen=True, kw_only=True)
class StoredSettings:
    """The settings as one transaction saw them."""

    version: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)


def read_settings(database: Database) -> StoredSettings:
    """The settings of a database; none where it has no tables yet.

    Raises:
        StorageError: the database does not answer.
    """
    file = database.url.database
    if database.is_sqlite and file and file != ":memory:" and not Path(file).exists():
        return StoredSettings()
    with database.read() as session:
        if not inspect(session.connection()).has_table(Setting.__tablename__):
            return StoredSettings()
        return StoredSettings(version=version(session), values=values(session))


def version(session: Session) -> int:
    """A number that grows with every change."""
    return session.scalar(select(func.max(SettingChange.id))) or 0


def values(session: Session) -> dict[str, Any]:
    """The stored value of every key."""
    return {row.key: row.value for row in settings(session)}


def settings(session: Session) -> Sequence[Setting]:
    """Every setting, by key."""
    return session.scalars(select(Setting).order_by(Setting.key)).all()


def put(session: Session, key: str, value: Any, *, by: str, now: datetime) -> None:
    """Set a key, whether it was set before or not."""
    session.merge(Setting(key=key, value=value, changed_at=now, changed_by=by))
    session.add(SettingChange(key=key, value=value, changed_at=now, changed_by=by))


def remove(session: Session, key: str, *, by: str, now: datetime) -> bool:
    """Return a key to the default; False where it was not set."""
    setting = session.get(Setting, key)
    if setting is None:
        return False
    session.delete(setting)
    session.add(SettingChange(key=key, value=None, changed_at=now, changed_by=by))
    return True


def history(session: Session, key: str) -> Sequence[SettingChange]:
    """Every change of a key, the newest first."""
    query = select(SettingChange).where(SettingChange.key == key)
    return session.scalars(query.order_by(SettingChange.id.desc())).all()
