"""Archives and documents that are made to unpack to very much."""

import io
import struct
import zipfile
from dataclasses import replace

import pytest
from expectations import CONTEXT

from newsletter.articles.body.pictures import with_stored_pictures
from newsletter.articles.importers.base import MAX_PICTURES, BadRecord, Record, RecordPicture
from newsletter.articles.importers.formats import archives
from newsletter.articles.importers.inputs import read_content
from newsletter.media.decoding import UnusablePicture
from newsletter.media.models import MediaItem

PAGE = b"<html><body><h1>The ferry sails again</h1><p>12 October 2026</p><p>On Monday.</p>"


def zip_of(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", content)
    return packed.getvalue()


def overlapping(times: int) -> bytes:
    """An archive whose directory names its only entry so many times."""
    packed = zip_of(PAGE)
    start, end = packed.index(b"PK\1\2"), packed.index(b"PK\5\6")
    directory = packed[start:end] * times
    closing = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, times, times, len(directory), start, 0)
    return packed[:start] + directory + closing


MANY = 1_000_000
POST = """<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="{}"><channel><item>
<title>Quay</title><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>
<pubDate>Thu, 12 Nov 2026 09:00:00 +0000</pubDate>
<content:encoded><![CDATA[It holds. {}]]></content:encoded></item></channel></rss>"""
CONTENT = "http://purl.org/rss/1.0/modules/content/"


# The deadline of a test is short of what a time that grows with the square would be: hours.
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("markdown", "{\n" + "\n" * MANY),
        ("markdown", "A title\n\n{{<" + " " * MANY),
        ("markdown", "A title\n\n" + "[embed]" * (MANY // 20)),
        ("markdown", "A title\n\n" + "{% raw %}{# " * (MANY // 20)),
        ("markdown", "A title\n\n" + "{% highlight ruby %} " * (MANY // 20)),
        ("markdown", "A title\n\n" + '{{< highlight go "' * (MANY // 20)),
        ("markdown", "A title\n\n{{ 'a' | prepend:" + " " * MANY),
        ("wordpress", POST.format(CONTENT, "<!-- wp:freeform --> " * (MANY // 20))),
        ("csv", 'title,body,topics\nOne,Words.,"a' + " " * MANY + 'b"\n'),
    ],
    ids=[
        "an open brace",
        "an open tag",
        "shortcodes without an end",
        "tags without an end",
        "code without an end",
        "code with an open tag",
        "a path with an open tag",
        "classic blocks without an end",
        "a topic",
    ],
)
def test_a_long_text_is_read_in_a_time_that_grows_with_its_length(form: str, content: str) -> None:
    assert list(read_content(content.encode(), "a", CONTEXT, wanted=form))


def test_an_archive_whose_entries_share_their_bytes_is_refused() -> None:
    (bad,) = archives.read(overlapping(50), "export.zip", CONTEXT)
    assert isinstance(bad, BadRecord)
    assert "overlap" in bad.what


def test_an_entry_by_itself_is_read() -> None:
    (record,) = archives.read(zip_of(PAGE), "export.zip", CONTEXT)
    assert isinstance(record, Record)


def test_no_more_pictures_of_an_article_are_decoded_than_it_may_have() -> None:
    attempts = []

    def store(_content: bytes, name: str, _alt: str | None) -> MediaItem:
        attempts.append(name)
        raise UnusablePicture("it is damaged")

    names = [f"picture-{number}" for number in range(MAX_PICTURES + 1)]
    (record,) = archives.read(zip_of(PAGE), "export.zip", CONTEXT)
    assert isinstance(record, Record)
    pictures = tuple(RecordPicture(address=one, name=one, load=bytes) for one in names)
    body = "".join(f'<img src="{one}">' for one in names)
    stored = with_stored_pictures(replace(record, pictures=pictures, body_html=body), "", store)
    assert len(attempts) == MAX_PICTURES
    assert f"of its {MAX_PICTURES + 1} pictures" in " ".join(stored.notes)


HUGE = "9" * 5000
LINKED = '<script type="application/ld+json">{"@type": "Article", "wordCount": '
HOLDING_A_HUGE_NUMBER = {
    "json.md": f'{{"title": "Quay", "date": "2026-11-01", "weight": {HUGE}}}\nIt holds.\n',
    "yaml.md": f"---\ntitle: Quay\ndate: 2026-11-01\nweight: {HUGE}\n---\nIt holds.\n",
    "list.json": f'[{{"title": "Quay", "date": "2026-11-01", "body": "It.", "weight": {HUGE}}}]',
    "ghost.json": f'{{"db": [{{"meta": {{"exported_on": {HUGE}}}, "data": {{"posts": [{{"id": "1", '
    '"title": "Quay", "html": "<p>It holds.</p>", "status": "published"}]}}]}',
    "page.html": f"<html><head>{LINKED}{HUGE}}}</script></head><body><h1>Quay</h1><p>It holds.</p>",
}


@pytest.mark.parametrize("name", HOLDING_A_HUGE_NUMBER)
def test_a_number_of_thousands_of_digits_keeps_no_article_out(name: str) -> None:
    content = HOLDING_A_HUGE_NUMBER[name].encode()
    (record,) = read_content(content, name, CONTEXT, wanted="")
    assert isinstance(record, Record), record
    assert record.title == "Quay"


def test_toml_with_such_a_number_is_refused_in_words() -> None:
    content = f"+++\ntitle = 'Quay'\nweight = {HUGE}\n+++\nIt holds.\n".encode()
    (bad,) = read_content(content, "toml.md", CONTEXT, wanted="")
    assert isinstance(bad, BadRecord)
    assert bad.what.startswith("the front matter is not TOML")


def test_front_matter_that_is_far_too_long_is_refused() -> None:
    content = f"---\ntitle: Quay\ntags: [{'a,' * 60_000}]\n---\nIt holds.\n".encode()
    (bad,) = read_content(content, "long.md", CONTEXT, wanted="")
    assert isinstance(bad, BadRecord)
    assert "120," in bad.what


@pytest.mark.parametrize(
    "value",
    [
        # Merged in one another, 9 to the 8th values.
        "\n".join(
            [
                "m0: &m0 {k: v}",
                *(
                    f"m{level}: &m{level} {{<<: [{','.join([f'*m{level - 1}'] * 9)}]}}"
                    for level in range(1, 9)
                ),
            ]
        ),
        f"weight: !!float '{'1:' * 2000}1'",
    ],
    ids=["merged aliases", "a sexagesimal number beyond all floats"],
)
def test_front_matter_made_to_be_slow_is_read_line_by_line(value: str) -> None:
    content = f"---\ntitle: Quay\ndate: 2026-11-01\n{value}\n---\nIt holds.\n".encode()
    (record,) = read_content(content, "slow.md", CONTEXT, wanted="")
    assert isinstance(record, Record), record
    assert "read line by line" in " ".join(record.notes)
