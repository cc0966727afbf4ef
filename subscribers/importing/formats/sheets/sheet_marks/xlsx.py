"""Marks in a sheet of an XLSX file (ECMA-376).

Cells are looked at only where a style of the workbook strikes out or colours.
"""

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, dirname, join, normpath
from typing import Any
from zipfile import ZipFile

from lxml import etree

from subscribers.importing.formats.sheets.hidden_cells import PIECE_BYTES, sheet_part
from subscribers.importing.formats.sheets.sheet_marks.marks import (
    CellStyle,
    SheetMarks,
    StruckText,
    colour_name,
)

STYLES = "xl/styles.xml"
STRINGS = "xl/sharedStrings.xml"
# Of styles a workbook has some thousand, and comments are short: what follows is not looked at.
MAX_PART_BYTES = 16 << 20
# Longer than the start tag of a cell.
OVERLAP_BYTES = 1024
# ECMA-376, 18.3.1.4.
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_PLACE_NAME = re.compile(rb"([A-Z]{1,3})(\d{1,7})")
_STYLE = re.compile(rb"\bs=[\"'](\d{1,6})[\"']")
_STRIKE = re.compile(rb"<(?:\w+:)?strike[\s/>]")
# A cell with a shared string (18.3.1.96).
_TEXT_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*\bt=[\"']s[\"'][^<>]*)>\s*<(?:\w+:)?v>(\d{1,7})</")
_REFERENCE = re.compile(r"[A-Z]{1,3}(\d{1,7})")
Element = Any
"""An lxml element; lxml ships no types."""


def marks_of_xlsx(archive: ZipFile, sheet: str) -> SheetMarks:
    """The marks of a sheet.

    Raises:
        lxml.etree.XMLSyntaxError, KeyError, OSError: the workbook is of an unusual build.
    """
    marks, parts = SheetMarks(), frozenset(archive.namelist())
    part = sheet_part(archive, sheet)
    if part not in parts:
        return marks
    styles = _styles(_tree(archive, STYLES)) if STYLES in parts else {}
    for (row, column), style in _styled_cells(archive, part, styles) if styles else ():
        marks.add_style(row, column, style)
    struck = _struck_strings(archive) if STRINGS in parts else {}
    for place, text in _cells_of_strings(archive, part, struck) if struck else ():
        marks.add_struck_text(*place, text)
    for place, text in _struck_inline(archive, part):
        marks.add_struck_text(*place, text)
    links = join(dirname(part), "_rels", f"{basename(part)}.rels")
    for link in _tree(archive, links).iter("{*}Relationship") if links in parts else ():
        target = normpath(join("/", dirname(part), link.get("Target", ""))).lstrip("/")
        if link.get("Type", "").endswith("/comments") and target in parts:
            _add_comments(marks, _tree(archive, target))
    return marks


def _tree(archive: ZipFile, part: str) -> Element:
    with archive.open(part) as file:
        text = file.read(MAX_PART_BYTES)
    return etree.fromstring(text, etree.XMLParser(resolve_entities=False))


def _styles(root: Element) -> dict[bytes, CellStyle]:
    """The styles that mark a cell, by number (18.8.10, 18.8.20 to 18.8.22)."""
    fonts = [_font(each) for each in root.iterfind("{*}fonts/{*}font")]
    fills = [_fill(each) for each in root.iterfind("{*}fills/{*}fill")]
    styles = {}
    for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        font, fill = _number(each, "fontId"), _number(each, "fillId")
        is_struck_out, letters = fonts[font] if font < len(fonts) else (False, "")
        colours = filter(None, (fills[fill] if fill < len(fills) else "", letters))
        style = CellStyle(is_struck_out=is_struck_out, colours=tuple(colours))
        if style:
            styles[str(number).encode()] = style
    return styles


def _number(element: Element, name: str) -> int:
    value = element.get(name, "0")
    return int(value) if value.isdecimal() and len(value) < 7 else 0


def _font(font: Element) -> tuple[bool, str]:
    """Whether it strikes out, and the colour of its letters."""
    colour = font.find("{*}color")
    name = colour_name(colour.get("rgb", "")[-6:]) if colour is not None else ""
    # Blue letters are links.
    return _is_struck_out(font), f"in {name} letters" if name not in {"", "blue"} else ""


