"""A random walk over the console's pages: links and forms as they stand, any values."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from lxml import html as trees

PREFIX = "/console"
# Ends the walk's own session, or waits for events without end.
LEFT_OUT = ("/sign-out", "/events", "/live")
NONSENSE = [
    *("", " ", "0", "-1", "7", "99999999999999999999", "1e9", "NaN", "é", "日本語", "\u202e", "'"),
    *('"><script>alert(1)</script>', "{{ 7*7 }}", "%s", "\\", "../../etc/passwd", "x" * 5000),
    *("pat@wexcombe.example", "nobody", "2026-11-27", "2026-11-27T18:00", "25:99", "0001-01-01"),
    *("https://wexcombe.example/", "javascript:alert(1)", "//other.example", "topic = homes"),
    *("everybody", "segment", "true", "<p>Words</p>", "**bold**", "\x00", "\ud800", "a\r\nb: c"),
]
FILES = [b"", b"email\nnew@wexcombe.example\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"\xff" * 40]


Option = TypeVar("Option")


class Chance(Protocol):
    """A source of chance, such as hypothesis's."""

    def random(self) -> float:
        """From 0 to below 1."""

    def choice(self, options: list[Option], /) -> Option:
        """One of these."""


@dataclass(kw_only=True)
class Step:
    """A request and its response."""

    what: str
    response: httpx.Response


@dataclass(kw_only=True)
class Walker:
    """Walks from page to page."""

    http: httpx.Client
    chance: Chance
    page: Any = None
    url: str = PREFIX
    seen: Counter[str] = field(default_factory=Counter)
    """How often each page and form; see `_place`."""

    def walk(self, steps: int) -> Iterator[Step]:
        """Follow links and send forms; from the first page again where there are none."""
        for _ in range(steps):
            yield self._step()

    def _step(self) -> Step:
        forms = self._forms() if self.page is not None else []
        links = self._links() if self.page is not None else []
        if forms and self.chance.random() < 0.5:
            return self._send(self._rarer(forms, self._target))
        if links and self.chance.random() < 0.95:
            return self._open(self._rarer(links, str))
        return self._open(PREFIX)

    def _rarer(self, options: list[Option], address: Callable[[Option], str]) -> Option:
        """One of these, of two by chance the one that was seen less: the menu is on every page."""
        two = [self.chance.choice(options), self.chance.choice(options)]
        return min(two, key=lambda option: self.seen[_place(address(option))])

    def _target(self, form: Any) -> str:
        return urljoin(self.url, form.get("action") or self.url)

    def _open(self, url: str) -> Step:
        return self._arrive(f"GET {url}", self.http.get(url))

    def _send(self, form: Any) -> Step:
        url = self._target(form)
        self.seen[_place(url)] += 1
        fields, files = self._fields(form)
        if (form.get("method") or "get").lower() == "get":
            return self._arrive(f"GET {url} {fields}", self.http.get(url, params=fields))
        sent = self.http.post(url, data=fields, files=files or None)
        return self._arrive(f"POST {url} {fields}", sent)

    def _arrive(self, what: str, response: httpx.Response) -> Step:
        self.url = str(response.request.url)
        self.seen[_place(self.url)] += 1
        if response.is_redirect:
            target = urljoin(self.url, response.headers["location"])
            return (
                self._arrive(what, self.http.get(target))
                if _is_ours(target)
                else _end(self, what, response)
            )
        is_page = response.headers.get("content-type", "").startswith("text/html")
        self.page = trees.fromstring(response.text) if is_page and response.text.strip() else None
        return Step(what=what, response=response)

    @property
    def has_way_on(self) -> bool:
        """Whether the page leads anywhere else in the console."""
        return bool(self._links() or self._forms())

    def _links(self) -> list[str]:
        found = (
            urldefrag(urljoin(self.url, a.get("href")))[0]
            for a in self.page.iter("a")
            if a.get("href", "#")[:1] != "#"
        )
        return [url for url in found if _is_ours(url)]

    def _forms(self) -> list[Any]:
        return [form for form in self.page.iter("form") if _is_ours(self._target(form))]

    def _fields(self, form: Any) -> tuple[dict[str, list[str]], list[tuple[str, Any]]]:
        fields: dict[str, list[str]] = {}
        files: list[tuple[str, Any]] = []
        for one in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
            kind = one.get("type", "text")
            if kind == "file":
                content = self.chance.choice(FILES)
                files.append((one.get("name"), ("a.csv", content, "text/csv")))
            elif kind != "submit":
                value = self._value(one, kind)
                if value is not None:
                    fields.setdefault(one.get("name"), []).append(value)
        buttons = form.xpath(".//button[@name]")
        if buttons:
            pressed = self.chance.choice(buttons)
            fields[pressed.get("name")] = [pressed.get("value") or ""]
        return fields, files

    def _value(self, one: Any, kind: str) -> str | None:
        """Its own value, another choice, or nonsense; None if it is left out."""
        if one.get("name") == "csrf":
            return str(one.get("value"))
        if kind in {"checkbox", "radio"}:
            return str(one.get("value") or "on") if self.chance.random() < 0.5 else None
        if self.chance.random() < (0.1 if kind == "hidden" else 0.5):
            return _sendable(self.chance.choice(NONSENSE))
        if one.tag == "select":
            options = [o.get("value", o.text or "") for o in one.iter("option")]
            return self.chance.choice(options or [""])
        return str(one.text or "") if one.tag == "textarea" else str(one.get("value") or "")


def _end(walker: Walker, what: str, response: httpx.Response) -> Step:
    walker.page = None
    return Step(what=what, response=response)


def _place(url: str) -> str:
    """The path of an address with its numbers and days replaced."""
    parts = urlsplit(url).path.split("/")
    return "/".join("N" if part[:1].isdigit() else part for part in parts)


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _is_ours(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.startswith(PREFIX) and not any(word in parts.path for word in LEFT_OUT)
