"""Pictures to upload, made by Pillow."""

import io
from typing import Any

import pillow_heif
from PIL import Image

# EXIF: orientation, camera, position.
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """An image that no codec makes trivially small."""
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def saved(image: Image.Image, name: str, **options: Any) -> bytes:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def with_exif(image: Image.Image, orientation: int = 1) -> bytes:
    """A JPEG with camera and position."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Wexcombe Optical"
    exif[GPS] = {1: "N", 2: (51.0, 30.0, 0.0)}
    return saved(image, "JPEG", exif=exif)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))
