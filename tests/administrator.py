"""A person at their browser whose pages and presses are counted, task by task.

A page counts when it is gone to; one that comes again, with what was done, is the same page. A
press is a button, a link, a choice or a file; typing is none.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from browsers import page_width
from office_steps import type_anew
from playwright.sync_api import Frame, Locator, Page


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most that a task may take; None where nothing is said."""

    pages: int | None = None
    presses: int | None = None
    seconds: float | None = None


@dataclass(kw_only=True)
class Task:
    """What a task took."""

    name: str
    limit: Limit
    pages: list[str]
    presses: int = 0
    seconds: float = 0
    is_done: bool = False
    """What comes now only tells that it is done."""

    def faults(self) -> Iterator[str]:
        """What it took too much of."""
        taken = {"pages": len(self.pages), "presses": self.presses, "seconds": self.seconds}
        for what, count in taken.items():
            most = getattr(self.limit, what)
            if most is not None and count > most:
                yield f"{self.name}: {count:.0f} {what}, at most {most}: {self.pages}"

    def __str__(self) -> str:
        return f"{self.name:34}{len(self.pages):6}{self.presses:9}{self.seconds:9.1f}"


@dataclass(kw_only=True)
class Administrator:
    """Does tasks on pages of the console."""

    page: Page
    tasks: list[Task] = field(default_factory=list)
    doing: Task | None = None

    @contextmanager
    def task(self, name: str, limit: Limit) -> Iterator[Task]:
        """A task that begins on the page that is open."""
        task = Task(name=name, limit=limit, pages=[_place(self.page.url)])
        self.tasks.append(task)
        self.doing = task
        began = time.monotonic()
        self.page.on("framenavigated", self._went)
        try:
            yield task
        finally:
            self.page.remove_listener("framenavigated", self._went)
            task.seconds = time.monotonic() - began
            self.doing = None

    def button(self, name: str | re.Pattern[str]) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True).first)

    def finish(self, name: str) -> None:
        """The last press of a task."""
        if self.doing is not None:
            self.doing.is_done = True
        self.button(name)

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=True).first)

    def choose(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        self.press((within or self.page).get_by_label(name, exact=True).first)

    def press(self, found: Locator) -> None:
        self._count_press()
        found.click()

    def hand_over(self, label: str, file: Path) -> None:
        """Choose a file."""
        self._count_press()
        self.page.get_by_label(label).set_input_files(file)

    def type(self, label: str, text: str) -> None:
        type_anew(self.page.get_by_label(label).first, text)

    def sees(self, words: str) -> None:
        """These words, on a page that fits the screen."""
        self.page.get_by_text(words).locator("visible=true").first.wait_for()
        screen = self.page.viewport_size
        assert screen is not None
        assert page_width(self.page) <= screen["width"], self.page.url

    def _count_press(self) -> None:
        if self.doing is not None:
            self.doing.presses += 1

    def _went(self, frame: Frame) -> None:
        task, place = self.doing, _place(frame.url)
        if task is None or task.is_done or frame != self.page.main_frame:
            return
        if place != task.pages[-1]:
            task.pages.append(place)


def _place(url: str) -> str:
    """The path of a page; a new article is the same page when it has its number."""
    path = urlsplit(url).path.partition("/console")[2] or "/"
    return re.sub(r"/(new|\d+)$", "/N", path).replace("/setup/test", "/setup")
