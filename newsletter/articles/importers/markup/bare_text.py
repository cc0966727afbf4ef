"""Paragraphs for HTML that has none: plain text in a feed, lines apart by `<br><br>`.

RSS 2.0 does not say whether a description is HTML. Its empty lines mean nothing as HTML, so that
the paragraphs would run together.
"""

import re

from newsletter.articles.importers.markup.wordpress_text import has_bare_paragraphs, paragraphs

_BLOCK = re.compile(
    r"<(?:address|article|aside|blockquote|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    r"|figcaption|figure|footer|form|h[1-6r]|header|hgroup|li|main|menu|nav|ol|p|pre|script|section"
    r"|style|table|td|template|textarea|th|tr|ul|xmp)(?=[\s/>])",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
# Each begins where its white space does: a run without an end would be read from each place of it.
_BREAKS = re.compile(r"(?<!\s)\s*+(?:<br\s*/?>\s*+){2,}", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"(?<![ \t])[ \t]*+\n\s*\n\s*")
_LINE_END = re.compile(r"(?<![ \t\n])[ \t]*+\n(?![ \t]*\n)")


def in_paragraphs(html: str) -> str:
    """The HTML with a paragraph for each part, if it has several and no element for them.

    Two line breaks end a paragraph; where there is no `<br>` at all, an empty line does, beside
    lists, quotations and headings too.
    """
    if _BLOCK.search(html):
        # A line end within a paragraph is a space in HTML.
        return paragraphs(_LINE_END.sub(" ", html)) if has_bare_paragraphs(html) else html
    end = _BREAKS if _LINE_BREAK.search(html) else _EMPTY_LINE
    if not end.search(html):
        return html
    return "\n".join(f"<p>{part.strip()}</p>" for part in end.split(html) if part.strip())
