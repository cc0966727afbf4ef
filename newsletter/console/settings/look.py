"""The look of mails and site: colours, logo, fonts and footer, with site and mail beside it."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from starlette.responses import HTMLResponse, Response

from newsletter.actions import settings
from newsletter.config.options import Config
from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.console.frame.headers import SHOWN_MAIL, SHOWN_PAGE
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.media.sent import (
    MAX_FORM_BYTES,
    address_of_picture,
    picture_sent,
)
from newsletter.queries.settings import options as options
from newsletter.queries.site.look import contrasts, sample_mail, sample_site, tried_theme
from newsletter.staff.permissions import Permission

COLOURS = (
    ("accent", "Your colour", "Links and buttons."),
    ("ink", "Words", ""),
    ("paper", "Behind the words", ""),
    ("ground", "Around the paper", ""),
    ("masthead", "Behind the name", "Empty: as the paper."),
)
DARK_COLOURS = (
    ("accent_dark", "Your colour", "Empty: lightened as far as needed."),
    ("ink_dark", "Words", ""),
    ("paper_dark", "Behind the words", ""),
    ("ground_dark", "Around the paper", ""),
)
# At most so large is a logo that is uploaded; the fields beside it take other sizes.
LOGO_WIDTH, LOGO_HEIGHT = 300, 80
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


class Look(BaseModel):
    """The form."""

    accent: str = ""
    ink: str = ""
    paper: str = ""
    ground: str = ""
    masthead: str = ""
    accent_dark: str = ""
    ink_dark: str = ""
    paper_dark: str = ""
    ground_dark: str = ""
    logo: str = ""
    logo_width: str = ""
    logo_height: str = ""
    heading_font: str = ""
    text_font: str = ""
    footer: str = ""


def look_page(request: ConsoleRequest) -> Response:
    """The form, and beside it site and mail in the look of the address, where it has one."""
    config, look = _tried(request)
    tried = {key: value for key, value in request.query.items() if key in Look.model_fields}
    context = {
        "form": request.fields(**{**config.theme.model_dump(), **tried}),
        "colours": COLOURS,
        "dark_colours": DARK_COLOURS,
        "preview": request.http.url.query if tried else "",
        "scheme": "dark" if request.query.get("scheme") == "dark" else "light",
        "contrasts": contrasts(look),
    }
    return request.page("settings/look.html", context)


def save(request: ConsoleRequest) -> Response:
    """Keep what differs from before."""
    values = request.read(Look).model_dump()
    _checked(values)
    values |= _uploaded_logo(request)
    with request.database.read() as session:
        current = {
            one.key: one
            for one in options.options(session, request.context)
            if one.key.startswith("theme.")
        }
    changed = {
        f"theme.{name}": value
        for name, value in values.items()
        if value != current[f"theme.{name}"].text and not current[f"theme.{name}"].is_locked
    }
    settings.change(request.context, request.actor, changed)
    return request.redirect("/look", "Saved. Mails composed from now on look like this.")


def mail(request: ConsoleRequest) -> Response:
    """A sample mail in the look of the address."""
    config, look = _tried(request)
    html = sample_mail(config.model_copy(update={"theme": look}), request.now)
    html = html.replace(f"{config.site.base_url}/sample.png", request.url("/static/sample.svg"))
    return _shown(request, html, SHOWN_MAIL)


def site(request: ConsoleRequest) -> Response:
    """The front page of the site in the look of the address."""
    config, look = _tried(request)
    with request.database.read() as session:
        html = sample_site(session, config, look)
    return _shown(request, html, SHOWN_PAGE)


def readability(request: ConsoleRequest) -> Response:
    """The contrasts of the look of the address, as a part of the page."""
    _, look = _tried(request)
    return request.page("settings/_contrasts.html", {"contrasts": contrasts(look)})


def _tried(request: ConsoleRequest) -> tuple[Config, ThemeOptions]:
    """The stored configuration, and its theme with what the address tries."""
    with request.database.read() as session:
        config = options.current(session, request.context)
    return config, tried_theme(config.theme, request.query)


def _shown(request: ConsoleRequest, html: str, headers: Mapping[str, str]) -> Response:
    """As it looks in light or dark, whatever the browser prefers."""
    is_dark = request.query.get("scheme") == "dark"
    shown = _DARK.sub("(min-width: 0)" if is_dark else "(max-width: 0)", html)
    return HTMLResponse(shown, headers=dict(headers))


def _uploaded_logo(request: ConsoleRequest) -> dict[str, str]:
    """The logo that was sent, as wide as it fits; nothing without one.

    Raises:
        FormErrors: it cannot be used.
    """
    item = picture_sent(request, "logo_file", alt=request.config.site.name)
    if item is None:
        return {}
    file = item.widest
    scale = min(1.0, LOGO_WIDTH / file.width, LOGO_HEIGHT / file.height)
    return {
        "logo": address_of_picture(request, item),
        "logo_width": str(max(16, round(file.width * scale))),
        "logo_height": str(max(8, round(file.height * scale))),
    }


def _checked(values: dict[str, str]) -> None:
    """
    Raises:
        FormErrors: a colour is no colour, or cannot be read.
    """
    try:
        ThemeOptions.model_validate(values)
    except ValidationError as error:
        raise FormErrors(
            {
                str(problem["loc"][0]): sentence(problem["msg"].removeprefix("Value error, "))
                for problem in error.errors()
            }
        ) from error


ROUTES = [
    page("/look", Permission.ADMINISTER, look_page),
    form(
        "/look",
        Permission.ADMINISTER,
        save,
        again=look_page,
        threads=Threads.SLOW,
        max_bytes=MAX_FORM_BYTES,
    ),
    page("/look/mail", Permission.ADMINISTER, mail),
    page("/look/site", Permission.ADMINISTER, site),
    page("/look/contrasts", Permission.ADMINISTER, readability),
]
