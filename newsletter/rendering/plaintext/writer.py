"""The plain text part of a mail: wrapped lines, underlined headings, numbered links.

From sanitised HTML. Not html2text or inscriptis: measured on their own test pages this loses fewer
words, and Markdown escapes are noise in a letter (docs/decisions/0045).
"""

from collections.abc import Iterable, Iterator

from lxml import html as trees

from newsletter.articles.body.sanitising import text_of
from newsletter.rendering.plaintext.layout import WIDTH, underlined, wrapped
from newsletter.rendering.plaintext.lists import item_marks
from newsletter.rendering.plaintext.tables import Cell, grid_of

NARROWEST = 24
# Generated HTML can nest deeper than Python's stack.
_PARSER = trees.HTMLParser(huge_tree=True, no_network=True)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    {"blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "hr", "li", "ol"}
    | {"p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)


def html_to_text(html: str) -> str:
    """The text of HTML wrapped at 72 columns, with its link URLs below."""
    writer = _Writer()
    body = trees.fragment_fromstring(html, create_parent="div", parser=_PARSER)
    try:
        text = "\n\n".join(writer.blocks(body, WIDTH))
    except RecursionError:
        return wrapped(text_of(html))
    notes = "\n".join(f"[{number}] {address}" for number, address in enumerate(writer.links, 1))
    return f"{text}\n\n{notes}" if notes else text


class _Writer:
    """Writes blocks as text and collects links."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def blocks(self, element: trees.HtmlElement, width: int) -> list[str]:
        """The paragraphs of an element's content, without surrounding line ends."""
        blocks: list[str] = []
        words: list[str] = []

        def end_of_words() -> None:
            lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
            paragraph = wrapped("\n".join(lines).strip("\n"), width)
            if paragraph:
                blocks.append(paragraph)
            words.clear()

        for part in _content(element):
            if isinstance(part, str):
                words.append(_one_line(part))
            elif part.tag in _BLOCKS:
                end_of_words()
                blocks += self._block(part, max(width, NARROWEST))
            elif _holds_blocks(part):
                end_of_words()
                blocks += self._linked_blocks(part, width)
            else:
                words.append(self._inline(part))
        end_of_words()
        return blocks

    def _block(self, element: trees.HtmlElement, width: int) -> list[str]:
        match element.tag:
            case "hr":
                return ["* * *"]
            case "pre":
                return list(filter(None, [self._preformatted(element).strip("\n")]))
            case "ul" | "ol":
                return list(filter(None, ["\n".join(self._items(element, width))]))
            case "dl":
                return list(self._definitions(element, width))
            case "table":
                return self._table(element, width)
            case "figure":
                return self._figure(element, width)
            case "blockquote":
                text = "\n\n".join(self.blocks(element, width - 2))
                return [_indented(text, "> ")] if text else []
            case tag if tag in _HEADINGS:
                paragraphs = self.blocks(element, width)
                return [underlined(" ".join(paragraphs), "-", width)] if paragraphs else []
            case _:
                return self.blocks(element, width)

    def _linked_blocks(self, element: trees.HtmlElement, width: int) -> list[str]:
        """An inline element around blocks, as in Google Docs and link cards."""
        blocks = self.blocks(element, width)
        if element.tag != "a" or not element.get("href"):
            return blocks
        *before, last = blocks or [""]
        return [*before, self._linked(last, element.get("href"))]

    def _items(self, element: trees.HtmlElement, width: int) -> Iterator[str]:
        """The lines of a list; content outside its items keeps its place."""
        marks, indent = iter(item_marks(element)), 2
        for part in _content(element):
            if isinstance(part, str):
                lines = wrapped(" ".join(part.split()), width - indent)
                yield from _indented(lines, " " * indent).split("\n") if lines else []
            elif part.tag == "li":
                mark = next(marks)
                indent = len(mark)
                text = "\n".join(self.blocks(part, width - indent))
                yield from [mark + _indented(text, " " * indent)[indent:]] if text else []
            else:
                nested = "\n".join(self._block(part, max(width - indent, NARROWEST)))
                yield from [_indented(nested, " " * indent)] if nested else []

    def _definitions(self, element: trees.HtmlElement, width: int) -> Iterator[str]:
        """Each term with its indented descriptions."""
        entry: list[str] = []
        has_details = False
        for part in _content(element):
            is_detail = not isinstance(part, str) and part.tag == "dd"
            if not is_detail and has_details:
                yield "\n".join(entry)
                entry, has_details = [], False
            if isinstance(part, str):
                entry += filter(None, [" ".join(part.split())])
            elif is_detail:
                has_details = True
                text = "\n\n".join(self.blocks(part, width - 2))
                entry += [_indented(text, "  ")] if text else []
            else:
                entry += self._block(part, width)
        if entry:
            yield "\n".join(entry)

    def _figure(self, element: trees.HtmlElement, width: int) -> list[str]:
        """A picture and its caption; written once if both are the same."""
        captions = [" ".join(part.text_content().split()) for part in element.iter("figcaption")]
        blocks = self.blocks(element, width)
        repeated = {f"(Picture: {caption})" for caption in captions}
        return [text for text in blocks if " ".join(text.split()) not in repeated]

    def _table(self, element: trees.HtmlElement, width: int) -> list[str]:
        """A data table in columns, or cell after cell if too wide; a layout table as blocks."""
        parts = [part for part in element if isinstance(part.tag, str)]
        captions = [text for p in parts if p.tag == "caption" for text in self.blocks(p, width)]
        rows = [
            [(cell, self.blocks(cell, width)) for cell in row if isinstance(cell.tag, str)]
            for row in _rows(parts)
        ]
        is_data = bool(captions) or next(element.iter("th"), None) is not None
        is_simple = all(
            len(texts) < 2 and not _is_nested(cell) for row in rows for cell, texts in row
        )
        if not (is_data or is_simple) or max(map(len, rows), default=0) < 2:
            return [*captions, *(text for row in rows for _, texts in row for text in texts)]
        cells = [[Cell.of(cell, "\n".join(texts)) for cell, texts in row] for row in rows]
        grid = grid_of(cells, width) or "\n".join(_in_one_line(row, width) for row in cells)
        return [*captions, *filter(None, [grid])]

    def _inline(self, element: trees.HtmlElement) -> str:
        match element.tag:
            case "br":
                return "\n"
            case "img":
                words = " ".join((element.get("alt") or "").split())
                return f"(Picture: {words})" if words else ""
        words = "".join(
            _one_line(part) if isinstance(part, str) else self._inline(part)
            for part in _content(element)
        )
        if element.tag == "q":
            return f"“{words}”"
        return self._linked(words, element.get("href")) if element.tag == "a" else words

    def _preformatted(self, element: trees.HtmlElement) -> str:
        """The text with its own line breaks."""
        return "".join(
            part
            if isinstance(part, str)
            else self._preformatted(part)
            if len(part) or part.text
            else self._inline(part)
            for part in _content(element)
        )

    def _linked(self, words: str, address: str | None) -> str:
        """The text with the link's number; a link whose text is its URL has none."""
        if not address or (address.startswith("#") and words.strip()):
            return words
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        if " ".join(words.split()) in {"", address, bare}:
            # Separated by spaces, since an empty link may touch its neighbours.
            return bare if words.strip() else f" {bare} "
        if address not in self.links:
            self.links.append(address)
        return f"{words} [{self.links.index(address) + 1}]"


def _rows(parts: list[trees.HtmlElement]) -> Iterator[trees.HtmlElement]:
    """The rows of one table without nested tables; the foot last, as displayed."""
    groups = [part for part in parts if part.tag != "caption"]
    for group in sorted(groups, key=lambda part: part.tag == "tfoot"):
        if group.tag in {"thead", "tbody", "tfoot"}:
            yield from group.iterchildren("tr")
        elif group.tag == "tr":
            yield group


def _is_nested(cell: trees.HtmlElement) -> bool:
    return next(cell.iter("table", "ul", "ol"), None) is not None


def _in_one_line(row: list[Cell], width: int) -> str:
    """The cells of a row on one line, if columns do not fit."""
    texts = (" ".join(line.strip() for line in cell.text.split("\n")) for cell in row)
    return wrapped(" | ".join(filter(None, texts)), width)


def _holds_blocks(element: trees.HtmlElement) -> bool:
    return next(element.iter(*_BLOCKS), None) is not None


def _content(element: trees.HtmlElement) -> Iterable[str | trees.HtmlElement]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail


def _indented(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
