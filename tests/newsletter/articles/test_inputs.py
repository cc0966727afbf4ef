"""Inputs of an import, and their records."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from expectations import CONTEXT

from newsletter.articles.importers.base import BadRecord, Record, Unreadable
from newsletter.articles.importers.format_detection import FORMATS, detect_importer
from newsletter.articles.importers.inputs import find_inputs, read_all, within
from newsletter.clock import FixedClock
from newsletter.errors import FetchError

TEXT = "23 March 2019\nHarbour wall\n\nWork began.\n"


def refuse(address: str) -> bytes:
    raise FetchError(f"{address}: no connection: refused")


def read(*names: str, stdin: bytes = b"", wanted: str = "") -> list[Record | BadRecord]:
    found = find_inputs(names, io.BytesIO(stdin), refuse)
    return list(read_all(found, CONTEXT, wanted))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a/z.txt",
        "a/m.md",
        ".hidden.txt",
        ".git/x.txt",
        "a/photo.jpg",
        "LICENSE",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT.replace("wall", name), encoding="utf-8")
    (tmp_path / "a" / "m.md").write_text("---\ntitle: M\ndate: 2019-03-23\n---\nText.\n")
    return tmp_path


def test_a_folder_is_walked_in_order_without_hidden_and_unknown_files(folder: Path) -> None:
    assert [item.where for item in read(str(folder))] == [
        f"{folder}/b.txt",
        f"{folder}/a/m.md",
        f"{folder}/a/z.txt",
    ]
    assert find_inputs([str(folder)], io.BytesIO(), refuse).passed_over == 2


@pytest.mark.parametrize(
    ("mark", "articles", "others"),
    [
        ("_config.yml", ["_drafts/a.md", "news/_posts/b.md"], ["about.md", "_site/_posts/c.md"]),
        ("eleventy.config.js", ["content/a.md"], ["README.md", "package.json"]),
        ("hugo.toml", ["content/a.md"], ["README.md", "themes/one/b.md"]),
        ("profile/profile.html", ["posts/a.html"], ["claps/claps-0001.html"]),
    ],
)
def test_of_a_site_or_an_export_only_its_articles_are_read(
    tmp_path: Path, mark: str, articles: list[str], others: list[str]
) -> None:
    for name in (mark, *articles, *others):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<p>Words</p>")
    assert [item.name for item in find_inputs([str(tmp_path)], io.BytesIO(), refuse).offers] == (
        articles
    )


def test_a_key_is_the_path_below_the_folder_without_its_suffix(folder: Path) -> None:
    keys = {item.source_key for item in read(str(folder)) if isinstance(item, Record)}
    assert keys == {"b", "a/m", "a/z"}


def test_the_key_of_a_single_file_is_its_name(folder: Path) -> None:
    [item] = read(str(folder / "a" / "z.txt"))
    assert isinstance(item, Record)
    assert (item.source_key, item.where) == ("z", f"{folder}/a/z.txt")


def test_standard_input_is_keyed_by_date_and_title() -> None:
    [one] = read("-", stdin=TEXT.encode())
    [other] = read("-", stdin=TEXT.replace("wall", "light").encode())
    assert isinstance(one, Record)
    assert isinstance(other, Record)
    assert one.source_key != other.source_key


@pytest.mark.parametrize("name", ["missing.txt", "/dev/null"])
def test_an_unreadable_file_is_a_bad_record(name: str) -> None:
    [bad] = read(name)
    assert isinstance(bad, BadRecord)
    assert name in bad.where


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_bad_record(folder: Path) -> None:
    (folder / "b.txt").chmod(0)
    bad = read(str(folder))[0]
    assert isinstance(bad, BadRecord)
    assert bad.mend == "check its permissions"


def test_a_url_that_cannot_be_fetched_is_a_bad_record() -> None:
    [bad] = read("https://wexcombe.example/feed")
    assert isinstance(bad, BadRecord)
    assert (bad.where, bad.what) == ("https://wexcombe.example/feed", "no connection: refused")


def test_each_file_is_counted_when_it_is_done(folder: Path) -> None:
    done: list[int] = []
    found = find_inputs([str(folder)], io.BytesIO(), refuse)
    list(read_all(found, CONTEXT, done=lambda: done.append(1)))
    assert len(done) == 3


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (TEXT, "text"),
        ("A Site - Article From our Database\n23 March 2019\nT\n\nB", "text"),
        ("31 February 2019\nT\n\nB", "text"),
        ("---\ntitle: T\n---\nB", "markdown"),
        ("\ufeff<!DOCTYPE html><p>x", "html"),
        ("<?xml version='1.0'?>\n<rss/>", "feed"),
        ("<?xml version='1.0'?>\n<rss xmlns:wp='http://wordpress.org/export/1.2/'/>", "wordpress"),
        ('[{"title": "T"}]', "json"),
        ('{"version": "https://jsonfeed.org/version/1", "items": []}', "feed"),
        ('{"meta": {"exported_on": 1}, "data": {"posts": []}}', "ghost"),
        ("title;date;body\nx;y;z", "csv"),
    ],
)
@pytest.mark.parametrize("name", ["-", "https://wexcombe.example/latest", "no-suffix"])
def test_the_format_is_detected_by_content(name: str, content: str, form: str) -> None:
    assert detect_importer(content.encode(), name, CONTEXT) is FORMATS[form]


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.TXT", "x", "text"),
        ("a.markdown", "x", "markdown"),
        ("a.tsv", "x", "csv"),
        ("a.jsonl", "x", "json"),
        ("a.json", '{"version": "https:\\/\\/jsonfeed.org\\/version\\/1.1"}', "feed"),
        ("a.atom", "x", "feed"),
        ("a.xml", "<rss xmlns:wp='http://wordpress.org/export/1.2/'>", "wordpress"),
    ],
)
def test_the_format_is_detected_by_suffix(name: str, content: str, form: str) -> None:
    assert detect_importer(content.encode(), name, CONTEXT) is FORMATS[form]


def test_the_format_option_takes_precedence() -> None:
    assert detect_importer(b"x", "a.txt", CONTEXT, "markdown") is FORMATS["markdown"]


def test_an_unknown_format_suggests_the_format_option() -> None:
    with pytest.raises(Unreadable, match="--format"):
        detect_importer(b"just words\nand more", "-", CONTEXT)


def test_a_sitemap_that_takes_too_long_is_left_and_the_rest_of_its_pages_told(
    clock: FixedClock,
) -> None:
    pages = "".join(f"<url><loc>https://x.example/{number}</loc></url>" for number in range(3))

    def slow(address: str) -> bytes:
        if address.endswith(".xml"):
            return f"<urlset>{pages}</urlset>".encode()
        clock.at += timedelta(minutes=6)
        return b"<html><h1>The quay</h1><p>12 October 2026</p><p>It holds.</p></html>"

    download = within(timedelta(minutes=10), slow, clock)
    inputs = find_inputs(["https://x.example/sitemap.xml"], io.BytesIO(), download)
    items = list(read_all(inputs, CONTEXT, fetch=download))
    assert [isinstance(item, BadRecord) for item in items] == [False, False, True]
    assert "taken 10 minutes" in str(items[-1])
