"""Pictures beside an imported file, or beside it in its archive, that its text refers to.

Only files below the folder that was named are read: `../../secret.png` leads nowhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from newsletter.articles.importers.base import (
    MAX_PICTURES,
    Record,
    RecordPicture,
    Unreadable,
)

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".heif"})
# Folders that site generators publish at the root: Hugo's `static`, Jekyll's none.
ROOTS = ("", "static", "public")
MAX_PICTURE_BYTES = 64 * 1024 * 1024
_SOURCE = re.compile(
    r"""<img\b[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)

Find = Callable[[str], Callable[[], bytes] | None]
"""Finds the loader of a file by its normalised path within the folder; None: there is none."""


def with_sibling_pictures(record: Record, name: str, find: Find) -> Record:
    """The record with the pictures beside its file.

    Args:
        name: its file's path within the folder.
    """
    here = PurePosixPath(name).parent
    by_name: dict[str, RecordPicture] = {}
    for address in _addresses(record):
        for path in _paths(address, here):
            load = find(path)
            if load is not None:
                by_name[address] = RecordPicture(
                    address=address, name=PurePosixPath(path).name, load=load
                )
                break
    pictures = (*record.pictures, *list(by_name.values())[:MAX_PICTURES])
    return replace(record, pictures=pictures) if by_name else record


def in_folder(root: Path) -> Find:
    """Finds files below a folder, wherever links point."""
    whole = root.resolve()

    def find(path: str) -> Callable[[], bytes] | None:
        file = (whole / path).resolve()
        if not file.is_relative_to(whole) or not file.is_file():
            return None
        return partial(_read, file)

    return find


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(MAX_PICTURE_BYTES + 1)
    if len(content) > MAX_PICTURE_BYTES:
        raise Unreadable(f"{file.name} is too large", "make the picture smaller")
    return content


def _addresses(record: Record) -> Iterator[str]:
    """The addresses of pictures in the body, and the record's picture."""
    for match in _SOURCE.finditer(record.body_html):
        yield unescape(match[1] or match[2] or match[3] or "")
    if record.image_url:
        yield record.image_url.removeprefix(record.base_url)


def _paths(address: str, here: PurePosixPath) -> Iterator[str]:
    """The paths within the folder that a relative address may mean."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    path = unquote(parts.path).replace("\\", "/")
    if parts.scheme or parts.netloc or PurePosixPath(path).suffix.lower() not in SUFFIXES:
        return
    if not path.startswith("/"):
        yield from _normal(here / path)
    for root in ROOTS:
        yield from _normal(PurePosixPath(root) / path.lstrip("/"))


def _normal(path: PurePosixPath) -> Iterator[str]:
    """The path without `..`; nothing if it leads out of the folder."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return
            parts.pop()
        else:
            parts.append(part)
    yield "/".join(parts)
