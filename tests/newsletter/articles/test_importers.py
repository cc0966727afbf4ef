"""The importer contract, over pairs of a sample file and its expected records."""

import json
import re
import zipfile
from datetime import UTC
from pathlib import Path

import pytest
from expectations import CONTEXT, expected, inputs, read, told
from hypothesis import given, settings
from hypothesis import strategies as st
from making_files import document, zipped

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import MAX_TITLE_LENGTH, BadRecord, Importer, Record
from newsletter.articles.importers.format_detection import ALL_FORMATS, FORMATS, detect_importer
from newsletter.articles.importers.formats import archives, mails, markdown

by_name = pytest.mark.parametrize("path", inputs(), ids=lambda p: f"{p.parent.name}/{p.name}")
every_importer = pytest.mark.parametrize("importer", FORMATS.values(), ids=FORMATS)
ARTICLES_PAGE = (Path(__file__).parents[3] / "docs" / "articles.md").read_text(encoding="utf-8")
SHARED = Path(__file__).parents[4] / "shared" / "articles"


def sound(item: Record | BadRecord) -> bool:
    """Whether the item is what the contract promises."""
    if isinstance(item, BadRecord):
        return bool(item.where and item.what and item.hint)
    moments = (item.published_at, item.updated_at)
    return (
        bool(item.source and item.source_key and item.body_html and item.where)
        and 1 <= len(item.title) <= MAX_TITLE_LENGTH
        and all(moment is None or moment.tzinfo is UTC for moment in moments)
    )


def items_of(importer: Importer, content: bytes) -> list[Record | BadRecord]:
    """All that an importer yields; one that raises fails with what to do about it."""
    try:
        return list(importer(content, "some/file.name", CONTEXT))
    except Exception as error:
        raise AssertionError(
            f"{importer.__module__}: `read` raised; do what may fail, decoding too, inside "
            "`attempt` of importers/base.py and yield what that returns, or return `attempt_all` "
            "where a file holds several articles"
        ) from error


@by_name
def test_each_sample_file_matches_its_expectation(path: Path) -> None:
    assert expected(path).exists(), (
        f"{path.name}: run tests/newsletter/articles/expectations.py, and read what it wrote "
        f"into {expected(path).name}"
    )
    wanted = json.loads(expected(path).read_text(encoding="utf-8"))
    assert told(read(path)) == wanted


def test_every_importer_has_valid_and_invalid_samples() -> None:
    for form in FORMATS:
        kinds = {type(item) for path in inputs() if path.parent.name == form for item in read(path)}
        assert kinds == {Record, BadRecord}, (
            f"put a file with an article and one without into tests/data/articles/{form}/, run "
            "tests/newsletter/articles/expectations.py, and read what it wrote beside them"
        )


def test_no_suffix_or_media_type_is_claimed_twice() -> None:
    claims = [one for form in ALL_FORMATS for one in (*form.suffixes, *form.media_types)]
    twice = {one for one in claims if claims.count(one) > 1}
    assert not twice, f"FORMATS in newsletter/articles/importers/formats: {twice} stand in two"


@by_name
def test_a_source_with_ids_of_its_own_is_declared(path: Path) -> None:
    [form] = [form for form in ALL_FORMATS if form.name == path.parent.name]
    keyed = {item.source for item in read(path) if isinstance(item, Record) and item.explicit_key}
    missing = keyed - {source for one in ALL_FORMATS for source in one.sources}
    assert not missing, (
        f"{form.read.__module__}: name {missing} in `sources` of its Format, with True where a "
        "feed of the same site has the same ids, so that neither overwrites the other's articles"
    )


def test_every_format_is_documented() -> None:
    [row] = [line for line in ARTICLES_PAGE.splitlines() if line.startswith("| `--format NAME`")]
    missing = set(FORMATS) - set(re.findall(r"\w+", row.split("|")[2]))
    assert not missing, f"name {', '.join(missing)} in the row --format of docs/articles.md"


@by_name
def test_records_keep_the_importer_contract(path: Path) -> None:
    assert all(sound(item) for item in read(path))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_an_archive_damaged_at_any_byte_is_reported(method: int) -> None:
    entries = {"posts.csv": "post_id,title\n1,Wall\n", "posts/1.wall.html": "<p>Words.</p>"}
    whole = zipped(entries, method)
    for place in range(4, len(whole)):
        for byte in (0x00, 0x7F, 0xFF):
            damaged = whole[:place] + bytes([byte]) + whole[place + 1 :]
            assert all(sound(item) for item in archives.read(damaged, "export.zip", CONTEXT))


