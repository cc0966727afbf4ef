"""Detection of a format: by option, else suffix and content; of what has an address, in this order:

1. how the content begins, where only one format begins so: servers send feeds as text/html;
2. the Content-Type, where it names a format: text/plain and application/octet-stream name none;
3. the suffix of the address's path;
4. the rest of the content.
"""

import pkgutil
from collections.abc import Iterator
from email.message import Message
from importlib import import_module
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from newsletter.articles.importers import formats
from newsletter.articles.importers.base import ImportContext, Importer, Unreadable
from newsletter.articles.importers.format import Format, UnknownContent
from newsletter.articles.importers.formats.archives import is_zip
from newsletter.articles.importers.values.decoding import declared_in, in_utf8


def _found() -> Iterator[Format]:
    """The formats of every module in `formats`."""
    for module in pkgutil.iter_modules(formats.__path__, f"{formats.__name__}."):
        try:
            yield from import_module(module.name).FORMATS
        except AttributeError:
            raise AttributeError(
                f"{module.name}: write FORMATS = (Format(name=…, read=read, …),) at its end, as "
                "newsletter/articles/importers/format.py has it"
            ) from None


ALL_FORMATS: Final[tuple[Format, ...]] = tuple(sorted(_found(), key=lambda form: form.rank))
"""Every format, in the order in which they are asked whether a content is theirs."""
FORMATS: Final[dict[str, Importer]] = {
    form.name: form.read for form in sorted(ALL_FORMATS, key=lambda form: form.name)
}
SUFFIXES: Final = {suffix: form.name for form in ALL_FORMATS for suffix in form.suffixes}
MEDIA_TYPES: Final = {kind: form.name for form in ALL_FORMATS for kind in form.media_types}
HINT = f"name its format: {', '.join(FORMATS)}"


def is_article_file(name: str) -> bool:
    """Whether an importer has this suffix."""
    return PurePath(name).suffix.lower() in SUFFIXES


def detect_importer(
    content: bytes,
    name: str,
    context: ImportContext,
    wanted: str = "",
    content_type: str = "",
) -> Importer:
    """The importer for a file, or for what an address gave.

    Args:
        wanted: one of `FORMATS`, or empty.
        content_type: as the server states it; empty: nobody does.

    Raises:
        Unreadable: the format cannot be detected.
    """
    if wanted:
        return FORMATS[wanted]
    found = UnknownContent(content, context.zone)
    if "://" in name:
        form = _by_beginning(found) or _by_type(content_type) or _by_suffix(urlsplit(name).path)
    else:
        form = _by_suffix(name)
    return FORMATS[_narrowed(form or _by_content(found), content)]


def _by_suffix(path: str) -> str:
    return SUFFIXES.get(PurePath(path).suffix.lower(), "")


def _by_type(content_type: str) -> str:
    return MEDIA_TYPES.get(_header(content_type).get_content_type(), "")


def _header(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header


def in_stated_encoding(content: bytes, content_type: str) -> bytes:
    """A text that declares no encoding as UTF-8, by the charset that its server states."""
    charset = str(_header(content_type).get_content_charset() or "")
    if not charset or is_zip(content) or declared_in(content):
        return content
    return in_utf8(content, charset)


def _by_beginning(found: UnknownContent) -> str:
    """The only format that begins so; empty if there are several."""
    return next((form.name for form in ALL_FORMATS if form.begins(found)), "")


def _by_content(found: UnknownContent) -> str:
    if name := _by_beginning(found):
        return name
    for form in ALL_FORMATS:
        if form.resembles(found):
            return form.name
    raise Unreadable("its format cannot be told from its content", HINT)


def _narrowed(name: str, content: bytes) -> str:
    """The format that this one is a case of more precisely, as an export of WordPress is a feed."""
    for form in ALL_FORMATS:
        if name in form.narrows and form.narrows[name](content):
            return form.name
    return name
