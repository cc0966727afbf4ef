"""What a format says of itself: its suffixes, media types, sources, and how it is recognised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import Importer
from newsletter.articles.importers.values.decoding import declared_in, decode


@dataclass(frozen=True)
class UnknownContent:
    """A content whose format is to be detected.

    Args:
        zone: of dates without one.
    """

    content: bytes
    zone: ZoneInfo

    @cached_property
    def text(self) -> str:
        """Decoded, from the first character that is no white space.

        Raises:
            Unreadable: it is no text.
        """
        return decode(self.content, declared_in(self.content)).lstrip()

    @cached_property
    def head(self) -> str:
        """The first 2,000 characters of the text in lower case."""
        return self.text[:2000].lower()


def _never(_content: UnknownContent) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One format, in `FORMATS` of its module in `importers/formats/`.

    Args:
        name: as `--format` has it.
        suffixes: in lower case, with the dot.
        media_types: those of IANA, and those in use before.
        sources: `Record.source` of records with ids of their own, and whether a feed of the same
            site has the same ids.
        rank: lower is asked first: what demands more of a content before what demands less.
        begins: whether only this format begins so; believed before a server's Content-Type.
        resembles: whether it is like this format, where no other of a lower rank claims it.
        narrows: formats of which this one is a special case, and when.
    """

    name: str
    read: Importer
    suffixes: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    sources: Mapping[str, bool] = field(default_factory=dict)
    rank: int = 50
    begins: Callable[[UnknownContent], bool] = _never
    resembles: Callable[[UnknownContent], bool] = _never
    narrows: Mapping[str, Callable[[bytes], bool]] = field(default_factory=dict)
