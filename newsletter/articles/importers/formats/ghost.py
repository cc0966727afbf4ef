"""Ghost's JSON export: posts with authors and tags, without pages and members.

docs.ghost.org documents the file under "Migration": {"db": [{"data": {"posts": …}}]}.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    attempt_all,
    checked,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.markup.lexical import RenderedLexical, render_lexical
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.importers.values.file_names import draft_if_undated
from newsletter.articles.importers.values.json_values import parse_json

HINT = "export it again under Settings > Migration tools in Ghost"
# Ghost's placeholder for the site's URL.
SITE = "__GHOST_URL__"


def _is_export(text: str) -> bool:
    """Whether the beginning of a file is one of an export; older ones have no list "db"."""
    is_nested = '"posts"' in text and '"db"' in text[:200] and '"meta"' in text
    return is_nested or ('"exported_on"' in text[:400] and '"data"' in text)


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a post."""
    return attempt_all(name, partial(_posts, content, name, context))


def _posts(content: bytes, name: str, context: ImportContext) -> Reading:
    data = _data(decode(content))
    posts = [post for post in _rows(data, "posts") if not _is_page(post)]
    tags = _names(data, "posts_tags", "tags", "tag_id")
    authors = _names(data, "posts_authors", "users", "author_id")
    for number, post in enumerate(posts, start=1):
        where = f"{name}, post {number}"
        yield attempt(where, partial(_record, post, where, tags, authors, context))


def _data(text: str) -> Mapping[str, Any]:
    try:
        whole = parse_json(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("it is not JSON", HINT) from error
    if isinstance(whole, dict) and isinstance(whole.get("db"), list) and whole["db"]:
        whole = whole["db"][0]
    data = whole.get("data") if isinstance(whole, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("posts"), list):
        raise Unreadable("it is not an export of Ghost", HINT)
    return data


def _rows(data: Mapping[str, Any], table: str) -> Iterator[Mapping[str, Any]]:
    rows = data.get(table)
    return (row for row in (rows if isinstance(rows, list) else ()) if isinstance(row, dict))


def _is_page(post: Mapping[str, Any]) -> bool:
    return post.get("type") == "page" or post.get("page") in (1, True)


def _names(data: Mapping[str, Any], links: str, table: str, key: str) -> dict[str, list[str]]:
    """Names of the tags or authors of each post; internal Ghost tags start with #."""
    names = {str(row.get("id")): str(row.get("name") or "") for row in _rows(data, table)}
    by_post: dict[str, list[str]] = {}
    for row in sorted(_rows(data, links), key=lambda row: str(row.get("sort_order") or 0).zfill(6)):
        name = names.get(str(row.get(key)), "")
        if name and not name.startswith("#"):
            by_post.setdefault(str(row.get("post_id")), []).append(name)
    return by_post


def _record(
    post: Mapping[str, Any],
    where: str,
    tags: Mapping[str, list[str]],
    authors: Mapping[str, list[str]],
    context: ImportContext,
) -> Record:
    fields, number = Fields(post), str(post.get("id"))
    published_at = fields.published_at(context.zone) if post.get("published_at") else None
    status, why = draft_if_undated(fields.status(), published_at)
    key = str(post.get("uuid") or number or post.get("slug"))
    body = _body(post)
    title = fields.text("title")
    cleared = strip_marks(body.html, title)
    record = Record(
        source="ghost",
        source_key=key,
        explicit_key=True,
        title=title,
        body_html=cleared.text.replace(SITE, context.old_site),
        published_at=published_at,
        where=where,
        summary=str(post.get("custom_excerpt") or ""),
        author=", ".join(authors.get(number, ())),
        topics=tuple(tags.get(number, ())),
        image_url=str(post.get("feature_image") or "").replace(SITE, context.old_site),
        canonical_url=str(post.get("canonical_url") or ""),
        status=status,
        updated_at=fields.moment("updated", context.zone),
        notes=(*fields.notes, *body.notes, *cleared.notes, *why),
    )
    return checked(record, context)


def _body(post: Mapping[str, Any]) -> RenderedLexical:
    """The rendered HTML; else the editor's document; else old Markdown; else the plain text."""
    html, lexical, markdown, plain = (
        value if isinstance(value := post.get(name), str) else ""
        for name in ("html", "lexical", "markdown", "plaintext")
    )
    if not html.strip() and lexical:
        try:
            return render_lexical(lexical)
        except Unreadable:
            if not (markdown or plain):
                raise
    if not html.strip():
        html = html_of(markdown) if markdown else paragraphs_of(plain)
    return RenderedLexical(html=html)


FORMATS = (
    Format(
        name="ghost",
        read=read,
        sources={"ghost": True},
        narrows={"json": lambda content: _is_export(content[:100_000].decode("utf-8", "replace"))},
    ),
)
