"""Uploaded pictures are decoded and encoded anew."""

import struct
import zlib

import pytest
from pictures import gradient, opened, saved, with_exif
from PIL import Image

from newsletter.media.decoding import MAX_READS, UnusablePicture
from newsletter.media.encoding import COLUMN_PIXELS, DENSE_PIXELS, encode_picture

POLYGLOT = b"<script>alert(1)</script><?php system($_GET[0]);"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_every_format_becomes_one_that_mail_clients_show(name: str) -> None:
    wide, *_ = encode_picture(saved(gradient(80, 60), name))
    assert wide.media_type in {"image/jpeg", "image/png"}
    assert opened(wide.content).size == (80, 60)


def test_a_wide_picture_has_a_file_of_the_column_and_one_twice_as_wide() -> None:
    sizes = [(one.width, one.height) for one in encode_picture(saved(gradient(3000, 1500), "JPEG"))]
    assert sizes == [(DENSE_PIXELS, DENSE_PIXELS // 2), (COLUMN_PIXELS, COLUMN_PIXELS // 2)]


def test_a_picture_is_never_enlarged() -> None:
    assert [one.width for one in encode_picture(saved(gradient(300, 200), "JPEG"))] == [300]


def test_position_and_camera_are_removed() -> None:
    [file] = encode_picture(with_exif(gradient(80, 60)))
    assert not opened(file.content).getexif()
    assert b"Wexcombe Optical" not in file.content


def test_a_picture_taken_upright_stands_upright() -> None:
    [file] = encode_picture(with_exif(gradient(80, 60), orientation=6))
    assert (file.width, file.height) == (60, 80)


def gif_and_script() -> bytes:
    """A GIF that is a script as well: its width is the beginning of a comment."""
    picture = saved(Image.new("P", (int.from_bytes(b"/*", "little"), 2)), "GIF")
    return picture + b"*/=1;" + POLYGLOT


@pytest.mark.parametrize(
    "content",
    [
        *(saved(gradient(80, 60), name) + POLYGLOT for name in ("JPEG", "PNG", "GIF")),
        saved(gradient(80, 60), "JPEG", comment=POLYGLOT),
        saved(gradient(80, 60), "GIF", comment=POLYGLOT),
        gif_and_script(),
    ],
    ids=["JPEG", "PNG", "GIF", "comment-of-a-JPEG", "comment-of-a-GIF", "GIF-and-script"],
)
def test_markup_and_scripts_in_a_polyglot_are_dropped(content: bytes) -> None:
    assert POLYGLOT in content
    assert not any(POLYGLOT in file.content for file in encode_picture(content))
    assert not any(b"GIF89a/*" in file.content for file in encode_picture(content))


def test_transparency_is_kept() -> None:
    image = gradient(80, 60, "RGBA")
    image.putalpha(gradient(80, 60, "L"))
    [file] = encode_picture(saved(image, "WEBP", lossless=True))
    assert file.media_type == "image/png"
    assert opened(file.content).mode == "RGBA"


def test_a_drawing_stays_a_png() -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste("navy", (10, 10, 190, 30))
    [file] = encode_picture(saved(image, "PNG"))
    assert file.media_type == "image/png"


def test_an_animation_keeps_moving() -> None:
    frames = [Image.new("RGB", (90, 60), colour) for colour in ("red", "green", "blue")]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    [file] = encode_picture(gif)
    assert opened(file.content).n_frames == 3


def test_a_wide_gamut_is_converted_to_srgb() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    [file] = encode_picture(saved(gradient(80, 60), "JPEG", icc_profile=profile))
    assert "icc_profile" not in opened(file.content).info


def test_sixteen_bits_of_grey_are_scaled_not_clipped() -> None:
    image = Image.new("I;16", (20, 20), 32_768)
    [file] = encode_picture(saved(image, "PNG"))
    assert opened(file.content).convert("L").getpixel((5, 5)) == pytest.approx(128, abs=2)


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head claims this size."""
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    made = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in pieces
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def test_a_picture_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    with pytest.raises(UnusablePicture, match="more than 60 million pixels"):
        encode_picture(png_that_says(50_000, 50_000))


def test_a_picture_of_very_many_pieces_is_refused() -> None:
    segments = b"\xff\xd8" + b"\xff\xfe\x00\x02" * MAX_READS + b"\xff\xd9"
    with pytest.raises(UnusablePicture, match="too many pieces"):
        encode_picture(segments)
