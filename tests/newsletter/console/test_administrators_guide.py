"""What the administrator's guide tells to press or look for is in the pages, word for word."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = ("templates/console/**/*.html", "templates/web/*.html", "newsletter/console/**/*.py")
# In italics, with a capital letter: bold is for what is told in a sentence of its own.
LABEL = re.compile(r"(?<!\*)\*([A-Z][^*]+?)\.?\*(?!\*)")


def words_of(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())


def test_every_label_that_the_guide_names_stands_on_a_page() -> None:
    shown = " ".join(words_of(file) for pattern in PAGES for file in ROOT.glob(pattern))
    labels = set(LABEL.findall(words_of(ROOT / "docs/administrator.md")))
    assert len(labels) > 30
    lost = [
        label for label in labels if not re.search(rf"[\"'>}}] ?{re.escape(label)}(?!\w)", shown)
    ]
    assert sorted(lost) == []
