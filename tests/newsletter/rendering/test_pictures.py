"""Embedded pictures."""

from pathlib import Path

import pytest

from newsletter.errors import FetchError
from newsletter.rendering.picture_reader import PictureReader
from newsletter.rendering.pictures import MAX_PICTURES, PictureEmbedder

BASE = "https://wexcombe.example"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


class Shelf:
    """Pictures by their addresses; records the requests."""

    def __init__(self, **files: bytes) -> None:
        self.files = {f"{BASE}/{name}.png": content for name, content in files.items()}
        self.asked: list[str] = []

    def read(self, address: str) -> bytes:
        self.asked.append(address)
        if address not in self.files:
            raise FetchError(f"{address}: the server answered 404")
        return self.files[address]


def page(*addresses: str) -> str:
    return "".join(f'<p><img alt="a > b" width="9" src="{a}"></p>' for a in addresses)


def test_an_own_picture_is_embedded() -> None:
    shelf = Shelf(a=PNG)
    found = PictureEmbedder(BASE, (), shelf.read).inline(page(f"{BASE}/a.png", f"{BASE}/a.png"))
    (picture,) = found.pictures
    assert (picture.media_type, picture.content) == ("image/png", PNG)
    assert found.html == page(f"cid:{picture.content_id}", f"cid:{picture.content_id}")


def test_a_picture_is_read_once_for_all_variants() -> None:
    shelf = Shelf(a=PNG)
    pictures = PictureEmbedder(BASE, (), shelf.read)
    for _ in range(3):
        pictures.inline(page(f"{BASE}/a.png", f"{BASE}/gone.png"))
    assert shelf.asked == [f"{BASE}/a.png", f"{BASE}/gone.png"]


def test_a_picture_of_another_site_is_unchanged() -> None:
    shelf = Shelf()
    others = page("https://else.example/a.png", "https://wexcombe.example.evil.example/a.png")
    found = PictureEmbedder(BASE, (), shelf.read).inline(others)
    assert (found.html, found.pictures, found.left) == (others, (), ())
    assert shelf.asked == []


@pytest.mark.parametrize("own", ["https://img.example/a.png", "https://img.example"])
def test_further_url_prefixes_can_be_configured(own: str) -> None:
    found = PictureEmbedder(BASE, (own,), lambda _: PNG).inline(page("https://img.example/a.png"))
    assert len(found.pictures) == 1


def test_a_picture_that_cannot_be_embedded_keeps_its_url() -> None:
    shelf = Shelf(words=b"<html>")
    addresses = (f"{BASE}/words.png", f"{BASE}/gone.png")
    found = PictureEmbedder(BASE, (), shelf.read).inline(page(*addresses))
    assert found.html == page(*addresses)
    assert found.left == (
        f"{BASE}/words.png: it is no PNG, JPEG or GIF",
        f"{BASE}/gone.png: the server answered 404",
    )


def test_the_number_of_embedded_pictures_is_limited() -> None:
    names = [f"p{n}" for n in range(MAX_PICTURES + 2)]
    shelf = Shelf(**{name: PNG + name.encode() for name in names})
    found = PictureEmbedder(BASE, (), shelf.read).inline(page(*shelf.files))
    assert (len(found.pictures), len(found.left)) == (MAX_PICTURES, 2)


@pytest.fixture
def reader(tmp_path: Path) -> PictureReader:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "logo.png").write_bytes(PNG)
    (folder / "large.png").write_bytes(PNG * 9)
    (tmp_path / "secret").write_bytes(b"secret")
    # Nothing listens here: what is no file of the folder cannot be had.
    return PictureReader(base_url="http://127.0.0.1:9", static_folders=[folder], max_bytes=len(PNG))


def test_a_static_file_is_read_from_its_folder(reader: PictureReader) -> None:
    assert reader.read("http://127.0.0.1:9/static/logo.png?v=2") == PNG


@pytest.mark.parametrize(
    "name", ["static/large.png", "static/../secret", "static/%2e%2e/secret", "a.png"]
)
def test_large_files_and_paths_outside_the_folder_are_refused(
    reader: PictureReader, name: str
) -> None:
    with pytest.raises(FetchError):
        reader.read(f"http://127.0.0.1:9/{name}")


def test_private_addresses_are_refused_for_other_sites(
    reader: PictureReader,
) -> None:
    with pytest.raises(FetchError, match="private network"):
        reader.read("http://127.0.0.2:9/a.png")
