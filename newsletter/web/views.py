"""The page templates of the site as responses."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse

from newsletter.config.options import Config
from newsletter.queries.site.templates import SiteTemplates


class SiteViews:
    """The page templates of one site."""

    def __init__(self, config: Config) -> None:
        self._templates = SiteTemplates(config)

    def page(
        self,
        name: str,
        context: Mapping[str, Any] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page as a response.

        Raises:
            TemplateError: a template is missing or wrong.
        """
        html = self._templates.html(name, context or {})
        return HTMLResponse(html, status, headers=dict(headers or {}))
