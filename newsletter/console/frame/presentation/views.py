"""Renders the console's templates, escaped.

Every template has `request`, `now`, `site`, `zone` ("London time"), `base` (the path of the
console), `root` (that of the site) and `asset`; filters: `when`, `day`, `clock`, `ago`,
`long_date`, `counted`, `number`, `span`, `in_list`, `iso`, `capital`, `comes_twice`, `full_stop`,
`label`, `named_errors`.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from newsletter.config.options import Config
from newsletter.console.frame.presentation import words
from newsletter.console.frame.presentation.forms import full_stop
from newsletter.console.frame.presentation.labels import named_errors
from newsletter.console.frame.presentation.moments import comes_twice
from newsletter.editions.dates import clock_time, long_date, zone_words
from newsletter.rendering.compiled_templates import CompiledTemplates
from newsletter.rendering.templates import shipped_templates

FOLDER = "console"


_COMPILED = CompiledTemplates()


Source = tuple[str, str, Callable[[], bool]]
"""As Jinja2 takes it from a loader: the text, its file, and whether it is still current."""


class ConsoleViews:
    """The templates of the console; the shipped ones alone, since they belong to the screens."""

    def __init__(self, config: Config, base: str, folder: Path | None = None) -> None:
        """
        Args:
            folder: with the templates; None: the shipped one.
        """
        sources = _sources(folder or shipped_templates() / FOLDER)
        self._environment = Environment(
            loader=FunctionLoader(sources.get),
            autoescape=True,
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        zone = config.site.timezone
        self._environment.globals.update(
            site=config.site,
            zone=zone_words(zone),
            base=base,
            root=urlsplit(config.site.base_url).path.rstrip("/"),
            asset=lambda name: f"{base}/static/{name}?v={_version(static_folder() / name)}",
        )
        self._environment.filters.update(
            when=_timed(lambda moment, now: words.when(moment, now, zone), zone),
            day=_timed(lambda moment, now: words.day(moment, now, zone), zone),
            ago=_timed(lambda moment, now: words.ago(moment, now, zone), zone),
            clock=_timed(lambda moment, _now: words.clock(moment, zone), zone),
            long_date=lambda moment: long_date(moment, zone),
            iso=lambda moment: moment.isoformat(timespec="seconds"),
            counted=words.counted,
            number=lambda value: f"{value:,}",
            span=words.span,
            in_list=words.in_list,
            capital=_capital,
            comes_twice=lambda typed: comes_twice(typed, zone),
            full_stop=full_stop,
            named_errors=named_errors,
            label=words.label,
        )

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A page or a part of one."""
        return self._environment.get_template(name).render(context)


@lru_cache(maxsize=8)
def _sources(folder: Path) -> Mapping[str, Source]:
    """The templates as they stood when this process first showed one.

    An upgrade replaces the files below a running process, whose screens know the old ones.
    """
    return {
        path.relative_to(folder).as_posix(): (path.read_text("utf-8"), str(path), lambda: True)
        for path in folder.rglob("*.html")
    }


def static_folder() -> Path:
    """The style sheet, scripts and icons of the console."""
    return shipped_templates() / FOLDER / "static"


def _capital(text: str) -> str:
    """The text, or that in an element, with a capital letter."""
    start = text.find(">") + 1 if isinstance(text, Markup) else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def _timed(in_words: Any, zone: str) -> Any:
    """A filter from a moment to its words, in a `time` element that tells it exactly."""

    @pass_context
    def shown(context: Context, moment: datetime | None) -> Markup:
        if moment is None:
            return Markup("")
        exact, text = clock_time(moment, zone), in_words(moment, context["now"])
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            moment.isoformat(timespec="seconds"), exact, text
        )

    return shown


@lru_cache(maxsize=64)
def _version(path: Path) -> str:
    """Of a static file: part of its address, so that browsers may keep it for good."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
