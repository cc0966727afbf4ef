"""Inputs of an import, and their records."""

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from expectations import CONTEXT

from newsletter.articles.importers.base import BadRecord, Record, Unreadable
from newsletter.articles.importers.format_detection import FORMATS, detect_importer
from newsletter.articles.importers.inputs import Loaded, find_inputs, read_all, within
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


@pytest.mark.parametrize(
    "name", ["package.json", "tsconfig.build.json", "node_modules/a/b.md", "LICENSE.txt"]
)
def test_files_of_tools_are_passed_over_and_named(folder: Path, name: str) -> None:
    (folder / "a" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "a" / name).write_text("{}")
    inputs = find_inputs([str(folder)], io.BytesIO(), refuse)
    assert len(inputs.offers) == 3
    assert inputs.left_out == (
        "2 other files passed over; passed over as tools' own: " + name.replace("/a/b.md", "/")
    )


def test_only_some_files_of_tools_are_named(folder: Path) -> None:
    for number in range(7):
        (folder / f"tsconfig.{number}.json").write_text("{}")
    left_out = find_inputs([str(folder)], io.BytesIO(), refuse).left_out
    assert left_out.endswith("tsconfig.3.json, tsconfig.4.json and 2 more")


def test_an_unpacked_export_is_read_with_its_table(tmp_path: Path) -> None:
    export = tmp_path / "mine"
    (export / "posts").mkdir(parents=True)
    (export / "posts" / "12.the-fair.html").write_text("<p>It opens at ten.</p>")
    (export / "posts" / "12.delivers.csv").write_text("post_id,email\n12,ann@a.example\n")
    (export / "posts.csv").write_text(
        "post_id,post_date,is_published,title\n12.the-fair,2019-03-23T10:00:00.000Z,true,The fair\n"
    )
    [record] = read(str(tmp_path))
    assert isinstance(record, Record)
    assert (record.source_key, record.title, record.where) == (
        "substack 12",
        "The fair",
        f"{export}, posts/12.the-fair.html",
    )
    assert record.published_at == datetime(2019, 3, 23, 10, tzinfo=UTC)


def test_a_table_beside_a_folder_of_articles_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "b.txt").write_text(TEXT)
    (tmp_path / "posts.csv").write_text("title,date,body\nA,2019-03-23,Words\n")
    assert len([item for item in read(str(tmp_path)) if isinstance(item, Record)]) == 2


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
    assert bad.hint == "check its permissions"


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


@pytest.mark.parametrize(
    ("address", "content_type", "content", "form"),
    [
        ("/bulletin.md", "text/plain; charset=utf-8", "# A *title*", "markdown"),
        ("/bulletin.md?raw=1", "application/octet-stream", "# A *title*", "markdown"),
        ("/bulletin", "text/markdown;charset=utf-8", "# A *title*", "markdown"),
        ("/story", "TEXT/HTML", "<h1>A title</h1><p>Words</p>", "html"),
        ("/story.html", "", "<h1>A title</h1><p>Words</p>", "html"),
        ("/story.md", "text/html", "<!doctype html><h1>A title</h1>", "html"),
        ("/feed", "text/html", "<rss version='2.0'/>", "feed"),
        ("/list.csv", "text/plain", "title,body\nA,B", "csv"),
        ("/list.txt", "text/csv", "title,body\nA,B", "csv"),
        ("/mail", "message/rfc822", "Subject: A\n\nB", "mail"),
        ("/old", "application/json", '[{"title": "T"}]', "json"),
    ],
)
def test_the_format_at_an_address_is_detected_by_content_type_and_suffix(
    address: str, content_type: str, content: str, form: str
) -> None:
    name = f"https://wexcombe.example{address}"
    found = detect_importer(content.encode(), name, CONTEXT, content_type=content_type)
    assert found is FORMATS[form]


def test_a_page_is_read_in_the_encoding_that_its_server_states() -> None:
    def download(address: str) -> Loaded:
        page = "<html><title>Żółw</title><p>12 October 2026</p><p>Zażółć gęślą jaźń.</p></html>"
        return Loaded(
            content=page.encode("iso-8859-2"), content_type="text/html; charset=ISO-8859-2"
        )

    [item] = read_all(find_inputs(["https://x.example/a"], io.BytesIO(), download), CONTEXT)
    assert isinstance(item, Record)
    assert item.title == "Żółw"


@pytest.mark.parametrize(
    ("address", "content"),
    [
        ("https://x.example/news/a.html", "<html><title>A</title><p><a href='b'>B</a></p></html>"),
        ("https://x.example/news/a.html", "---\ntitle: A\n---\n<p><a href='b'>B</a></p>"),
        ("https://x.example/news/a.md", "# A\n\n[B](b)"),
        ("https://x.example/a", "<base href='/news/'><title>A</title><p><a href='b'>B</a></p>"),
    ],
)
def test_links_are_relative_to_the_address_that_a_text_came_from(
    address: str, content: str
) -> None:
    def download(address: str) -> Loaded:
        return Loaded(content=content.encode(), content_type="text/html" * ("<base" in content))

    [item] = read_all(find_inputs([address], io.BytesIO(), download), CONTEXT)
    assert isinstance(item, Record)
    assert urljoin(item.base_url, "b") == "https://x.example/news/b"


def test_the_format_option_takes_precedence() -> None:
    assert detect_importer(b"x", "a.txt", CONTEXT, "markdown") is FORMATS["markdown"]


def test_an_unknown_format_is_asked_for() -> None:
    with pytest.raises(Unreadable, match="name its format: archive, csv, feed"):
        detect_importer(b"just words\nand more", "-", CONTEXT)


def test_a_sitemap_that_takes_too_long_is_left_and_the_rest_of_its_pages_told(
    clock: FixedClock,
) -> None:
    pages = "".join(f"<url><loc>https://x.example/{number}</loc></url>" for number in range(3))

    def slow(address: str) -> Loaded:
        if address.endswith(".xml"):
            return Loaded(content=f"<urlset>{pages}</urlset>".encode())
        clock.at += timedelta(minutes=6)
        page = b"<html><h1>The quay</h1><p>12 October 2026</p><p>It holds.</p></html>"
        return Loaded(content=page)

    download = within(timedelta(minutes=10), slow, clock)
    inputs = find_inputs(["https://x.example/sitemap.xml"], io.BytesIO(), download)
    items = list(read_all(inputs, CONTEXT, fetch=download))
    assert [isinstance(item, BadRecord) for item in items] == [False, False, True]
    assert "taken 10 minutes" in str(items[-1])
