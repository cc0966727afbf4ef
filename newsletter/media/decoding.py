"""Decoding of uploaded pictures into pixels, within limits.

Only the pixels are used: position, camera, comments and whatever else is appended to the file stay
behind. The orientation (EXIF) is applied and colours are converted to sRGB first.
"""

import io
from dataclasses import dataclass
from functools import cache

import pillow_heif
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from newsletter.errors import InvalidInput

MAX_BYTES = 25 * 1024 * 1024
# Of all frames together; a telephone's picture has 50 million.
MAX_PIXELS = 60_000_000
MAX_FRAMES = 300
# A GIF of 25 MB comes in 100,000 blocks, each read twice; Pillow reads those of every format one by
# one in Python, 30 microseconds each.
MAX_READS = 300_000
# The only decoders that are tried, whatever the file is called.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF")
NAMES = "JPEG, PNG, GIF, WebP, AVIF or HEIC"
# 16-bit greyscale, which Pillow would clip instead of scale.
_DEEP = ("I", "I;16", "I;16L", "I;16B", "I;16N")


class UnusablePicture(InvalidInput):
    """A file that cannot be used as a picture."""


class SlowPicture(UnusablePicture):
    """A picture that could not be decoded and encoded in time; it may have been made so."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The pixels of a picture, or of one moment of an animation."""

    image: Image.Image
    """In mode RGB or RGBA."""
    milliseconds: int = 0
    """How long it is shown."""


@dataclass(frozen=True, kw_only=True)
class DecodedPicture:
    """A decoded file.

    Args:
        is_drawing: the file's format keeps every pixel, so that sharp edges and text are likely.
        loops: how often an animation is repeated; 0: for ever.
    """

    frames: tuple[Frame, ...]
    is_drawing: bool
    loops: int = 0


class _BoundedFile(io.BytesIO):
    """A picture's file that refuses to be read in too many pieces (chunks, segments, blocks)."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > MAX_READS:
            raise UnusablePicture(
                "the picture is made of too many pieces; save it again in a picture program"
            )
        return super().read(size)


def decode_picture(content: bytes) -> DecodedPicture:
    """The pixels of an uploaded file.

    Raises:
        UnusablePicture: no supported format, damaged, or too large.
    """
    if len(content) > MAX_BYTES:
        raise UnusablePicture(
            f"the picture has {len(content) >> 20} MB; make it smaller than {MAX_BYTES >> 20} MB"
        )
    _register_heif()
    try:
        with Image.open(_BoundedFile(content), formats=FORMATS) as image:
            return _decoded(image)
    except UnusablePicture:
        raise
    except UnidentifiedImageError as error:
        raise UnusablePicture(f"it is no picture of a supported format; save it as {NAMES}") from (
            error
        )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders raise anything on a damaged file
        raise UnusablePicture(
            "the picture is damaged and cannot be read; save it again in a picture program"
        ) from error


@cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _decoded(image: Image.Image) -> DecodedPicture:
    frames: list[Frame] = []
    # Counted as they are decoded: a file may say that it has a million.
    for one in ImageSequence.Iterator(image) if image.format == "GIF" else (image,):
        pixels = image.width * image.height * (len(frames) + 1)
        if pixels > MAX_PIXELS or len(frames) == MAX_FRAMES:
            raise _too_many_pixels()
        frames.append(_frame(one))
    return DecodedPicture(
        frames=tuple(frames),
        is_drawing=image.format in {"PNG", "GIF"},
        loops=int(image.info.get("loop", 0)),
    )


def _too_many_pixels() -> UnusablePicture:
    return UnusablePicture(
        f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels, or more than "
        f"{MAX_FRAMES} frames; make it smaller"
    )


def _frame(image: Image.Image) -> Frame:
    milliseconds = int(image.info.get("duration", 0))
    return Frame(image=_in_srgb(ImageOps.exif_transpose(image)), milliseconds=milliseconds)


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image in mode RGB, or RGBA where some of it is transparent."""
    if image.mode in _DEEP:
        image = image.convert("I").point([value // 256 for value in range(65_536)], "L")
    profile = image.info.get("icc_profile")
    is_transparent = image.has_transparency_data
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        image = _converted(image, profile)
    image = image.convert("RGBA" if is_transparent else "RGB")
    if is_transparent and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The image with the colours of its profile as sRGB; unchanged if the profile is damaged."""
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted if converted is not None else image
