"""Uploaded pictures are decoded and encoded anew."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import gradient, opened, saved, with_exif
from PIL import Image

from newsletter.media.decoding import MAX_FRAMES, MAX_PIXELS, UnusablePicture
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


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF"])
def test_what_is_appended_to_a_picture_stays_behind(name: str) -> None:
    [file] = encode_picture(saved(gradient(80, 60), name) + POLYGLOT)
    assert POLYGLOT not in file.content


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


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"", b"BM\x00", b"MZ\x90"],
    ids=["svg", "pdf", "nothing", "bmp", "program"],
)
def test_other_formats_are_refused(content: bytes) -> None:
    with pytest.raises(UnusablePicture, match="no picture of a supported format"):
        encode_picture(content)


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    side = int(MAX_PIXELS**0.5) + 1
    bomb = saved(Image.new("1", (side, side)), "PNG")
    assert len(bomb) < 20_000
    with pytest.raises(UnusablePicture, match="million pixels"):
        encode_picture(bomb)


def test_an_animation_of_very_many_frames_is_refused_before_all_are_read() -> None:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    with pytest.raises(UnusablePicture, match=f"{MAX_FRAMES} frames"):
        encode_picture(head + frame * (MAX_FRAMES + 1) + b";")


def test_a_cut_picture_is_refused() -> None:
    with pytest.raises(UnusablePicture, match="damaged"):
        encode_picture(saved(gradient(400, 300), "JPEG")[:-600])


@settings(max_examples=60)
@given(st.data())
def test_damaged_bytes_are_refused_or_encoded_and_never_anything_else(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
    content = bytearray(saved(gradient(24, 16), name))
    places = st.integers(0, len(content) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        content[place] = byte
    try:
        files = encode_picture(bytes(content))
    except UnusablePicture:
        return
    assert files[0].content


def test_the_same_pixels_have_the_same_address() -> None:
    plain, tagged = saved(gradient(80, 60), "JPEG"), with_exif(gradient(80, 60))
    assert [f.hash for f in encode_picture(plain)] == [f.hash for f in encode_picture(tagged)]
