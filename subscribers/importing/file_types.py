"""Opening a list of any file type."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from newsletter.errors import InvalidInput
from subscribers.importing.formats import (
    address_list,
    ezmlm_log,
    fixed_width,
    ldif,
    listserv,
    records,
    vcards,
    written_list,
)
from subscribers.importing.formats.delimited import delimited, head_of
from subscribers.importing.formats.encodings import Encoding, encoding_of
from subscribers.importing.formats.json_documents import json_lists
from subscribers.importing.formats.sheets.spreadsheets import is_spreadsheet, spreadsheet
from subscribers.importing.formats.table import SourceTable

PDF_MARK = b"%PDF"
_MARKUP = re.compile(r"<!--|<(?:!doctype|\?xml|html|head|body|table)(?=[\s>])", re.IGNORECASE)
# A mailbox separates its messages by a line with the sender and a date.
_MAILBOX_LINE = re.compile(r"From \S++.*\d\d:\d\d")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]*:\s")
_MAIL_FIELD = re.compile(
    r"(?:Received|Return-Path|Message-ID|MIME-Version|Subject):\s", re.IGNORECASE
)

# In this order: each says by the first lines whether it fits.
_FORMATS: Sequence[
    tuple[Callable[[Sequence[str]], bool], Callable[[Path, Encoding], SourceTable]]
] = (
    (vcards.is_vcard, vcards.vcards),
    (ldif.is_ldif, ldif.ldif),
    (json_lists.is_json, json_lists.json_list),
    (records.is_records, records.records),
    (ezmlm_log.is_ezmlm_log, ezmlm_log.ezmlm_log),
    (listserv.is_listserv, listserv.listserv),
    (address_list.is_list, address_list.address_list),
    (address_list.is_section_list, address_list.section_list),
    (fixed_width.is_fixed_width, fixed_width.fixed_width),
)


def open_list(path: Path, *, sheet: str = "", encoding: str = "") -> SourceTable:
    """Open a list.

    Args:
        sheet: of a spreadsheet; empty: the first.
        encoding: of a text file; empty: detected.

    Raises:
        InvalidInput: it cannot be read.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is no file that can be read twice; save it as one first")
    if is_spreadsheet(path):
        return spreadsheet(path, sheet)
    if sheet:
        raise InvalidInput(f"{path} is no spreadsheet, so it has no sheet {sheet!r}")
    with path.open("rb") as file:
        if file.read(len(PDF_MARK)) == PDF_MARK:
            raise InvalidInput(f"{path} is a PDF; ask for the list as a CSV or Excel file")
    return _text(path, encoding)


def _text(path: Path, encoding: str) -> SourceTable:
    encoding_name = encoding_of(path, encoding)
    head = head_of(path, encoding_name)
    if _is_markup(head):
        raise InvalidInput(
            f"{path} is a web page or XML, whatever its name says; open it in Excel or "
            "LibreOffice and save it as .xlsx, .ods or CSV"
        )
    if _is_mail(head):
        raise InvalidInput(
            f"{path} is a mail, or a mailbox of them, and names others than those who are meant; "
            "write these into a file of their own, one address a line"
        )
    for fits, opened in _FORMATS:
        if fits(head):
            return opened(path, encoding_name)
    if written_list.is_written_list(head):
        return written_list.written_list(path, encoding_name, head)
    return delimited(path, encoding_name)


def _is_mail(head: Sequence[str]) -> bool:
    """Whether a text is a message (RFC 5322) or starts as a mailbox of them (RFC 4155)."""
    lines = [line for line in head if line.strip()]
    return bool(lines) and (
        _MAILBOX_LINE.match(lines[0]) is not None
        or (_FIELD.match(lines[0]) is not None and any(map(_MAIL_FIELD.match, lines)))
    )


def _is_markup(head: Sequence[str]) -> bool:
    """Whether a text starts as the HTML or XML that programs write instead of a spreadsheet."""
    first = next((line.strip() for line in head if line.strip()), "")
    return _MARKUP.match(first) is not None