@every_importer
@settings(deadline=None, max_examples=60)
@given(
    content=st.binary(max_size=300)
    | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
)
def test_importers_never_raise_on_any_bytes(importer: Importer, content: bytes) -> None:
    assert all(sound(item) for item in items_of(importer, content))


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_importers_never_raise_on_truncated_or_corrupted_files(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([p for p in inputs() if p.stat().st_size < 20_000]))
    content = bytearray(path.read_bytes())
    if content:
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[place] = data.draw(st.integers(0, 255))
        else:
            content = content[:place]
    importer = FORMATS[path.parent.name]
    assert all(sound(item) for item in importer(bytes(content), path.name, CONTEXT))


@every_importer
@pytest.mark.parametrize("content", [b"", b"  \r\n \t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_one_bad_record(importer: Importer, content: bytes) -> None:
    [bad] = items_of(importer, content)
    assert isinstance(bad, BadRecord)


@every_importer
@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rest",
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        bytes(range(256)) * 20,
        b"\xc3\x28" * 99,
    ],
)
def test_binary_files_are_bad_records(importer: Importer, content: bytes) -> None:
    assert all(isinstance(item, BadRecord) for item in items_of(importer, content))


def written(form: str, title: str, body: str) -> bytes:
    """One article in the given format."""
    if form == "word":
        lines = [("Title", title), ("Normal", "23 March 2019"), ("Normal", body)]
        return document(lines)
    if form == "archive":
        return zipped({"2019/file.txt": f"23 March 2019\n{title}\n\n{body}\n"})
    ways = {
        "mail": f"Subject: {title}\nDate: Sat, 23 Mar 2019 12:00:00 +0000\n"
        f"Message-ID: <1@x.example>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{body}\n",
        "ghost": json.dumps(
            {
                "db": [
                    {
                        "meta": {},
                        "data": {
                            "posts": [
                                {
                                    "id": "1",
                                    "uuid": "1",
                                    "title": title,
                                    "html": f"<p>{body}</p>",
                                    "status": "published",
                                    "published_at": "2019-03-23T12:00:00.000Z",
                                }
                            ]
                        },
                    }
                ]
            }
        ),
        "text": f"23 March 2019\n{title}\n\n{body}\n",
        "markdown": f"---\ntitle: '{title}'\ndate: 2019-03-23\n---\n{body}\n",
        "html": f"<head><title>{title}</title><meta name=date content=2019-03-23></head>"
        f"<body><p>{body}</p></body>",
        "csv": f"title,date,body\n{title},2019-03-23,{body}\n",
        "json": json.dumps([{"title": title, "date": "2019-03-23", "body": body}]),
        "feed": f'<rss version="2.0"><channel><title>t</title><item><guid>a:1</guid>'
        f"<title>{title}</title><pubDate>Sat, 23 Mar 2019 12:00:00 GMT</pubDate>"
        f"<description>{body}</description></item></channel></rss>",
        "wordpress": '<rss xmlns:c="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>'
        f"<title>{title}</title><guid>https://old.example/1</guid><c:encoded>{body}</c:encoded>"
        "<wp:post_date_gmt>2019-03-23 12:00:00</wp:post_date_gmt><wp:status>publish</wp:status>"
        "<wp:post_type>post</wp:post_type></item></channel></rss>",
    }
    assert form in ways, (
        f"tests/newsletter/articles/test_importers.py, `written`: add an article as {form} has it, "
        "with this title, the date 23 March 2019 and this body"
    )
    return ways[form].encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("title", ["X", "é" * MAX_TITLE_LENGTH, "שלום עולם", "Fête 👩‍👩‍👧 “now”"])
def test_short_long_foreign_and_emoji_titles_are_kept(form: str, title: str) -> None:
    [item] = FORMATS[form](written(form, title, "Some words."), "file.x", CONTEXT)
    assert isinstance(item, Record)
    assert item.title == title
    assert item.published_at is not None
    assert item.published_at.date().isoformat() == "2019-03-23"


@pytest.mark.parametrize("form", FORMATS)
def test_a_title_of_501_characters_is_shortened_with_a_note(form: str) -> None:
    [item] = FORMATS[form](written(form, "x" * 501, "Some words."), "file.x", CONTEXT)
    assert isinstance(item, Record)
    assert len(item.title) <= MAX_TITLE_LENGTH
    assert any("501" in note for note in item.notes)


@pytest.mark.parametrize("form", FORMATS)
def test_a_body_of_two_megabytes_is_kept_whole(form: str) -> None:
    body = "Words in a row of the harbour. " * 70_000
    [item] = FORMATS[form](written(form, "Long", body), "file.x", CONTEXT)
    assert isinstance(item, Record)
    assert item.body_html.count("harbour") == 70_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the owner's own articles are not here")
