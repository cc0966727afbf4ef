"""Pictures that came with a record, stored and put into its text."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import html as trees

from newsletter.articles.importers.base import MAX_PICTURES, Record, RecordPicture
from newsletter.errors import NewsletterError
from newsletter.media.markup import path_of
from newsletter.media.models import MediaItem

StorePicture = Callable[[bytes, str, str | None], MediaItem]
"""Stores an uploaded picture: its bytes, name and alternative text.

Raises InvalidInput where it cannot be used."""

# No further than the next tag, so that thousands that do not end are read once each.
_IMAGE = re.compile(r"""<img\b(?:[^<>"']|"[^"]*"|'[^']*')*+>""", re.IGNORECASE)


def with_stored_pictures(record: Record, base_url: str, store: StorePicture) -> Record:
    """The record with its pictures stored; those that cannot be used are left out with a note."""
    if not record.pictures:
        return record
    by_address = {picture.address: picture for picture in record.pictures[:MAX_PICTURES]}
    stored: dict[str, MediaItem | None] = {}
    notes: list[str] = []
    if len(record.pictures) > MAX_PICTURES:
        notes.append(f"of its {len(record.pictures)} pictures the first {MAX_PICTURES} were taken")

    def replaced(tag: re.Match[str]) -> str:
        image = trees.fragment_fromstring(tag[0])
        picture = by_address.get(image.get("src") or "")
        if picture is None:
            return tag[0]
        item = _stored(picture, image.get("alt") or None, store, stored, notes)
        return _tag(image, item, base_url) if item else ""

    body = _IMAGE.sub(replaced, record.body_html)
    image_url = record.image_url
    lead = by_address.get(image_url.removeprefix(record.base_url)) if image_url else None
    if lead is not None:
        item = _stored(lead, None, store, stored, notes)
        image_url = f"{base_url}{path_of(item.widest)}" if item else ""
    notes = [*record.notes, *notes]
    return replace(record, body_html=body, image_url=image_url, pictures=(), notes=tuple(notes))


def _stored(
    picture: RecordPicture,
    alt: str | None,
    store: StorePicture,
    stored: dict[str, MediaItem | None],
    notes: list[str],
) -> MediaItem | None:
    """The stored picture, each stored once; None where it cannot be used."""
    if picture.address not in stored:
        try:
            stored[picture.address] = store(picture.load(), picture.name, alt)
        except (NewsletterError, OSError) as error:
            stored[picture.address] = None
            notes.append(f"the picture '{picture.name}' left out: {error}")
    return stored[picture.address]


def _tag(image: Any, item: MediaItem, base_url: str) -> str:
    """The `img` with the stored file; a size that the source gave stays."""
    wide = item.widest
    image.set("src", f"{base_url}{path_of(wide)}")
    if not (image.get("width") or image.get("height")):
        image.set("width", str(wide.width))
        image.set("height", str(wide.height))
    return str(trees.tostring(image, encoding="unicode", with_tail=False))
