"""Take the pictures of README and docs from the demonstration: make screenshots.

Starts `newsletter demo` in a folder of its own, signs in by the link that it prints, and writes
PNG files to docs/images. What a picture shows is what the product shows.
"""

import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from browsers import launched
from demonstration import demo, signed_in
from PIL import Image
from playwright.sync_api import Browser
from servers import free_port

IMAGES = Path(__file__).parents[1] / "docs" / "images"
COLOURS = 128


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page as a picture.

    Args:
        path: below the site's address.
        height: of the window; what is below it is cut off.
    """

    name: str
    path: str
    width: int = 1280
    height: int = 900


PICTURES = (
    Picture(name="site", path="/"),
    Picture(name="today", path="/console"),
    Picture(name="editor", path="/console/articles/1"),
    Picture(name="digest", path="/console/digests/friday"),
    Picture(name="digest-phone", path="/console/digests/friday", width=390, height=844),
    Picture(name="edition", path="/console/editions/1"),
    Picture(name="person", path="/console/people/1"),
)


def main() -> None:
    """Take all pictures, or those named."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="newsletter-pictures-") as folder:
        address = f"http://127.0.0.1:{free_port()}"
        with demo(Path(folder), address) as link, launched() as browser:
            state = signed_in(browser, link, Path(folder))
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    take(browser, address, picture, state)


def take(browser: Browser, address: str, picture: Picture, state: Path) -> None:
    """Write one picture."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        storage_state=state,
    )
    page = context.new_page()
    page.goto(address + picture.path)
    image = Image.open(BytesIO(page.screenshot()))
    path = IMAGES / f"{picture.name}.png"
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(path, optimize=True)
    print(f"{path.name}: {page.title()}, {path.stat().st_size // 1000} KB")
    context.close()


if __name__ == "__main__":
    main()
