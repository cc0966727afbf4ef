"""The style sheet of `[theme]`.

A separate file, since the Content-Security-Policy forbids inline styles.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.config.theme import Theme
from newsletter.queries.site.style import theme_css
from newsletter.web.state import site_of

THEME_PATH = "/theme.css"


def theme(request: Request) -> Response:
    """The style sheet of the site's theme."""
    options = site_of(request).config.theme
    css = theme_css(Theme.of(options), has_masthead=bool(options.masthead))
    return Response(css, media_type="text/css")


ROUTES = [Route(THEME_PATH, theme)]
