"""A person at a page of the console with a keyboard and no mouse.

Every element that the focus comes to has to be seen with it: on the screen, not covered, outlined.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

MOST_TABS = 150
# The name as a screen reader has it, nearly; `fault` is why the focus cannot be seen.
FOCUSED = r"""() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: "", fault: "" };
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const shownWords = labels.join(" ") || element.textContent.trim() || element.title;
  const name = (element.getAttribute("aria-label") ?? shownWords).replace(/\s+/g, " ").trim();
  const box = element.getBoundingClientRect();
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const covers = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(
    box.left + Math.min(box.width, innerWidth) / 2, top + (bottom - top) * part));
  const own = [element, ...(element.labels ?? [])];
  const isSeen = covers.some((shown) => !shown || shown.contains(element)
    || own.some((one) => one.contains(shown)));
  let fault = "";
  // The button in a field for dates has an outline of its own, which no script sees.
  const outlined = [element, element.closest(".editor") ?? element];
  const hasNone = outlined.every((one) => getComputedStyle(one).outlineStyle === "none");
  if (hasNone && element.matches(":focus")) fault = "no outline";
  else if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0) fault = "off the screen";
  else if (!isSeen) fault = `covered by ${covers[1].className || covers[1].tagName}`;
  return { name, fault };
}"""


@dataclass(frozen=True, kw_only=True)
class Keyboard:
    """Tab, Enter, Space, arrow keys and letters."""

    page: Page

    def reach(self, name: str, *, backwards: bool = False) -> None:
        """Press Tab until the focus is on what is called so, or begins with it."""
        passed: list[str] = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            focused = self.page.evaluate(FOCUSED)
            assert not focused["fault"], (
                f"{focused['name']!r} on {self.page.url}: {focused['fault']}"
            )
            if re.match(rf"{re.escape(name)}(?!\w)", focused["name"]):
                return
            passed.append(focused["name"][:40])
        raise AssertionError(f"Tab does not reach {name!r} on {self.page.url}, only {passed[:30]}")

    def skip(self) -> None:
        """Past the menu."""
        self.reach("Skip to the content")
        self.page.keyboard.press("Enter")

    def fill(self, name: str, text: str) -> None:
        """A field; what stood in it goes."""
        self.reach(name)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def press(self, name: str, key: str = "Enter") -> None:
        """A button or link; waits for no page."""
        self.reach(name)
        self.page.keyboard.press(key)

    def go(self, name: str, key: str = "Enter") -> None:
        """A button or link to another page, to its content."""
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def choose(self, group: str, name: str) -> None:
        """One of several radio buttons: Tab comes to the group, the arrows to each of it."""
        self.reach(group)
        for _ in range(MOST_TABS):
            if re.match(rf"{re.escape(name)}(?!\w)", self.page.evaluate(FOCUSED)["name"]):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {name!r} on {self.page.url}")

    def hand_over(self, name: str, file: Path) -> None:
        """A file, by the dialog of the system."""
        # A browser opens dialogs of the page in front alone.
        self.page.bring_to_front()
        # Playwright asks the page for its dialogs when it begins to expect one, and a busy page may
        # take the key before it takes that: where Tab is answered in between, it has taken both.
        with self.page.expect_file_chooser() as asked:
            self.reach(name)
            self.page.keyboard.press("Enter")
        asked.value.set_files(file)

    def focused(self) -> str:
        """What the focus is on."""
        return str(self.page.evaluate(FOCUSED)["name"])
