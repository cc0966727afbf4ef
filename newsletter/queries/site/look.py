"""A sample mail and the front page of the site in a look that is being tried."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape

from pydantic import ValidationError
from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.config.colours import READABLE, contrast, parse_colour
from newsletter.config.options import Config
from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.config.theme import Theme
from newsletter.editions.composing.template_check import check_template
from newsletter.queries.site.style import theme_css
from newsletter.queries.site.templates import SiteTemplates
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.templates import Templates

STORIES = 4
# Nothing on a page that is only looked at leads away from it.
STILL = "a, button, input { pointer-events: none; }"


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Of words and what is behind them."""

    name: str
    ratio: float

    @property
    def is_readable(self) -> bool:
        return self.ratio >= READABLE


def tried_theme(theme: ThemeOptions, tried: Mapping[str, str]) -> ThemeOptions:
    """The theme with what is tried, unreadable colours too; without what cannot be shown."""
    options = {name: value for name, value in tried.items() if name in ThemeOptions.model_fields}
    try:
        return ThemeOptions.model_validate({**theme.model_dump(), **options})
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
    shown: dict[str, object] = {name: value for name, value in options.items() if name not in wrong}
    for name in wrong & options.keys():
        with suppress(ValueError):
            shown[name] = parse_colour(options[name])
    for name in shown.keys() & {"logo_width", "logo_height"}:
        shown[name] = int(float(str(shown[name])))
    return theme.model_copy(update=shown)


def contrasts(options: ThemeOptions) -> Sequence[Contrast]:
    """How well words can be read, light and dark."""
    theme = Theme.of(options)
    return [
        Contrast(name=name, ratio=contrast(colour, behind))
        for name, colour, behind in (
            ("Words", theme.light.ink, theme.light.paper),
            ("Links", theme.light.accent, theme.light.paper),
            ("The name", theme.light.on_masthead, theme.light.masthead),
            ("Words, dark", theme.dark.ink, theme.dark.paper),
            ("Links, dark", theme.dark.accent, theme.dark.paper),
            ("The name, dark", theme.dark.on_masthead, theme.dark.masthead),
        )
    ]


def sample_site(session: Session, config: Config, look: ThemeOptions) -> str:
    """The HTML of the front page in a look, with its style sheet in the page.

    Raises:
        TemplateError: a template is wrong.
    """
    tried = config.model_copy(update={"theme": look})
    context = {
        "is_front": True,
        "topics": articles.topics(session),
        "articles": articles.published(session, (), limit=STORIES),
        "page": 1,
        "newer": None,
        "older": None,
    }
    html = SiteTemplates(tried).html("front.html", context)
    style = theme_css(Theme.of(look), has_masthead=bool(look.masthead))
    return html.replace("</head>", f"<style>{escape(style, quote=False)}{STILL}</style></head>", 1)


def sample_mail(config: Config, now: datetime) -> str:
    """The HTML of a digest with sample stories.

    Raises:
        TemplateError: a template is wrong.
    """
    templates = Templates(config.templates.folder, Theme.of(config.theme))
    renderer = Renderer(templates, config.site.base_url, None)
    return check_template(config, renderer, "digest", now, is_own=False).html
