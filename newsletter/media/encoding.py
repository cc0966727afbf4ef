"""Encoding of pictures anew, in the widths that mails and pages need.

JPEG, PNG and GIF only: every mail client shows them. One width is the mail's column, the other
twice that, for dense screens: a mail names the wide one with the column as its `width`.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image

from newsletter.media.decoding import DecodedPicture, Frame, UnusablePicture, decode_picture
from newsletter.media.urls import HASH_CHARACTERS

# Width of the text column of the shipped mail templates, in pixels.
COLUMN_PIXELS = 536
DENSE_PIXELS = 2 * COLUMN_PIXELS
TALLEST_PIXELS = 4 * DENSE_PIXELS
JPEG_QUALITY = 82
# A PNG up to this factor of the JPEG is preferred: it keeps the edges of text and lines.
PNG_FACTOR = 1.5
MAX_ANIMATION_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class EncodedPicture:
    """One encoded file."""

    hash: str
    """Start of the SHA-256 of the content."""
    media_type: str
    width: int
    height: int
    content: bytes


def encode_picture(content: bytes) -> list[EncodedPicture]:
    """The files of an uploaded picture, the widest first.

    Raises:
        UnusablePicture: it cannot be decoded, or is too large.
    """
    picture = decode_picture(content)
    return [_encoded(picture, size) for size in _sizes(picture.frames[0].image)]


def _sizes(image: Image.Image) -> Iterator[tuple[int, int]]:
    """The widest size, then the column's, if that is narrower."""
    scale = min(1.0, DENSE_PIXELS / image.width, TALLEST_PIXELS / image.height)
    width, height = (max(1, round(side * scale)) for side in image.size)
    yield width, height
    if width > COLUMN_PIXELS:
        yield COLUMN_PIXELS, max(1, round(height * COLUMN_PIXELS / width))


def _encoded(picture: DecodedPicture, size: tuple[int, int]) -> EncodedPicture:
    frames = [_resized(frame, size) for frame in picture.frames]
    if len(frames) > 1:
        media_type, content = "image/gif", _animation(frames, picture.loops)
    else:
        media_type, content = _still(frames[0].image, is_drawing=picture.is_drawing)
    return EncodedPicture(
        hash=sha256(content).hexdigest()[:HASH_CHARACTERS],
        media_type=media_type,
        width=size[0],
        height=size[1],
        content=content,
    )


def _resized(frame: Frame, size: tuple[int, int]) -> Frame:
    if frame.image.size == size:
        return frame
    image = frame.image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Frame(image=image, milliseconds=frame.milliseconds)


def _still(image: Image.Image, *, is_drawing: bool) -> tuple[str, bytes]:
    """JPEG; PNG for a transparent picture, and for a drawing that it does not make much larger."""
    if image.mode == "RGBA":
        return "image/png", _saved(image, "PNG", optimize=True)
    jpeg = _saved(image, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    if is_drawing:
        png = _saved(image, "PNG", optimize=True)
        if len(png) <= PNG_FACTOR * len(jpeg):
            return "image/png", png
    return "image/jpeg", jpeg


def _animation(frames: list[Frame], loops: int) -> bytes:
    content = _saved(
        frames[0].image,
        "GIF",
        save_all=True,
        append_images=[frame.image for frame in frames[1:]],
        duration=[frame.milliseconds for frame in frames],
        loop=loops,
        disposal=2,
        optimize=True,
    )
    if len(content) > MAX_ANIMATION_BYTES:
        raise UnusablePicture(
            f"the animation has {len(content) >> 20} MB; make it shorter or smaller than "
            f"{MAX_ANIMATION_BYTES >> 20} MB, since every reader would have to download it"
        )
    return content


def _saved(image: Image.Image, name: str, **options: object) -> bytes:
    # A new image has no metadata that the encoder could copy.
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    file = io.BytesIO()
    clean.save(file, name, **options)
    return file.getvalue()
