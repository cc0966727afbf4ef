"""Pairs of an input file and what must be read from it: NAME.SUFFIX beside NAME.SUFFIX.expected.

Run as a program to write the second halves anew, then read the difference before committing it.
"""

import json
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.importers.format_detection import detect_importer

DATA = Path(__file__).parents[2] / "data" / "articles"
ENDING = ".expected.json"
CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://wexcombe.example")


def inputs() -> list[Path]:
    return sorted(p for p in DATA.rglob("*") if p.is_file() and not p.name.endswith(ENDING))


def expected(path: Path) -> Path:
    return path.with_name(path.name + ENDING)


def read(path: Path) -> list[Record | BadRecord]:
    content = path.read_bytes()
    importer = detect_importer(content, path.name, CONTEXT, _by_folder(path))
    return list(importer(content, path.name, CONTEXT))


def _by_folder(path: Path) -> str:
    """Each folder's files go to its own importer, whatever they look like."""
    return path.parent.name


def told(items: list[Record | BadRecord]) -> list[dict[str, object]]:
    """The items as JSON holds them, without the fields that are as they are by default."""
    plain = json.loads(json.dumps([asdict(item) for item in items], default=str))
    empty = {
        "attachments": [],
        "pictures": [],
        "notes": [],
        "other_keys": [],
        "is_cut": False,
    }
    return [
        {
            k: v
            for k, v in item.items()
            if v not in (None, "") and empty.get(k) != v and k not in {"came_in", "title_is_enough"}
        }
        for item in plain
    ]


if __name__ == "__main__":
    for path in inputs():
        text = json.dumps(told(read(path)), ensure_ascii=False, indent=2)
        expected(path).write_text(text + "\n", encoding="utf-8")