def test_characters_of_plain_text_articles_are_preserved() -> None:
    for path in SHARED.glob("*.txt"):
        [item] = FORMATS["text"](path.read_bytes(), path.name, CONTEXT)
        assert isinstance(item, Record)
        source = path.read_text(encoding="utf-8")
        for mark in "‘’“”":
            both = item.title + item.body_html
            assert both.count(mark) == source.count(mark), (path.name, mark)


def test_a_wordpress_export_with_an_undeclared_prefix_is_read() -> None:
    path = next(path for path in inputs() if path.parent.name == "wordpress")
    content = path.read_bytes().replace(b"xmlns:wp=", b"xmlns:w=")
    assert content != path.read_bytes()
    assert all(sound(item) for item in FORMATS["wordpress"](content, path.name, CONTEXT))


def test_deeply_nested_front_matter_is_refused() -> None:
    [bad] = markdown.read(f"---\n{'- ' * 10_000}\n---\nWords.".encode(), "a.md", CONTEXT)
    assert isinstance(bad, BadRecord)
    assert "nests more than 100 levels" in bad.what


def test_a_deeply_nested_value_of_front_matter_is_read_as_text() -> None:
    head = f"title: One\ntags: {'[' * 10_000}"
    [record] = markdown.read(f"---\n{head}\n---\nWords.".encode(), "a.md", CONTEXT)
    assert isinstance(record, Record)
    assert any("nests more than 100 levels" in note for note in record.notes)


def test_a_part_of_a_mail_that_is_no_text_costs_no_other_part() -> None:
    parts = [b"The fair opens at ten.", b"\x81\x0b\x9c\x00", b"Bring a coat."]
    between = b"\n--x\nContent-Type: text/plain\n\n"
    head = b"Subject: One\nContent-Type: multipart/mixed; boundary=x\n"
    [record] = mails.read(head + between + between.join(parts) + b"\n--x--\n", "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert text_of(record.body_html) == "The fair opens at ten.\nBring a coat."
    assert (
        "a part of its text cannot be read: this is not text in an encoding that is known"
        in record.notes
    )


@pytest.mark.parametrize("stated", ["multipart/alternative", "multipart/mixed; boundary=other"])
def test_a_mail_is_taken_apart_by_the_boundary_that_it_has(stated: str) -> None:
    part = "--=_x.1\nContent-Type: text/html; charset=utf-8\n\n<p>The fair op\u00e9ns.</p>\n"
    mail = f"Subject: Fair\nContent-Type: {stated}\n\nA mail in parts.\n{part}--=_x.1--\n"
    [record] = mails.read(mail.encode(), "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert text_of(record.body_html) == "The fair op\u00e9ns."
    assert any("another boundary" in note for note in record.notes)


def test_a_mail_without_its_boundaries_is_one_text() -> None:
    mail = b"Subject: Fair\nContent-Type: multipart/mixed; boundary=x\n\nThe fair opens.\n"
    [record] = mails.read(mail, "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert text_of(record.body_html) == "The fair opens."


def test_a_mail_whose_last_boundary_is_missing_is_read_to_its_end() -> None:
    head = b"Subject: Fair\nContent-Type: multipart/mixed; boundary=x\n\n"
    parts = b"--x\n\nThe fair opens.\n--x\nContent-Type: text/html\n\n<p>At ten.</p>\n"
    [record] = mails.read(head + parts, "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert text_of(record.body_html) == "The fair opens.\nAt ten."


@pytest.mark.parametrize("kind", ["text/markdown; charset=utf-8; variant=GFM", "text/x-markdown"])
def test_a_part_in_markdown_is_read_as_such(kind: str) -> None:
    mail = f"Subject: Fair\nContent-Type: {kind}\n\nThe **fair** opens.\n"
    [record] = mails.read(mail.encode(), "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert "<strong>fair</strong>" in record.body_html


def test_a_mail_with_no_part_that_is_text_is_refused() -> None:
    head = b"Date: Sun, 01 Nov 2026 09:00:00 +0000\nSubject: One\n\n"
    [bad] = mails.read(head + b"\x81\x0b\x9c\x00", "a.eml", CONTEXT)
    assert isinstance(bad, BadRecord)
    assert bad.what.endswith("this is not text in an encoding that is known")


def test_a_header_of_a_million_characters_is_read_to_its_limit() -> None:
    content = b"Date: Sun, 01 Nov 2026 09:00:00 +0000\nSubject: One " + b"=?utf-8?q?a" * 100_000
    [record] = mails.read(content + b"\n\nWords.", "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert record.title.startswith("One")


def test_a_json_feed_that_names_its_version_last_is_told_by_it() -> None:
    items = [{"id": str(number), "content_text": "x" * 5000} for number in range(2)]
    content = json.dumps({"items": items, "version": "https://jsonfeed.org/version/1"}).encode()
    assert detect_importer(content, "feed.json", CONTEXT) is FORMATS["feed"]
