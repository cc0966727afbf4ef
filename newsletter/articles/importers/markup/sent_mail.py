"""HTML of a newsletter that was sent, as an article: without its list's links and merge tags.

Merge tags are placeholders such as `*|FNAME|*`, which Mailchimp's exports hold unfilled.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

from lxml import etree

from newsletter.articles.body.html_cleanup import inner_html, parsed_body
from newsletter.articles.ingestion.notes import counted

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

# Words of a link: more than these tell something else.
MAX_LABEL_LENGTH = 80
_MERGE_TAG = re.compile(r"\*\|[A-Z][A-Z0-9_:;=.,+ -]{0,100}\|\*", re.IGNORECASE)
_LEAVING = re.compile(
    r"\bunsubscribe|\bopt[- ]?out\b|\babmelden|\babbestellen|\bd[ée]sabonner|\bd[ée]sinscrire"
    r"|\bafmelden|\buitschrijven|\bdarse de baja|\bavregistrera"
    r"|\b(?:manage|update|change)\b.{0,20}\bpreferences\b",
    re.IGNORECASE,
)
_LEAVING_ADDRESS = re.compile(
    r"[/.?&=](?:unsubscribe|unsub|opt-?out|abmelden)(?:[/?#.&=]|$)"
    r"|\{\{[^{}]*(?:unsub|opt_?out|preferences)[^{}]*\}\}"
    r"|list-manage\d*\.com/(?:unsubscribe|profile|vcard|abuse)\b"
    r"|\*\|(?:UNSUB|UPDATE_PROFILE|FORWARD)\|\*",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """The HTML of a mail's body, and notes of what was left out."""

    html: str
    notes: tuple[str, ...] = ()


def without_list_links(html: str) -> SentMail:
    """The HTML without links for leaving the old list, and without unfilled merge tags."""
    root = parsed_body(html)
    if root is None:
        return SentMail(html=_MERGE_TAG.sub("", html))
    etree.strip_elements(root, "head", "title", "style", "script", with_tail=False)
    notes: Counter[str] = Counter()
    for link in list(root.iter("a")):
        if _is_way_out(link):
            notes["link for leaving the old list left out"] += 1
            link.drop_tree()
    for element in root.iter(etree.Element):
        _drop_merge_tags(element, notes)
    return SentMail(html=inner_html(root), notes=counted(notes))


def _is_way_out(link: Element) -> bool:
    label = " ".join(link.text_content().split())
    address = (link.get("href") or "").strip()
    return len(label) <= MAX_LABEL_LENGTH and bool(
        _LEAVING.search(label) or _LEAVING_ADDRESS.search(unquote(address))
    )


def _drop_merge_tags(element: Element, notes: Counter[str]) -> None:
    for name, value in element.attrib.items():
        if _MERGE_TAG.search(unquote(value)):
            del element.attrib[name]
    for tag in _MERGE_TAG.findall(f"{element.text or ''} {element.tail or ''}"):
        notes[f"merge tag left out: {tag[:40]}"] += 1
    element.text = _MERGE_TAG.sub("", element.text) if element.text else None
    element.tail = _MERGE_TAG.sub("", element.tail) if element.tail else None
