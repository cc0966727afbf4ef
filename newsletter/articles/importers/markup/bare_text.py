"""Paragraphs for HTML that has no blocks: plain text in a feed, lines apart by `<br><br>`.

RSS 2.0 does not say whether a description is HTML. Its empty lines mean nothing as HTML, so that
the paragraphs would run together.
"""

import re

_BLOCK = re.compile(
    r"<(?:address|article|aside|blockquote|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    r"|figcaption|figure|footer|form|h[1-6r]|header|hgroup|li|main|menu|nav|ol|p|pre|script|section"
    r"|style|table|td|template|textarea|th|tr|ul|xmp)(?=[\s/>])",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_BREAKS = re.compile(r"\s*(?:<br\s*/?>\s*+){2,}", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"[ \t]*\n\s*\n\s*")


def in_paragraphs(html: str) -> str:
    """The HTML with a paragraph for each part, if it has several and no block.

    Two line breaks end a paragraph; where there is no `<br>` at all, an empty line does.
    """
    end = _BREAKS if _LINE_BREAK.search(html) else _EMPTY_LINE
    if _BLOCK.search(html) or not end.search(html):
        return html
    return "\n".join(f"<p>{part.strip()}</p>" for part in end.split(html) if part.strip())
