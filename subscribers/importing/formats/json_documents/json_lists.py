"""JSON lists (RFC 8259): an array of objects, or JSON Lines."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from newsletter.errors import InvalidInput
from subscribers.importing.columns import address_column
from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.json_documents.json_groups import as_person, people_in
from subscribers.importing.formats.json_documents.listed_objects import (
    WHOLE,
    addresses_by_key,
    addresses_of,
    states_of,
    text_of,
)
from subscribers.importing.formats.table import SourceTable, named
from subscribers.importing.values.cells import DamagedRow

# An array is loaded whole; longer lists must be JSON Lines.
MAX_BYTES = 200_000_000
_LOOKED_AT = 50


def is_json(head: Sequence[str]) -> bool:
    """Whether a text starts as JSON."""
    start = "".join(islice((line.strip() for line in head), 5))
    return start.startswith(("[{", "[ ", '["', '{"', "{ ")) or start in {"[", "{"}


def json_list(path: Path, encoding: Encoding) -> SourceTable:
    """A list in JSON.

    Raises:
        InvalidInput: it has no list of objects, or is too long to load.
    """
    if _is_by_lines(path, encoding):
        return _table(lambda: _by_lines(path, encoding), first_row=1)
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInput(
            f"{path} is longer than {MAX_BYTES // 1_000_000} MB; "
            "save it as CSV, or with one JSON object a line"
        )
    records = _records(path, "".join(opened_lines(path, encoding)))
    return _table(lambda: iter(records), first_row=1)


def _is_by_lines(path: Path, encoding: Encoding) -> bool:
    lines = [line for line in islice(opened_lines(path, encoding), _LOOKED_AT) if line.strip()]
    objects = [loaded for line in lines if isinstance(loaded := _loaded(line), dict)]
    if len(lines) == 1 and objects and people_in(objects[0]) != objects:
        # One object that contains the list.
        return False
    return bool(lines) and len(objects) > len(lines) // 2


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _by_lines(path: Path, encoding: Encoding) -> Iterator[Mapping[str, Any] | str]:
    for line in opened_lines(path, encoding):
        if line.strip():
            loaded = _loaded(line)
            yield as_person(loaded) if isinstance(loaded, dict) else line


def _records(path: Path, text: str) -> list[Mapping[str, Any] | str]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is no JSON that can be read: {error}") from error
    listed = people_in(loaded)
    if not any(isinstance(each, dict) for each in listed):
        raise InvalidInput(f"{path} holds no list of people: JSON with an object for each is read")
    return [each if isinstance(each, dict) else str(each) for each in listed]


def _table(records: Any, first_row: int) -> SourceTable:
    keys: dict[str, None] = {}
    several: dict[str, int] = {}
    written = set()
    for record in records():
        if isinstance(record, dict):
            flat = _flat(record)
            keys.update(dict.fromkeys(flat))
            written |= {key for key, value in flat.items() if "@" in value}
            for key, count in addresses_by_key(record).items():
                several[key] = max(count, several.get(key, 0))
    header = list(keys)

    def rows() -> Iterator[Sequence[str]]:
        for record in records():
            if isinstance(record, dict):
                flat = _flat(record)
                yield [flat.get(key, "") for key in header]
            else:
                yield DamagedRow([record], "this is no JSON object")

    return SourceTable(
        header=named(header),
        rows=rows,
        first_row=first_row,
        address=_place_of_address(header, written, list(several)),
        notes=tuple(_several(key) for key, count in several.items() if count > 1),
    )


def _place_of_address(
    header: Sequence[str], written: Collection[str], listed: Sequence[str]
) -> int | None:
    """The column of lists of addresses, unless another that is named so holds an address."""
    place = address_column(header)
    if not listed or (place is not None and header[place] in written):
        return None
    return header.index(listed[0])


def _several(key: str) -> str:
    return (
        f"Some people have several addresses in “{key}”: the one that is marked as primary is "
        "read, else the first."
    )


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """An object's texts by key path."""
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and key not in WHOLE and not before:
            flat.update(_flat(value, f"{name} "))
        elif addresses := addresses_of(key, value):
            flat |= {name: addresses[0], **states_of(name, value)}
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            flat |= {name: json.dumps(value, ensure_ascii=False), **states_of(name, value)}
        else:
            flat[name] = text_of(value)
    return flat
