"""Plain text that a person enjoys: lines wrapped, headings underlined, links numbered.

Reads sanitised HTML. Our own walk rather than a library: those at hand write Markdown, whose
escapes and marks are noise to somebody who reads a letter.
"""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from textwrap import wrap

from lxml import html as trees

WIDTH = 72
NARROWEST = 24
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    {"blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "hr", "li", "ol"}
    | {"p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)


def html_to_text(html: str) -> str:
    """The words of HTML wrapped at 72 columns, with the addresses of its links below them."""
    writer = _Writer()
    text = "\n\n".join(writer.blocks(trees.fragment_fromstring(html, create_parent="div"), WIDTH))
    notes = "\n".join(f"[{number}] {address}" for number, address in enumerate(writer.links, 1))
    return f"{text}\n\n{notes}" if notes else text


def wrapped(text: str, width: int = WIDTH) -> str:
    """Words in lines no longer than the width, where a word or address is not."""
    lines = (
        wrap(one, width, break_long_words=False, break_on_hyphens=False) or [""]
        for one in text.split("\n")
    )
    return "\n".join(line for several in lines for line in several)


def underlined(text: str, line: str = "=", width: int = WIDTH) -> str:
    """A heading, wrapped, with a line below it."""
    shown = wrapped(" ".join(text.split()), width)
    return f"{shown}\n{line * max(map(len, shown.splitlines()), default=0)}"


def first_part(html: str, limit: int) -> str:
    """The first blocks of a body, as many as have room in `limit` characters; at least one."""
    kept: list[str] = []
    for block in trees.fragment_fromstring(html, create_parent="div"):
        source = trees.tostring(block, encoding="unicode")
        if kept and sum(map(len, kept)) + len(source) > limit:
            break
        kept.append(source)
    return "".join(kept)


class _Writer:
    """Writes blocks as text, and remembers the links on the way."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def blocks(self, element: trees.HtmlElement, width: int) -> list[str]:
        """The paragraphs of an element's content, each without a line at its ends."""
        found: list[str] = []
        words: list[str] = []

        def end_of_words() -> None:
            text = "".join(words)
            lines = (" ".join(line.split()) for line in text.split("\n"))
            paragraph = wrapped("\n".join(lines).strip("\n"), width)
            if paragraph:
                found.append(paragraph)
            words.clear()

        for part in _content(element):
            if isinstance(part, str):
                words.append(_one_line(part))
            elif part.tag in _BLOCKS:
                end_of_words()
                found += self._block(part, max(width, NARROWEST))
            else:
                words.append(self._inline(part))
        end_of_words()
        return found

    def _block(self, element: trees.HtmlElement, width: int) -> list[str]:
        match element.tag:
            case "hr":
                return ["* * *"]
            case "pre":
                return [element.text_content().strip("\n")]
            case "ul" | "ol":
                return ["\n".join(self._items(element, width))]
            case "table":
                return ["\n".join(self._rows(element, width))]
            case "blockquote":
                text = "\n\n".join(self.blocks(element, width - 2))
                return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))]
            case tag if tag in _HEADINGS:
                return [underlined(self._inline(element), "-", width)]
            case _:
                return self.blocks(element, width)

    def _items(self, element: trees.HtmlElement, width: int) -> Iterator[str]:
        for number, item in enumerate(element.iterchildren("li"), 1):
            mark = f"{number}. " if element.tag == "ol" else "- "
            lines = "\n".join(self.blocks(item, width - len(mark))).split("\n")
            yield mark + lines[0]
            yield from (f"{' ' * len(mark)}{line}".rstrip() for line in lines[1:])

    def _rows(self, element: trees.HtmlElement, width: int) -> Iterator[str]:
        """Columns side by side where they have room, else cells one after the other."""
        rows = [
            [" ".join(self._inline(cell).split()) for cell in row.iterchildren("td", "th")]
            for row in element.iter("tr")
        ]
        widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
        has_room = sum(widths) + 2 * len(widths) <= width
        for row in rows:
            if has_room:
                cells = (cell.ljust(size) for cell, size in zip(row, widths, strict=False))
                yield "  ".join(cells).rstrip()
            else:
                yield wrapped(" | ".join(filter(None, row)), width)

    def _inline(self, element: trees.HtmlElement) -> str:
        if element.tag == "br":
            return "\n"
        if element.tag == "img":
            words = element.get("alt") or ""
            return f"(Picture: {words})" if words else ""
        words = "".join(
            _one_line(part) if isinstance(part, str) else self._inline(part)
            for part in _content(element)
        )
        return self._linked(words, element.get("href")) if element.tag == "a" else words

    def _linked(self, words: str, address: str | None) -> str:
        """The words with the link's number; an address that is its own words stays alone."""
        if not address:
            return words
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        if " ".join(words.split()) in {"", address, bare}:
            return bare
        if address not in self.links:
            self.links.append(address)
        return f"{words} [{self.links.index(address) + 1}]"


def _content(element: trees.HtmlElement) -> Iterable[str | trees.HtmlElement]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
