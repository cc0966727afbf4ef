"""Parts of a document of Word rewritten so that mammoth, which drops elements it does not know with
their text, reads all of it: simple fields, directed text, ruby, formulas, ovals (decision 196).
"""

import io
import re
import zipfile
from typing import Any, TypeAlias

from lxml import etree

from newsletter.articles.importers.markup.word_runs import has_many_runs, join_runs

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_UNREAD = re.compile(rb"<(?:\w+:)?(?:fldSimple|dir|bdo|ruby|oMath|oval)\b")
# Elements around runs, in both namespaces of ECMA-376; mammoth reads the children of a smart tag.
_TRANSPARENT = "smartTag"
_AROUND_RUNS = ("fldSimple", "dir", "bdo", "ruby", "rubyBase")
_DRAWING = "urn:schemas-microsoft-com:vml"
_MARKS = {"den": "/", "sup": "^", "sub": "_"}


def with_readable_parts(content: bytes) -> bytes:
    """The document, rewritten where it holds such elements.

    Raises:
        zipfile.BadZipFile, lxml.etree.XMLSyntaxError: it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as document:
        parts = {name: document.read(name) for name in document.namelist() if _may_hold_text(name)}
        changed = {
            name: _readable(xml)
            for name, xml in parts.items()
            if _UNREAD.search(xml) or has_many_runs(xml)
        }
        if not changed:
            return content
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as copy:
            for info in document.infolist():
                copy.writestr(info.filename, changed.get(info.filename) or document.read(info))
    return written.getvalue()


def _may_hold_text(name: str) -> bool:
    return bool(re.fullmatch(r"word/(?:document|footnotes|endnotes)\d*\.xml", name))


def _readable(xml: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml, parser)
    words = etree.QName(root).namespace
    for formula in list(root.iter("{*}oMath")):
        _replace_formula(formula, words)
    for paragraph in root.iter("{*}oMathPara"):
        paragraph.tag = f"{{{words}}}{_TRANSPARENT}"
    for oval in root.iter(f"{{{_DRAWING}}}oval"):
        oval.tag = f"{{{_DRAWING}}}rect"
    for ruby in root.iter(f"{{{words}}}ruby"):
        _place_reading(ruby, words)
    for name in _AROUND_RUNS:
        for element in root.iter(f"{{{words}}}{name}"):
            element.tag = f"{{{words}}}{_TRANSPARENT}"
    join_runs(root)
    return bytes(etree.tostring(root))


def _replace_formula(formula: Element, words: str | None) -> None:
    """A formula on one line: `a/b`, `x^2`, `x_i`."""
    line = "".join(
        part.text or ""
        if isinstance(part.tag, str) and etree.QName(part).localname == "t"
        else _MARKS.get(etree.QName(part).localname, "")
        for part in formula.iter(etree.Element)
    )
    run = etree.Element(f"{{{words}}}r")
    etree.SubElement(run, f"{{{words}}}t").text = line
    run.tail = formula.tail
    formula.getparent().replace(formula, run)


def _place_reading(ruby: Element, words: str | None) -> None:
    """The reading in brackets after the text that it belongs to."""
    reading = ruby.find(f"{{{words}}}rt")
    if reading is None:
        return
    line = "".join(reading.itertext(f"{{{words}}}t"))
    ruby.remove(reading)
    run = etree.SubElement(ruby, f"{{{words}}}r")
    etree.SubElement(run, f"{{{words}}}t").text = f" ({line})"
