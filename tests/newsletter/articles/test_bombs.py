"""Archives and documents that are made to unpack to very much."""

import io
import struct
import zipfile
from dataclasses import replace

from expectations import CONTEXT

from newsletter.articles.body.pictures import with_stored_pictures
from newsletter.articles.importers import archives
from newsletter.articles.importers.base import MAX_PICTURES, BadRecord, Record, RecordPicture
from newsletter.media.decoding import UnusablePicture
from newsletter.media.models import MediaItem

PAGE = b"<html><body><h1>The ferry sails again</h1><p>12 October 2026</p><p>On Monday.</p>"


def zip_of(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", content)
    return packed.getvalue()


def overlapping(times: int) -> bytes:
    """An archive whose directory names its only entry so many times."""
    packed = zip_of(PAGE)
    start, end = packed.index(b"PK\1\2"), packed.index(b"PK\5\6")
    directory = packed[start:end] * times
    closing = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, times, times, len(directory), start, 0)
    return packed[:start] + directory + closing


def test_an_archive_whose_entries_share_their_bytes_is_refused() -> None:
    (bad,) = archives.read(overlapping(50), "export.zip", CONTEXT)
    assert isinstance(bad, BadRecord)
    assert "overlap" in bad.what


def test_an_entry_by_itself_is_read() -> None:
    (record,) = archives.read(zip_of(PAGE), "export.zip", CONTEXT)
    assert isinstance(record, Record)


def test_no_more_pictures_of_an_article_are_decoded_than_it_may_have() -> None:
    attempts = []

    def store(_content: bytes, name: str, _alt: str | None) -> MediaItem:
        attempts.append(name)
        raise UnusablePicture("it is damaged")

    names = [f"picture-{number}" for number in range(MAX_PICTURES + 1)]
    (record,) = archives.read(zip_of(PAGE), "export.zip", CONTEXT)
    assert isinstance(record, Record)
    pictures = tuple(RecordPicture(address=one, name=one, load=bytes) for one in names)
    body = "".join(f'<img src="{one}">' for one in names)
    stored = with_stored_pictures(replace(record, pictures=pictures, body_html=body), "", store)
    assert len(attempts) == MAX_PICTURES
    assert f"of its {MAX_PICTURES + 1} pictures" in " ".join(stored.notes)
