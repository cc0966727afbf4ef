"""Words of a text or of HTML as shown, and how many of them another text has."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence

from lxml import etree
from lxml import html as trees

Words = Counter[str]
UNSPACED = "\u0e00-\u0eff\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"


def words_of(text: str) -> Words:
    """Words; of scripts without spaces between them, characters."""
    return Counter(re.findall(rf"[{UNSPACED}]|[^\W{UNSPACED}]+", text.lower()))


def shown(html: str) -> str:
    """The text of HTML without scripts, styles and hidden elements."""
    if not html.strip():
        return ""
    try:
        root = trees.fragment_fromstring(html, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    for element in list(
        root.iter("script", "style", "template", "noscript", "iframe", "svg", etree.Comment)
    ):
        if element.getparent() is not None:
            element.drop_tree() if isinstance(element.tag, str) else element.getparent().remove(
                element
            )
    for element in list(root.iter(etree.Element)):
        style = (element.get("style") or "").replace(" ", "")
        if element.getparent() is not None and (
            "display:none" in style or "hidden" in element.attrib
        ):
            element.drop_tree()
    return " ".join(root.itertext())


def share_kept(wanted: Words, found: Words) -> float:
    """The share of wanted words that are found, as often as they are wanted."""
    return sum((wanted & found).values()) / max(1, sum(wanted.values()))


def spread(shares: Sequence[float]) -> str:
    """Their median, worst hundredth and mean; there is at least one."""
    ordered = sorted(shares)
    return (
        f"median {statistics.median(shares):.4f}, "
        f"worst hundredth {ordered[len(ordered) // 100]:.4f}, "
        f"mean {statistics.mean(shares):.4f} of {len(shares)}"
    )
