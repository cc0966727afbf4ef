"""Marks in a sheet of an ODS file (OpenDocument 1.3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zipfile import ZipFile

from lxml import etree

from subscribers.importing.formats.sheets.sheet_marks.marks import (
    CellStyle,
    SheetMarks,
    StruckText,
    colour_name,
)

_NAMESPACES = "{urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _ODF_STYLE = f"{_NAMESPACES}table:1.0}}", f"{_NAMESPACES}style:1.0}}"
_OFFICE, _TEXT = f"{_NAMESPACES}office:1.0}}", f"{_NAMESPACES}text:1.0}}"
_FO = f"{_NAMESPACES}xsl-fo-compatible:1.0}}"
# The families of the styles of texts.
_OF_TEXTS = {f"{_TEXT}span": "text", f"{_TEXT}p": "paragraph"}
# The row limit of spreadsheets.
MAX_ROWS = 1_048_576
# A list of people has no more.
MAX_COLUMNS = 1000
Element = Any
"""An lxml element; lxml ships no types."""


def marks_of_ods(archive: ZipFile, sheet: str) -> SheetMarks:
    """The marks of a sheet (9.1.2 to 9.1.4).

    Raises:
        lxml.etree.XMLSyntaxError, KeyError, OSError: the file is of an unusual build.
    """
    marks, styles, row, is_read = SheetMarks(), dict[str, CellStyle](), 1, False
    usual: list[str] = []
    tags = (
        *(f"{_ODF_STYLE}style", f"{_TABLE}table", f"{_TABLE}table-row"),
        f"{_TABLE}table-column",
    )
    with archive.open("content.xml") as file:
        events = etree.iterparse(file, events=("start", "end"), tag=tags, resolve_entities=False)
        for event, element in events:
            if event == "start":
                if element.tag == tags[1]:
                    row, is_read, usual = 1, element.get(f"{_TABLE}name") == sheet, []
            elif element.tag == tags[0]:
                styles[_style_name(element)] = _style(element)
            elif element.tag == tags[3]:
                count = min(_repeated(element, "columns"), MAX_COLUMNS - len(usual))
                usual += [element.get(f"{_TABLE}default-cell-style-name", "")] * count
            elif element.tag == tags[2]:
                count = _repeated(element, "rows")
                # Thousands of rows alike are the formatted ones below the last person.
                for number in range(row, row + (count if is_read and count < MAX_ROWS / 16 else 0)):
                    _add_row(marks, number, element, styles, usual)
                row += count
                element.clear()
    return marks


def _repeated(element: Element, what: str) -> int:
    value = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(value) if value.isdecimal() and len(value) < 9 else 1


def _style_name(style: Element) -> str:
    """A style's name; those of texts and of cells may be the same (19.498)."""
    name, family = style.get(f"{_ODF_STYLE}name", ""), style.get(f"{_ODF_STYLE}family")
    return f"{family} {name}" if family in _OF_TEXTS.values() else name


def _style(style: Element) -> CellStyle:
    """16.2, 17.18, 20.183 and 20.376."""
    cell = style.find(f"{_ODF_STYLE}table-cell-properties")
    text = style.find(f"{_ODF_STYLE}text-properties")
    fill = _colour(cell, "background-color")
    letters = _colour(text, "color")
    line = text.get(f"{_ODF_STYLE}text-line-through-style") if text is not None else None
    colours = (
        f"coloured {fill}" if fill else "",
        # Blue letters are links.
        f"in {letters} letters" if letters not in {"", "blue"} else "",
    )
    return CellStyle(is_struck_out=line not in {None, "none"}, colours=(*filter(None, colours),))


def _colour(properties: Element | None, name: str) -> str:
    value = properties.get(f"{_FO}{name}", "") if properties is not None else ""
    return colour_name(value[1:]) if value.startswith("#") else ""


def _runs(cell: Element, styles: Mapping[str, CellStyle]) -> Iterator[tuple[str, bool]]:
    """The texts of a cell without its comments, each with whether it is struck out (6.1.7)."""
    for paragraph in cell.iterfind(f"{_TEXT}p"):
        yield from _runs_in(paragraph, styles, is_struck_out=False)


def _runs_in(
    element: Element, styles: Mapping[str, CellStyle], *, is_struck_out: bool
) -> Iterator[tuple[str, bool]]:
    name = f"{_OF_TEXTS.get(element.tag, '')} {element.get(f'{_TEXT}style-name', '')}"
    is_struck_here = is_struck_out or styles.get(name, CellStyle()).is_struck_out
    yield element.text or "", is_struck_here
    for inner in element:
        yield from _runs_in(inner, styles, is_struck_out=is_struck_here)
        yield inner.tail or "", is_struck_here


def _add_row(
    marks: SheetMarks,
    row: int,
    element: Element,
    styles: Mapping[str, CellStyle],
    usual: Sequence[str],
) -> None:
    """
    Args:
        usual: the style of each column, for cells without one of their own (9.1.4).
    """
    column = 0
    of_row = element.get(f"{_TABLE}default-cell-style-name", "")
    for cell in element.iter(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        count = min(_repeated(cell, "columns"), MAX_COLUMNS - column)
        text = StruckText.of(_runs(cell, styles))
        for place in range(column, column + count):
            of_column = usual[place] if place < len(usual) else ""
            name = cell.get(f"{_TABLE}style-name") or of_row or of_column
            if style := styles.get(name):
                marks.add_style(row, place + 1, style)
            marks.add_struck_text(row, place + 1, text)
        column += count
    for annotation in element.iter(f"{_OFFICE}annotation"):
        paragraphs = annotation.iter(f"{_TEXT}p")
        marks.add_comment(row, " ".join(" ".join(each.itertext()) for each in paragraphs))
