"""Markdown with front matter in YAML between two lines of `---`."""

import re
from functools import partial
from typing import Any

import yaml  # type: ignore[import-untyped]  # python-frontmatter's own dependency
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.decoding import decode
from newsletter.articles.importers.fields import Fields
from newsletter.articles.importers.naming import key_of

MEND = "front matter is lines such as 'title: Harbour reopens' between two lines of ---"
HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|$)")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a file."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    front, text = split_front_matter(decode(content))
    fields = Fields(front)
    title, text = _title_and_text(fields.text("title"), text)
    status = fields.status()
    key = fields.text("id")
    record = Record(
        source="markdown",
        source_key=key or key_of(name),
        explicit_key=bool(key),
        title=title,
        body_html=html_of(text),
        published_at=fields.published_at(context.zone, status),
        where=name,
        summary=fields.text("summary"),
        author=fields.author(),
        topics=fields.topics(),
        image_url=fields.text("image"),
        canonical_url=fields.text("link"),
        status=status,
        updated_at=fields.moment("updated", context.zone),
    )
    return checked(record, context)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The values at the head of a document, and the text below them.

    Raises:
        Unreadable: the head is not YAML, not names and values, or not closed.
    """
    text = text.lstrip()
    if not re.match(r"---[ \t]*\n", text):
        return {}, text
    handler = YAMLHandler()
    try:
        head, body = handler.split(text)
    except ValueError as error:
        raise Unreadable("the front matter is not closed", "end it with a line of ---") from error
    try:
        values = handler.load(head)
    except ValueError as error:
        raise Unreadable(
            f"a date in the front matter is not in the calendar: {error}", "correct the date"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(f"the front matter cannot be read: {_reason(error)}", MEND) from error
    if not isinstance(values, dict | None):
        raise Unreadable("the front matter is not names and values", MEND)
    return values or {}, body.strip("\n")


def _reason(error: Exception) -> str:
    """One line of what the YAML parser says, its line counted from the top of the file."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return one_line(str(error))[:200] or type(error).__name__


def _title_and_text(title: str, text: str) -> tuple[str, str]:
    """The title, from the first heading where the front matter has none; the rest of the text."""
    found = HEADING.match(text)
    if found and (not title or one_line(found["title"]) == one_line(title)):
        return found["title"], text[found.end() :]
    return title, text


def html_of(text: str) -> str:
    """HTML of a Markdown text: CommonMark, tables and strike-through; not sanitised."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(markdown.render(text))
