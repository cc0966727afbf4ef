"""Small files that unpack to very large ones: spreadsheets, documents, mails, pictures."""

import io
import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping

from PIL import Image
from pillow_heif import register_heif_opener

MILLIONS = 200_000_000
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = b"http://schemas.openxmlformats.org/package/2006/relationships"
WORDS = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = b"urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = b"urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TEXT_CELL = b'<table:table-cell office:value-type="string">'
# Each is ten of the one before it: ten billion letters.
LAUGHS = b"<!DOCTYPE a [<!ENTITY a0 'haha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 11)
)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in files.items():
            archive.writestr(name, one)
    return content.getvalue()


def workbook(rows: bytes, shared: bytes = b"") -> dict[str, bytes]:
    """The parts of an XLSX file.

    Args:
        shared: the content of its shared strings.
    """
    sheets = b'<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    relation = (
        b'<Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>'
        b'<Relationship Id="rId2" Type="%s/sharedStrings" Target="sharedStrings.xml"/>'
    ) % (RELATED, RELATED)
    root = b'<Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/>' % RELATED
    return {
        "_rels/.rels": b'<Relationships xmlns="%s">%s</Relationships>' % (PACKAGE, root),
        "xl/workbook.xml": b'<workbook xmlns="%s" xmlns:r="%s">%s</workbook>'
        % (MAIN, RELATED, sheets),
        "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="%s">%s</Relationships>'
        % (PACKAGE, relation),
        "xl/sharedStrings.xml": shared or b'<sst xmlns="%s"/>' % MAIN,
        "xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
        % (MAIN, rows),
    }


