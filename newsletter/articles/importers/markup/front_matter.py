"""Front matter of a document: YAML, TOML, JSON, or Pelican's plain lines.

Values that look like dates, times or numbers stay strings: `date: 2019-02-30` is refused by date
parsing with a reason, and `10:30` is not a base-60 number.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from newsletter.articles.importers.base import Unreadable, one_line
from newsletter.articles.importers.values.json_values import bounded_number

DEEPEST = 100
MAX_CHARACTERS = 100_000
# Merged in one another, as many again for each level: twenty make some thousand values.
MAX_ALIASES = 20
HINT = "front matter is lines such as 'title: Harbour reopens' between two lines of ---"
_YAML = re.compile(r"---[ \t]*\n(?P<head>.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(?P<head>.*?)(?:^|\n)\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"(?P<name>[A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]+(?P<value>.*?))?[ \t]*")
_HEADERS = re.compile(
    r"(?:title|date|slug|author|tags|category|status|summary|modified):", re.IGNORECASE
)


# Values that YAML may make of plain words: those of PyYAML that stay, and stricter ones.
_KEPT = frozenset({"null", "merge"})
_VALUES = {
    "bool": (r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "int": (r"(?:0|-?[1-9][0-9]{0,17})$", "-0123456789"),
    "float": (r"-?[0-9]{1,15}\.[0-9]{1,15}$", "-0123456789"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Front matter values, and the text below them."""

    values: dict[str, Any]
    text: str
    notes: tuple[str, ...] = ()
    has_front_matter: bool = True


@cache
def _loader() -> Any:
    """PyYAML's safe loader; dates, and numbers with a leading 0 or colons, stay strings."""
    import yaml  # type: ignore[import-untyped]  # python-frontmatter's own dependency

    class Loader(yaml.CSafeLoader):  # type: ignore[misc]  # untyped
        pass

    Loader.yaml_implicit_resolvers = {
        first: [resolver for resolver in resolvers if resolver[0].rpartition(":")[2] in _KEPT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for name, (pattern, first) in _VALUES.items():
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), list(first))
    return Loader


def split(text: str) -> Document:
    """The front matter and the text below it.

    Raises:
        Unreadable: the front matter is not a mapping, or not closed.
    """
    text = text.lstrip()
    if re.match(r"---[ \t]*\n", text):
        return _of_yaml(text)
    if re.match(r"\+\+\+[ \t]*\n", text):
        return _of_toml(text)
    if re.match(r"\{\s*+\"", text):
        return _of_json(text)
    if _HEADERS.match(text):
        return _of_lines(text)
    return Document(values={}, text=text, has_front_matter=False)


def _of_yaml(text: str) -> Document:
    import yaml

    match = _YAML.match(text)
    if match is None:
        raise Unreadable("the front matter is not closed", "end it with a line of ---")
    _refuse_large(match["head"])
    notes: tuple[str, ...] = ()
    try:
        _check_nesting(match["head"])
        values = yaml.load(match["head"], Loader=_loader())  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        values = _lenient(match["head"])
        if not values:
            raise Unreadable(f"the front matter cannot be read: {_reason(error)}", HINT) from error
        notes = (f"the front matter is not YAML ({_reason(error)}): read line by line",)
    if not isinstance(values, dict | None):
        raise Unreadable("the front matter is not names and values", HINT)
    return Document(values=values or {}, text=text[match.end() :].strip("\n"), notes=notes)


def _refuse_large(head: str) -> None:
    if len(head) > MAX_CHARACTERS:
        raise Unreadable(
            f"the front matter has {len(head):,} characters",
            f"shorten it to {MAX_CHARACTERS:,} at most, or close it above the text",
        )


def _check_nesting(head: str) -> None:
    """
    Raises:
        yaml.YAMLError: collections nest too deep for the recursion of libyaml's composer, or
            aliases may multiply.
    """
    import yaml

    depth = aliases = 0
    for event in yaml.parse(head, Loader=_loader()):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"it nests more than {DEEPEST} levels")
        if aliases > MAX_ALIASES:
            raise yaml.YAMLError(f"it has more than {MAX_ALIASES} aliases")


def _lenient(head: str) -> dict[str, Any]:
    """Lines "name: value" with unquoted special characters."""
    values: dict[str, Any] = {}
    for line in head.split("\n"):
        if match := _LINE.fullmatch(line):
            value = (match["value"] or "").strip()
            values[match["name"]] = value[1:-1] if re.fullmatch(r"(['\"]).*\1", value) else value
    return values


def _reason(error: Exception) -> str:
    """The YAML error on one line, its line number counted from the top of the file."""
    import yaml

    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 2}: {error.problem}"
    return one_line(str(error))[:200] or type(error).__name__


def _of_toml(text: str) -> Document:
    match = _TOML.match(text)
    if match is None:
        raise Unreadable("the front matter is not closed", "end it with a line of +++")
    _refuse_large(match["head"])
    try:
        values = tomllib.loads(match["head"])
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError, or too many digits
        raise Unreadable(
            f"the front matter is not TOML: {one_line(str(error))[:200]}", HINT
        ) from error
    # Zola and Hugo put a site's own fields into these tables.
    for table in ("taxonomies", "extra", "params"):
        if isinstance(values.get(table), dict):
            values = {**values[table], **values}
    return Document(values=values, text=text[match.end() :].strip("\n"))


def _of_json(text: str) -> Document:
    try:
        values, end = json.JSONDecoder(parse_int=bounded_number).raw_decode(text)
    except (json.JSONDecodeError, RecursionError):
        return Document(values={}, text=text, has_front_matter=False)
    return Document(values=values, text=text[end:].strip("\n"))


def _of_lines(text: str) -> Document:
    """Lines up to the first empty one, as in Pelican and MultiMarkdown."""
    head, _, below = text.partition("\n\n")
    if not all(_LINE.fullmatch(line) for line in head.split("\n")):
        return Document(values={}, text=text, has_front_matter=False)
    return Document(values=_lenient(head), text=below.strip("\n"))
