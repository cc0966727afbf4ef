"""Factories of binary formats: DOCX and ZIP."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FORMULAS = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def zipped(entries: Mapping[str, str | bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP file; the same entries always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


def document(paragraphs: list[tuple[str, str]]) -> bytes:
    """A document of Word.

    Args:
        paragraphs: style and words of each.
    """
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'
        for style, words in paragraphs
    )
    return word_file(body)


def word_file(body: str) -> bytes:
    """A document of Word with the elements of its body; `m:` are formulas."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/></w:style>'
        for style, name in (("Title", "Title"), ("Heading2", "heading 2"), ("Normal", "Normal"))
    )
    main = (
        f'<w:document xmlns:w="{_WORDS}" xmlns:m="{_FORMULAS}"><w:body>{body}</w:body></w:document>'
    )
    relations = _RELATIONS.replace("word/document.xml", "styles.xml").replace(
        'officeDocument"', 'styles"'
    )
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELATIONS,
            "word/_rels/document.xml.rels": relations,
            "word/styles.xml": f'<w:styles xmlns:w="{_WORDS}">{styles}</w:styles>',
            "word/document.xml": main,
        }
    )
