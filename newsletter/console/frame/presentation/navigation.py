"""The navigation: the pages that a staff member may open, in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.staff.actors import Actor
from newsletter.staff.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class NavigationEntry:
    """One page in the navigation."""

    label: str
    path: str
    icon: str
    """A symbol of `templates/console/_icons.html`."""
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class NavigationGroup:
    """Entries that belong together."""

    label: str
    entries: Sequence[NavigationEntry]


# Label, path, icon.
ENTRIES: Sequence[tuple[str, Sequence[tuple[str, str, str]]]] = (
    ("", (("Today", "/", "today"),)),
    (
        "Write",
        (
            ("Articles", "/articles", "articles"),
            ("Pictures", "/media", "media"),
            ("Digests", "/digests", "digests"),
            ("Bulletins", "/bulletins", "bulletins"),
        ),
    ),
    (
        "Reach",
        (
            ("Sent and sending", "/editions", "editions"),
            ("People", "/people", "people"),
            ("Segments", "/segments", "segments"),
            ("Bounces", "/feedback", "feedback"),
        ),
    ),
    (
        "Arrange",
        (
            ("Look", "/look", "look"),
            ("Settings", "/settings", "settings"),
            ("Transports", "/transports", "mail"),
            ("Staff", "/staff", "staff"),
            ("Audit log", "/audit", "audit"),
        ),
    ),
)


class Navigation:
    """The entries, and who may open them."""

    def __init__(self, rules: Mapping[str, Permission | None]) -> None:
        """
        Args:
            rules: the pages by path, each with the permission to open it; None: everybody.
        """
        self._rules = rules

    def of(self, actor: Actor, current: str) -> Sequence[NavigationGroup]:
        """What an actor may open; the entry of the current page is marked."""
        groups = []
        for label, entries in ENTRIES:
            shown = [
                NavigationEntry(label=name, path=path, icon=icon, is_current=_is_at(path, current))
                for name, path, icon in entries
                if self._may_open(actor, path)
            ]
            if shown:
                groups.append(NavigationGroup(label=label, entries=shown))
        return groups

    def _may_open(self, actor: Actor, path: str) -> bool:
        permission = self._rules[path]
        return permission is None or permission in actor.permissions


def _is_at(path: str, current: str) -> bool:
    return current == path or (path != "/" and current.startswith(f"{path}/"))
