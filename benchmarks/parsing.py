"""The worst inputs known for each format: how long reading each takes, the longest first.

Each is made to be slow or large: elements that nest or never end, backtracking in patterns, rows
and numbers that a file only claims to have, archives that unpack to thousands of times their size.
Articles are read and sanitised, lists of people are read to their last row, mails that came back
are judged, pictures are encoded; each in a process of its own that is ended after its time: a
minute, and two for a spreadsheet, as the programs that read them are.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from bombs import LAUGHS, documents, packed, pictures, returned_mails, spreadsheets, workbook
from measuring import print_table

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.importers.inputs import read_content
from newsletter.articles.ingestion.parsing_process import MEMORY_BYTES, TIME
from newsletter.errors import InvalidInput, NewsletterError
from newsletter.feedback.reading import reader
from newsletter.media.encoding import encode_picture
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.sheets.sheet_reader import CPU_SECONDS

SPREADSHEETS = (".xlsx", ".ods")
CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")
SHOWN = 15

# Pieces of markup that, repeated, have kept HTML and XML parsers busy for minutes.
MARKUP = {
    "unfinished tags": '<a "',
    "unfinished quotes": "<a b='",
    "open comments": "<!--",
    "declarations": "<![",
    "processing instructions": "<?",
    "ends of nothing": "</b",
    "nested elements": "<div>",
    "nested tables": "<table><tr><td>",
    "nested formatting": "<b><i><a href=x>",
    "nested lists": "<ul><li>",
    "nested forms": "<form><p>",
    "nested noscript": "<noscript><p>",
    "nested templates": "<template><b>",
    "svg in mathematics": "<svg><math><mtext>",
    "entities without end": "&#x41",
    "ampersands": "&amp;&",
    "attributes": "<p a=b c=d e=f",
    "styles": "<p style='a:b;",
    "embedded pages": "<iframe src=https://v.example/>",
    "pictures": "<img srcset='a 1x, b 2x' width=1>",
    "shortcodes": "[gallery ids=1] [/",
    "embeds": "[embed]",
    "raw template tags": "{% raw %}{# ",
    "reused blocks": '<!-- wp:block {"ref":1',
    "headings": "<h1>a",
    "angle brackets": "<" * 8,
    "digits": "12.10.2026 ",
    "spaces": " " * 8,
    "no-break spaces": "\u00a0\n",
    "addresses": "http://a.example/(",
    "names of months": "1 November ",
    "surrogates": "\\ud800",
}
MARKDOWN = {
    "brackets": "[",
    "emphasis": "*a_b",
    "links": "[a](",
    "pictures": "![[",
    "quotes": "> ",
    "lists": "* ",
    "code": "`a",
    "footnotes": "[^a]: b\n",
    "references": "[a]: <b\n",
    "tables": "|a|-\n",
    "template tags": "{% a {{ ",
}
# Pieces that lists are made of: lines of any of them are tried as each format of text.
LISTED = {
    "spaces": " ",
    "tabs and spaces": "\t ",
    "commas": ",",
    "semicolons": "; ",
    "angle brackets": "<",
    "quotes": '"',
    "apostrophes": "'",
    "brackets": "(",
    "at signs": "@",
    "addresses": "a@b.example ",
    "halves of addresses": "a@",
    "dots": "a.",
    "hyphens": "-",
    "letters": "a",
    "digits": "1",
    "numbers": "1 ",
    "moments": "1234567890 + ",
    "colons": "a:",
    "equals signs": "a=b;",
    "hashes": " #",
    "bars": "|-",
    "braces": '{"a":[',
    "stars": "* ",
}
STARTS = ("", "a@b.example", "email,name\n", "email\na@b.example,", "Ann <a@b.example>, ")


def articles(size: int) -> Iterator[tuple[str, str, bytes]]:
    """Format, name and content of every article."""
    for name, piece in MARKUP.items():
        text = piece * (size // len(piece))
        page = f"<html><body><h1>A title</h1><p>12 October 2026</p>{text}"
        yield "html", name, page.encode()
        item = f"<item><title>One</title><guid>a:1</guid><description><![CDATA[{text}]]>"
        feed = f"<rss version='2.0'><channel><title>t</title>{item}</description></item>"
        yield "feed", name, f"{feed}</channel></rss>".encode()
    for name, piece in MARKDOWN.items():
        text = piece * (size // len(piece))
        yield "markdown", name, f"---\ntitle: One\ndate: 2026-11-01\n---\n{text}".encode()
    yield from _structured(size)
    yield from _packed()
    yield from documents()


def _structured(size: int) -> Iterator[tuple[str, str, bytes]]:
    aliases = "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))
    yield "markdown", "YAML aliases", f"---\na0: &a0 [1]\n{aliases}\n---\nWords.".encode()
    yield "markdown", "YAML depth", b"---\na: " + b"[" * size + b"\n---\nWords."
    yield "markdown", "YAML sexagesimal", b"---\ndate: " + b"1:" * (size // 2) + b"1\n---\nWords."
    yield "json", "depth", b"[" * size
    yield "json", "a long number", b'[{"title": ' + b"9" * size + b"}]"
    yield "json", "an escaped text", b'[{"title": "One", "body": "' + b"\\u0001" * (size // 6)
    yield "csv", "open quotes", b'title,date,body\n"' + b'a""' * (size // 3)
    yield "csv", "columns", b"title,date,body" + b"," * size + b"\na,2026-11-01,b"
    entities = "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40))
    yield "feed", "entities", f"<!DOCTYPE r [<!ENTITY a0 'a'>{entities}]><rss>&a39;</rss>".encode()
    yield (
        "feed",
        "entities that unfold",
        LAUGHS + b"<rss><channel><item><title>&a10;</title></item></channel></rss>",
    )
    outside = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    yield (
        "feed",
        "an entity from outside",
        outside + b"<rss><channel><item><title>&a;</title></item></channel></rss>",
    )
    outline = b"<outline text='a' xmlUrl='https://a.example/'>"
    yield "feed", "OPML", b"<opml version='2.0'><body>" + outline * (size // len(outline))
    yield "feed", "depth", b"<rss version='2.0'><channel>" + b"<a>" * (size // 3)
    yield (
        "feed",
        "namespaces",
        b"<rss " + b" ".join(b'xmlns:a%d="b"' % n for n in range(size // 12)),
    )
    item = b"<item><title>a</title></item>"
    attributes = b" ".join(b"a%d='1'" % number for number in range(size // 10))
    yield "feed", "attributes", b"<rss version='2.0'><channel " + attributes + b"></channel></rss>"
    yield "feed", "entries", b"<rss><channel>" + item * (size // len(item)) + b"</channel></rss>"
    yield "wordpress", "depth", b"<rss><channel><item>" + b"<a>" * (size // 3)
    yield (
        "mail",
        "parts",
        b"Subject: a\nContent-Type: multipart/mixed; boundary=a\n\n"
        + (b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * (size // 50)),
    )
    yield "mail", "header", b"Subject: " + b"=?utf-8?q?a" * (size // 11) + b"\n\nWords."
    yield "mail", "senders", b"From: " + b"(" * size + b"\nSubject: a\n\nWords."


def _packed() -> Iterator[tuple[str, str, bytes]]:
    yield "archive", "zeros", packed({"posts/a.html": b"\0" * 200_000_000})
    yield "archive", "files", packed({f"posts/{n}.html": b"<p>a" for n in range(2_000)})
    yield (
        "word",
        "zeros",
        packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * 200_000_000}),
    )


def lists(size: int) -> Iterator[tuple[str, str, bytes]]:
    """Suffix, name and content of every list of people."""
    for name, piece in LISTED.items():
        for start in STARTS:
            text = f"{start}{piece * (size // len(piece))}\na@b.example\n"
            yield ".txt", f"{name} after {start!r}", text.encode()
    yield ".csv", "open quotes", b'email,name\n"' + b'a""' * (size // 3)
    yield ".csv", "columns", b"email" + b"," * size + b"\na@b.example"
    yield ".csv", "delimiters", b";,\t|" * (size // 4)
    yield ".json", "depth", b"[" * size
    yield ".json", "a long number", b'[{"email": "a@b.example", "age": ' + b"9" * size + b"}]"
    yield ".vcf", "folded lines", b"BEGIN:VCARD\nFN:a" + b"\n a" * (size // 3) + b"\nEND:VCARD"
    yield ".vcf", "groups", b"BEGIN:VCARD\n" * (size // 12)
    yield ".ldif", "folded lines", b"dn: cn=a\nmail: a@b.example\ncn:: " + b"\n a" * (size // 3)
    yield ".txt", "angle brackets", b"<" * size + b"a@b.example"
    yield ".txt", "a line of a mailbox", b"From " + b"a" * size
    yield ".txt", "commas", b"a@b.example, " * (size // 13)
    for name, sheet in {
        "a row far below": b'<row r="999999999"><c r="A999999999" t="str"><v>a</v></c></row>',
        "a column far to the right": b'<row r="1"><c r="XFD1"><v>1</v></c></row>' * 2000,
        "empty rows": b'<row r="2" hidden="1"/>' * 8_000_000,
        "zeros": b"<row>" + b" " * 200_000_000 + b"</row>",
    }.items():
        yield ".xlsx", name, packed(workbook(sheet))
    yield ".csv", "one line", b"email,name\na@b.example," + b"a" * 100_000_000
    yield ".csv", "one line without commas", b"a" * 100_000_000
    yield from spreadsheets()


def read_article(form: str, content: bytes) -> str:
    """Read and sanitise; what came of it."""
    found = list(read_content(content, "a", CONTEXT, wanted=form))
    for item in found:
        if isinstance(item, Record):
            text_of(sanitise(item.body_html, ""))
    read = sum(isinstance(item, Record) for item in found)
    return f"{read} articles" if read else str(getattr(found[0], "what", ""))[:50] if found else ""


def read_list(suffix: str, content: bytes) -> str:
    """Read to the last row; what came of it."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        try:
            return f"{sum(1 for _ in open_list(Path(file.name)).rows())} rows"
        except NewsletterError as error:
            return str(error).replace(file.name, "it")[:50]


