"""Markdown with front matter, as static site generators use it."""

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.markup import front_matter
from newsletter.articles.importers.markup.heading_ids import name_headings
from newsletter.articles.importers.markup.leftover_marks import strip_bracketed
from newsletter.articles.importers.markup.template_tags import strip_template_tags
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.importers.values.file_names import (
    address_of,
    date_in,
    draft_if_undated,
    is_draft_file,
    key_of,
)
from newsletter.articles.models import ArticleStatus

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+)(?:\n|$)")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a file."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    document = front_matter.split(decode(content))
    cleared = strip_template_tags(document.text)
    return record_of(
        Fields(document.values),
        cleared.text,
        name,
        context,
        source="markdown",
        notes=(*document.notes, *cleared.notes),
    )


def record_of(
    fields: Fields,
    text: str,
    name: str,
    context: ImportContext,
    *,
    source: str,
    notes: tuple[str, ...] = (),
) -> Record:
    """The record of a document's front matter and Markdown."""
    title, text = title_and_text(fields.text("title"), text)
    bare = strip_bracketed(html_of(text))
    status = ArticleStatus.DRAFT if is_draft_file(name) else fields.status()
    published_at = fields.published_at(context.zone) or date_in(name, context.zone)
    status, why = draft_if_undated(status, published_at)
    key = fields.text("id").strip()
    record = Record(
        source=source,
        source_key=key or key_of(name),
        explicit_key=bool(key),
        title=title,
        body_html=bare.text,
        published_at=published_at,
        where=name,
        summary=fields.text("summary"),
        author=fields.author(),
        topics=fields.topics(),
        image_url=fields.text("image"),
        canonical_url=fields.text("link"),
        base_url=address_of(name),
        status=status,
        updated_at=fields.moment("updated", context.zone),
        expires_at=fields.moment("expires", context.zone),
        notes=(*notes, *bare.notes, *fields.notes, *why),
    )
    return checked(record, context)


def _without_closing(heading: str) -> str:
    """A heading's words without its closing sequence of `#` (CommonMark 0.31.2, 4.2)."""
    words = heading.rstrip(" \t")
    before = words.rstrip("#")
    is_closed = before != words and before[-1:] in {"", " ", "\t"}
    return before.rstrip(" \t") if is_closed else words


def title_and_text(title: str, text: str) -> tuple[str, str]:
    """The title, from the first heading if the front matter has none, and the rest of the text."""
    match = _HEADING.match(text)
    heading = _without_closing(match["title"]) if match else ""
    if match and heading and (not title or one_line(heading) == one_line(title)):
        return heading, text[match.end() :]
    return title, text


def html_of(text: str) -> str:
    """Markdown as HTML: CommonMark, tables, strike-through, footnotes and ids of headings that
    the text links to; not sanitised."""
    environment: dict[str, Any] = {}
    markdown = _markdown()
    tokens = markdown.parse(text, environment)
    name_headings(tokens, text)
    return str(markdown.renderer.render(tokens, markdown.options, environment))


@cache
def _markdown() -> "MarkdownIt":
    """Made once, which takes a fifth of a short text's time; what a text says is kept beside it."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return markdown.use(footnote_plugin)


FORMATS = (
    Format(
        name="markdown",
        read=read,
        suffixes=(".md", ".markdown"),
        media_types=("text/markdown", "text/x-markdown"),
        sources={"markdown": True},
        rank=70,
        resembles=lambda found: found.head.startswith(("---\n", "+++\n")),
    ),
)
