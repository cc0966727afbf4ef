"""The feeds as static files, with the same bytes as the site serves.

Each file is replaced atomically: a reader, or a crash, never meets half a feed.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.errors import StorageError
from newsletter.feeds import store
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.documents.opml import OPML_PATH, write_opml
from newsletter.feeds.scopes import Selection

# Temporary files are private; a web server must read feeds.
FILE_MODE = 0o644
FOLDER_MODE = 0o755


def write_feeds(session: Session, config: Config, folder: Path) -> list[Path]:
    """Write every advertised feed and the OPML list; the paths.

    Archives and pages are served by the site only: their URLs have a query.

    Raises:
        StorageError: the folder cannot be written.
    """
    named = store.scopes(session)
    written = []
    for scope, _ in named:
        for kind in FeedKind:
            selection = Selection(kind=kind, scope=scope)
            path = folder / selection.path
            _replace(path, build(session, config, selection).content)
            written.append(path)
    _replace(folder / OPML_PATH, write_opml(config.site, named))
    return [*written, folder / OPML_PATH]


def _replace(path: Path, content: bytes) -> None:
    try:
        _make_public(path.parent)
        _replace_with_temporary(path, content)
        _flush_folder(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path} cannot be written: {reason}; choose a folder that you may write to"
        ) from error


def _make_public(folder: Path) -> None:
    """Make the folder readable by a web server; an existing one is unchanged."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make_public(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)


def _replace_with_temporary(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(FILE_MODE)
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise


def _flush_folder(folder: Path) -> None:
    """fsync the directory, so that the rename is durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