def spreadsheets() -> Iterator[tuple[str, str, bytes]]:
    """Suffix, name and content."""
    strings = b"<si><t>a</t></si>" * (MILLIONS // 17)
    cell = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    yield (
        ".xlsx",
        "shared strings",
        packed(workbook(cell, b'<sst xmlns="%s">%s</sst>' % (MAIN, strings))),
    )
    long = b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (MAIN, b"a" * MILLIONS)
    yield ".xlsx", "one long shared string", packed(workbook(cell, long))
    again = b'<c t="s"><v>0</v></c>' * 1000
    much = b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (MAIN, b"a" * 32_000)
    yield (
        ".xlsx",
        "a long string in every cell",
        packed(workbook(b"<row>%s</row>" % again * 2000, much)),
    )
    laughs = b'%s<sst xmlns="%s"><si><t>&a10;</t></si></sst>' % (LAUGHS, MAIN)
    yield ".xlsx", "entities", packed(workbook(cell, laughs))
    for name, rows in {
        "rows that repeat": b'<table:table-row table:number-rows-repeated="999999999">'
        + TEXT_CELL
        + b"<text:p>a</text:p></table:table-cell></table:table-row>",
        "cells that repeat": b"<table:table-row><table:table-cell "
        b'office:value-type="string" table:number-columns-repeated="999999999">'
        b"<text:p>a</text:p></table:table-cell>"
        b"</table:table-row>",
        "spaces that repeat": b"<table:table-row>"
        + TEXT_CELL
        + b'<text:p>a<text:s text:c="999999999"/></text:p></table:table-cell></table:table-row>',
        "zeros": b"<table:table-row>" + b" " * MILLIONS + b"</table:table-row>",
        "depth": b"<table:table-row>" + TEXT_CELL + b"<text:p>" * 1_000_000,
    }.items():
        yield ".ods", name, packed(_open_document(rows))
    laughing = (
        b"<table:table-row>%s<text:p>&a10;</text:p></table:table-cell></table:table-row>"
        % TEXT_CELL
    )
    yield ".ods", "entities", packed(_open_document(laughing, LAUGHS))


def _open_document(rows: bytes, before: bytes = b"") -> dict[str, bytes]:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    names = b'xmlns:office="%s" xmlns:table="%s" xmlns:text="%s"' % (OFFICE, TABLE, TEXT)
    return {
        "mimetype": kind,
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": b"%s<office:document-content %s><office:body><office:spreadsheet>"
        b'<table:table table:name="a">%s</table:table></office:spreadsheet></office:body>'
        b"</office:document-content>" % (before, names, rows),
    }


def documents() -> Iterator[tuple[str, str, bytes]]:
    """Format, name and content of Word files and of mails with parts in parts."""
    for name, body in {
        "paragraphs": b"<w:p/>" * (MILLIONS // 6),
        "runs": b"<w:p>" + b"<w:r><w:t>a</w:t></w:r>" * 2_000_000 + b"</w:p>",
        "depth": b"<w:p>" + b"<w:r>" * 1_000_000,
        "nested tables": b"<w:tbl><w:tr><w:tc>" * 100_000,
    }.items():
        yield "word", name, packed(_word(body))
    yield "word", "entities", packed(_word(b"<w:p><w:r><w:t>&a10;</w:t></w:r></w:p>", LAUGHS))
    inner = b"Subject: a\nDate: Sun, 1 Nov 2026 09:00:00 +0000\n\nWords."
    for number in range(60):
        boundary = b"b%d" % number
        inner = (
            b"Subject: a\nContent-Type: multipart/mixed; boundary=%s\n\n--%s\n"
            b"Content-Type: message/rfc822\n\n%s\n--%s--\n" % (boundary, boundary, inner, boundary)
        )
    yield "mail", "mails in mails", inner
    nested = b"Words."
    for _ in range(12):
        nested = (
            b"Subject: a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + b64encode(nested)
        )
    yield "mail", "base64 in base64", nested
    yield (
        "mail",
        "parameters",
        b"Subject: a\nContent-Type: text/plain"
        + b"".join(b'; a*%d="b"' % number for number in range(20_000))
        + b"\n\nWords.",
    )


def _word(body: bytes, before: bytes = b"") -> dict[str, bytes]:
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    root = b'<Relationship Id="rId1" Type="%s/officeDocument" Target="word/document.xml"/>' % (
        RELATED
    )
    return {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'content-types"><Override PartName="/word/document.xml" ContentType="%s"/></Types>' % kind,
        "_rels/.rels": b'<Relationships xmlns="%s">%s</Relationships>' % (PACKAGE, root),
        "word/document.xml": b'%s<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>'
        % (before, WORDS, body),
    }


def returned_mails(size: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of mails that came back."""
    for form, name, content in documents():
        if form == "mail":
            yield name, content
    head = b"From: <>\nSubject: a\nContent-Type: multipart/report; boundary=a\n\n"
    status = b"--a\nContent-Type: message/delivery-status\n\n"
    yield "recipients", head + status + b"\nFinal-Recipient: rfc822; a@b.example\n" * (size // 40)
    yield "words of headers", b"Subject: " + b"=?utf-8?b?YQ==?= " * (size // 17) + b"\n\nWords."
    yield "open tags", b"Content-Type: text/html\n\n" + b"<a b='" * (size // 6)
    yield "dots", b"Subject: Undelivered\n\n550 " + b"a@b." * (size // 4)
    yield "digits", b"Subject: Undelivered\n\n" + b"5.1.1 " * (size // 6)
    yield "boundaries", head + b"--a\n" * (size // 4)


def pictures() -> Iterator[tuple[str, bytes]]:
    """Name and content of pictures."""
    yield "PNG of 60,000 x 60,000", _png(60_000, 60_000, b"\0" * 1_000_000)
    yield "PNG of 7,700 x 7,700", _png(7_700, 7_700, b"\0" * (7_700 * 7_701))
    yield "PNG with a text of 200 MB", _png(1, 1, b"\0\0", _chunk(b"zTXt", b"a\0\0" + _zeros()))
    profile = _chunk(b"iCCP", b"a\0\0" + _zeros())
    yield "PNG with a profile of 200 MB", _png(1, 1, b"\0\0", profile)
    chunks = b"".join(_chunk(b"tEXt", b"a\0b") for _ in range(500_000))
    yield "PNG of 500,000 chunks", _png(1, 1, b"\0\0", chunks)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    yield "GIF of a million frames", head + frame * 1_000_000 + b";"
    wide = b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    yield "GIF of 60,000 x 60,000", wide + frame * 250 + b";"
    yield "GIF and script", head + frame + b";<script>alert(1)</script>"
    yield "GIF of 3 million comments", head + b"!\xfe\x01a\0" * 3_000_000 + frame + b";"
    yield "GIF of one comment of 6 million", head + b"!\xfe" + b"\x01a" * 6_000_000 + b"\0" + frame
    yield "JPEG of 5 million segments", b"\xff\xd8" + b"\xff\xfe\x00\x02" * 5_000_000 + b"\xff\xd9"
    yield from _encoded_anew()
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\0" * 100
    start = b"\xff\xd8\xff\xc2\x00\x0b\x08\x1e\x00\x1e\x00\x01\x01\x11\x00"
    yield "JPEG of 10,000 scans", start + scan * 10_000 + b"\xff\xd9"


def _encoded_anew() -> Iterator[tuple[str, bytes]]:
    """Pictures of encoders that claim other sizes than they have, or have very many frames."""
    register_heif_opener()
    small = Image.new("RGB", (64, 64), "navy")
    for form, name in (("HEIF", "HEIC"), ("AVIF", "AVIF")):
        whole = _saved(small, form)
        claimed = whole.replace(struct.pack(">II", 64, 64), struct.pack(">II", 60_000, 60_000))
        yield f"{name} of 60,000 x 60,000", claimed
        yield f"{name} cut off", whole[: len(whole) * 2 // 3]
    frames = [Image.new("RGB", (64, 64), (number % 256, 0, 0)) for number in range(2_000)]
    for form, name in (("WEBP", "WebP"), ("AVIF", "AVIF")):
        moving = _saved(frames[0], form, save_all=True, append_images=frames[1:], duration=10)
        yield f"{name} of 2,000 frames", moving
    # Frames that differ, or the encoder keeps one and writes a still picture.
    canvas = _saved(frames[0], "WEBP", save_all=True, append_images=frames[100:250:100])
    place = canvas.index(b"VP8X") + 12
    side = (16_383).to_bytes(3, "little")
    claimed = canvas[:place] + side + side + canvas[place + 6 :]
    yield "WebP of 16,384 x 16,384 with frames of 64 x 64", claimed


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _png(width: int, height: int, rows: bytes, more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + more
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def _zeros() -> bytes:
    return zlib.compress(b"\0" * MILLIONS, 9)
