"""Renders page templates, escaped: the operator's folder first, then the shipped one.

Every template has `site`, `theme`, `root` (the path of base_url), `imprint` and the feed helpers;
`topics` and `feed_topic` where the page sets them.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import StrictUndefined, TemplateNotFound, pass_context
from jinja2 import TemplateError as JinjaError
from jinja2.loaders import FileSystemLoader
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from newsletter.articles.body.urls import resolved
from newsletter.articles.identity import topic_slug
from newsletter.config.options import Config
from newsletter.editions.dates import clock_time, long_date
from newsletter.errors import TemplateError
from newsletter.feeds.documents.building import imprint_line
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.scopes import feed_path
from newsletter.rendering.compiled_templates import CompiledTemplates
from newsletter.rendering.templates import web_folders

_COMPILED = CompiledTemplates()


class SiteTemplates:
    """The page templates of one site."""

    def __init__(self, config: Config) -> None:
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(web_folders(config.templates.folder)),
            autoescape=True,
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        zone = config.site.timezone
        root = urlsplit(config.site.base_url).path
        self._environment.filters["topic_slug"] = topic_slug
        self._environment.filters["resolved"] = _of_site(lambda html: resolved(html, root))
        self._environment.filters["long_date"] = _of_site(lambda at: long_date(at, zone))
        self._environment.filters["clock_time"] = _of_site(lambda at: clock_time(at, zone))
        self._environment.filters["iso"] = lambda moment: moment.isoformat(timespec="seconds")
        self._environment.globals.update(
            site=config.site,
            root=root,
            theme=config.theme,
            imprint=imprint_line(config.site.imprint),
            feed_kinds=tuple(FeedKind),
            feed_path=feed_path,
            shows_mails=bool(config.web.caught_mails),
            can_join=config.joining.is_open,
            says_goodbye=config.joining.goodbye,
            has_archive=config.web.archive,
            feed_topic=None,
            feed_author=None,
            topic=None,
            is_front=False,
            topics=(),
        )

    def html(self, name: str, context: Mapping[str, Any]) -> str:
        """A page.

        Raises:
            TemplateError: a template is missing or wrong.
        """
        try:
            return self._environment.get_template(name).render(context)
        except TemplateNotFound as error:
            raise TemplateError(f"template web/{error.name} is missing") from error
        except JinjaError as error:
            raise TemplateError(f"template web/{name}: {error}") from error


def _of_site(function: Callable[[Any], Any]) -> Callable[[Context, Any], Any]:
    """A filter that depends on the site.

    Jinja2 applies others to constants when it compiles a template, and compiled templates outlive
    a change of the settings.
    """

    @pass_context
    def applied(_context: Context, value: Any) -> Any:
        return function(value)

    return applied
