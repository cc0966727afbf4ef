"""Every entry of the navigation leads to a page, and has its symbol."""

import re

from newsletter.console.frame.presentation.navigation import ENTRIES
from newsletter.console.frame.presentation.views import static_folder
from newsletter.console.frame.screens import screens

ICONS = static_folder().parent / "_icons.html"


def test_every_entry_leads_to_a_page() -> None:
    pages = {route.path for route in screens() if route.method == "GET"}
    missing = {path for _, group in ENTRIES for _, path, _ in group} - pages
    assert not missing, f"write a page at {', '.join(missing)}, or leave its entry out"


def test_every_entry_has_a_symbol() -> None:
    known = set(re.findall(r'"([\w-]+)":', ICONS.read_text(encoding="utf-8")))
    missing = {icon for _, group in ENTRIES for _, _, icon in group} - known
    assert not missing, f"draw {', '.join(missing)} in templates/console/_icons.html"