def _fill(fill: Element) -> str:
    pattern = fill.find("{*}patternFill")
    colour = pattern.find("{*}fgColor") if pattern is not None else None
    if colour is None:
        return ""
    if rgb := colour.get("rgb"):
        name = colour_name(rgb[-6:])
        return f"coloured {name}" if name else ""
    # The first two of a theme are paper and ink (20.1.6.2).
    return f"coloured ({colour.get('theme')})" if _number(colour, "theme") > 1 else ""


def _styled_cells(
    archive: ZipFile, part: str, styles: Mapping[bytes, CellStyle]
) -> Iterator[tuple[tuple[int, int], CellStyle]]:
    for piece in _pieces(archive, part):
        for cell in _CELL.finditer(piece):
            number, place = _STYLE.search(cell[1]), _PLACE.search(cell[1])
            if number and place and (style := styles.get(number[1])):
                yield _numbers(place), style


def _numbers(place: re.Match[bytes]) -> tuple[int, int]:
    """Row and column of a reference such as AB12, from 1 (18.18.7)."""
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]), column


def _struck_strings(archive: ZipFile) -> dict[bytes, StruckText]:
    """The texts of which a part is struck out, by number (18.4.7 and 18.4.8)."""
    with archive.open(STRINGS) as file:
        if not _STRIKE.search(file.read(MAX_PART_BYTES)):
            return {}
    texts = map(_struck_text, _tree(archive, STRINGS).iterfind("{*}si"))
    return {str(number).encode(): text for number, text in enumerate(texts) if text}


def _struck_text(text: Element) -> StruckText:
    """How much of a text is struck out (18.4.4)."""
    runs = [
        (each.findtext("{*}t") or "", _is_struck_out(each.find("{*}rPr")))
        for each in text.iterfind("{*}r")
    ]
    return StruckText.of([(text.findtext("{*}t") or "", False), *runs])


def _is_struck_out(properties: Element | None) -> bool:
    strike = properties.find("{*}strike") if properties is not None else None
    return strike is not None and strike.get("val") not in {"0", "false"}


def _cells_of_strings(
    archive: ZipFile, part: str, texts: Mapping[bytes, StruckText]
) -> Iterator[tuple[tuple[int, int], StruckText]]:
    for piece in _pieces(archive, part):
        for cell in _TEXT_CELL.finditer(piece):
            place, text = _PLACE.search(cell[1]), texts.get(cell[2])
            if place and text:
                yield _numbers(place), text


def _struck_inline(archive: ZipFile, part: str) -> Iterator[tuple[tuple[int, int], StruckText]]:
    """The cells that hold their text themselves, struck out (18.3.1.53)."""
    if not any(_STRIKE.search(piece) for piece in _pieces(archive, part)):
        return
    with archive.open(part) as file:
        for _, row in etree.iterparse(file, tag="{*}row", resolve_entities=False):
            for cell in row.iterfind("{*}c"):
                inline = cell.find("{*}is")
                place = _PLACE_NAME.fullmatch(cell.get("r", "").encode())
                if inline is not None and place and (text := _struck_text(inline)):
                    yield _numbers(place), text
            row.clear()


def _pieces(archive: ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces that overlap by more than a cell."""
    overlap = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE_BYTES):
            yield overlap + piece
            overlap = (overlap + piece)[-OVERLAP_BYTES:]


def _add_comments(marks: SheetMarks, root: Element) -> None:
    """18.7.2 and 18.7.3; Excel writes the author's name above the comment as well."""
    authors = [f"{each.text}:" for each in root.iter("{*}author")]
    for comment in root.iter("{*}comment"):
        if reference := _REFERENCE.fullmatch(comment.get("ref", "")):
            text = "".join(each.text or "" for each in comment.iter("{*}t")).strip()
            author = _number(comment, "authorId")
            text = text.removeprefix(authors[author]) if author < len(authors) else text
            marks.add_comment(int(reference[1]), text)
