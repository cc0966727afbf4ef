"""A sample mail in a look that is being tried."""

from datetime import datetime

from newsletter.config.options import Config
from newsletter.config.theme import Theme
from newsletter.editions.composing.template_check import check_template
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.templates import Templates


def sample_mail(config: Config, now: datetime) -> str:
    """The HTML of a digest with sample stories.

    Raises:
        TemplateError: a template is wrong.
    """
    templates = Templates(config.templates.folder, Theme.of(config.theme))
    renderer = Renderer(templates, config.site.base_url, None)
    return check_template(config, renderer, "digest", now, is_own=False).html
