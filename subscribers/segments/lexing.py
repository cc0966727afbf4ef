"""Lexer: the tokens of an expression, with their positions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import InvalidInput
from subscribers.segments.expressions import BARE, KEYWORDS

MAX_CHARACTERS = 2_000
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"!=|<=|>=|[=<>~(),]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"' + r"|'((?:[^'\\]|\\.)*)'", re.DOTALL)


class SegmentError(InvalidInput):
    """A syntax error, with position, expectation and an example."""

    def __init__(self, at: int, found: str, expected: str, example: str) -> None:
        super().__init__(
            f"segment, character {at + 1}: {found}; expected {expected}, for example: {example}"
        )
        self.at = at


class TokenKind(StrEnum):
    """The kind of a token."""

    WORD = "word"  # a field, a value
    KEYWORD = "keyword"  # and, or, not, in, is, empty …
    TEXT = "text"  # quoted
    SIGN = "sign"  # = != ( ) …
    END = "end"  # end of input


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token of the text."""

    kind: TokenKind
    text: str
    """Keywords in lower case; quoted text without quotes."""
    at: int

    def is_one(self, *texts: str) -> bool:
        """Whether it is one of these signs or keywords."""
        return self.kind in {TokenKind.SIGN, TokenKind.KEYWORD} and self.text in texts

    @property
    def shown(self) -> str:
        """Its form in error messages."""
        return "here it ends" if self.kind is TokenKind.END else f"found {self.text!r}"


def tokens(text: str) -> list[Token]:
    """The tokens of a text, with a final END.

    Raises:
        SegmentError: too long, or an invalid character.
    """
    if len(text) > MAX_CHARACTERS:
        found = f"{len(text)} characters are too many"
        raise SegmentError(
            MAX_CHARACTERS, found, f"at most {MAX_CHARACTERS}", "topic in (housing, transport)"
        )
    return list(_parts(text))


def _parts(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
        elif sign := _SIGN.match(text, at):
            yield Token(kind=TokenKind.SIGN, text=sign[0], at=at)
            at = sign.end()
        elif text[at] in "\"'":
            quoted = _quoted(text, at)
            inside = quoted[1] if quoted[1] is not None else quoted[2]
            yield Token(kind=TokenKind.TEXT, text=_checked(inside, at), at=at)
            at = quoted.end()
        elif word := BARE.match(text, at):
            folded = word[0].lower()
            is_keyword = folded in KEYWORDS
            kind = TokenKind.KEYWORD if is_keyword else TokenKind.WORD
            yield Token(kind=kind, text=folded if is_keyword else word[0], at=at)
            at = word.end()
        else:
            expected = "a field, a value or a sign such as ="
            raise SegmentError(at, f"{text[at]!r} means nothing", expected, "topic = housing")
    yield Token(kind=TokenKind.END, text="", at=len(text))


def _quoted(text: str, at: int) -> re.Match[str]:
    found = _QUOTED.match(text, at)
    if found is None:
        raise SegmentError(
            at, "the quotation has no end", f"a closing {text[at]}", 'source = "form"'
        )
    return found


def _checked(inside: str, at: int) -> str:
    plain = re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL)
    if not all(character.isprintable() for character in plain):
        found = "a value has a line break or another character that cannot be seen"
        raise SegmentError(at, found, "one line of text", 'source = "form"')
    return plain