def read_returned(_form: str, content: bytes) -> str:
    """Read as a mail that came back; what it was taken for."""
    return str(reader.read(content).kind)


def read_picture(_form: str, content: bytes) -> str:
    """Decode and encode; how many files came of it."""
    try:
        return f"{len(encode_picture(content))} files"
    except InvalidInput as error:
        return str(error)[:50]


def measured(work: Callable[[], str], limit: float) -> tuple[float, str]:
    """CPU seconds, its children's with them, and outcome, in a process of its own.

    Args:
        limit: seconds after which it is ended.
    """
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(sending, work))
    process.start()
    sending.close()
    try:
        if not receiving.poll(limit):
            return limit, "ENDED: too slow"
        return receiving.recv()  # type: ignore[no-any-return]
    except EOFError:
        return limit, "ENDED: too much memory"
    finally:
        process.kill()
        process.join(10)


def _limit(form: str) -> float:
    return CPU_SECONDS if form in SPREADSHEETS else TIME.total_seconds()


def _run(sending: Connection, work: Callable[[], str]) -> None:
    begun = _cpu_seconds()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        outcome = work()
    except Exception as error:  # noqa: BLE001 - any error is a result here
        outcome = f"RAISED {type(error).__name__}: {error}"[:50]
    sending.send((_cpu_seconds() - begun, outcome))


