"""Folders of articles: where a site's or an export's articles lie, and what is a tool's own."""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.formats.archives import EXPORTS

JEKYLL = ("_config.yml", "_config.yaml", "_config.toml")
# Output and packages of Jekyll, which may hold copies of posts.
BUILT = frozenset({"_site", "vendor", "node_modules"})
ELEVENTY = ("eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", ".eleventy.js")
HUGO = ("hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "config.yaml", "config.json")
MAX_EXPORT_BYTES = 1024 * 1024 * 1024


def is_export(folder: Path) -> bool:
    """Whether a folder is an unpacked export whose table says what its texts are."""
    return any(
        text.search(f"{texts}/{path.name}")
        for table, (texts, text) in EXPORTS.items()
        if (folder / table).is_file() and (folder / texts).is_dir()
        for path in (folder / texts).iterdir()
    )


def packed(folder: Path) -> bytes:
    """An unpacked export as the ZIP file that it was.

    Raises:
        Unreadable: it is too large.
        OSError: a file cannot be read.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if sum(path.stat().st_size for path in paths) > MAX_EXPORT_BYTES:
        raise Unreadable(
            f"its files are larger than {MAX_EXPORT_BYTES >> 20} MiB together",
            "leave out its pictures or podcasts",
        )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in paths:
            name = path.relative_to(folder).as_posix()
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return content.getvalue()


def source_folders(folder: Path) -> list[Path]:
    """The folders with the content of a site or an export; else the folder itself.

    Jekyll: `_posts` and `_drafts`, wherever they lie (jekyllrb.com, "Directory Structure"). Hugo,
    Zola and most sites of Eleventy: `content`. Medium's export, unpacked: `posts`. The rest is
    layouts, output and lists.
    """
    is_jekyll = any((folder / name).is_file() for name in JEKYLL)
    if is_jekyll and (posts := sorted(_jekyll_folders(folder))):
        return posts
    if (
        any((folder / name).is_file() for name in (*HUGO, *ELEVENTY))
        and (folder / "content").is_dir()
    ):
        return [folder / "content"]
    if (folder / "profile" / "profile.html").is_file() and (folder / "posts").is_dir():
        return [folder / "posts"]
    return [folder]


def _jekyll_folders(folder: Path) -> Iterator[Path]:
    for where, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in BUILT]
        found = [name for name in folders if name in {"_posts", "_drafts"}]
        yield from (Path(where, name) for name in found)
        folders[:] = [name for name in folders if name not in found]
