#!/usr/bin/env python3
"""Write the table of month names of the Unicode CLDR, from Babel.

PYTHONPATH=. python scripts/month_names.py, after an update of Babel; a test fails while the table
is behind.
"""

from pathlib import Path

from babel import Locale

from newsletter.articles.importers.values.month_names import TABLE, folded

# Of several languages that share a name, the first listed wins.
LANGUAGES = (
    "en de fr es it nl pl pt ru uk cs sk sv da nb nn fi et lv lt hu ro bg el tr ca eu gl cy ga gd "
    "is mt sq sl hr sr bs mk be hy ka az kk uz he ar fa ur hi bn mr ta te th vi id ms af sw"
)


def month_table() -> str:
    """A line a month, its names apart by tabs: format and stand-alone forms, long and short."""
    names: dict[str, int] = {}
    for language in LANGUAGES.split(" "):
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    if not name.isdigit():
                        names.setdefault(folded(name), number)
    months: list[list[str]] = [[] for _ in range(12)]
    for name, number in names.items():
        months[number - 1].append(name)
    return "".join("\t".join(sorted(month)) + "\n" for month in months)


if __name__ == "__main__":
    Path(TABLE).write_text(month_table(), encoding="utf-8")