def _cpu_seconds() -> float:
    return sum(os.times()[:4])


def main() -> None:
    """Print the longest; exit 1 where one was ended or raised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--shown", type=int, default=SHOWN)
    parser.add_argument("--only", default="", help="inputs whose name has this in it")
    chosen = parser.parse_args()
    size = chosen.kilobytes * 1000
    rows = []
    doors = (
        (read_article, articles(size)),
        (read_list, lists(size)),
        (read_returned, (("returned", *one) for one in returned_mails(size))),
        (read_picture, (("picture", *one) for one in pictures())),
    )
    for read, inputs in doors:
        for form, name, content in inputs:
            if chosen.only not in f"{form}: {name}":
                continue
            seconds, outcome = measured(partial(read, form, content), _limit(form))
            rows.append((f"{form}: {name}", len(content) // 1000, seconds, outcome))
            # At once: the whole takes minutes, and whoever waits wants to see where it is.
            print(f"{seconds:7.2f} s  {form}: {name}: {outcome}", flush=True)
    rows.sort(key=lambda row: -row[2])
    shown = [(name, size, f"{seconds:.2f}", outcome) for name, size, seconds, outcome in rows]
    title = f"The longest of {len(rows)} inputs"
    print_table(title, ("input", "KB", "CPU seconds", "outcome"), shown[: chosen.shown])
    bad = [row for row in shown if row[3].startswith(("ENDED", "RAISED"))]
    print_table("Ended or raised", ("input", "KB", "seconds", "outcome"), bad)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
