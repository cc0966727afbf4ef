"""The look of mails and site: colours, logo, fonts and footer, with a mail beside it."""

import re

from pydantic import BaseModel, ValidationError
from starlette.responses import HTMLResponse, Response

from newsletter.actions import settings
from newsletter.config.colours import READABLE, contrast
from newsletter.config.theme_options import ThemeOptions
from newsletter.console.frame.forms import FormErrors, sentence
from newsletter.console.frame.headers import SHOWN_MAIL
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.media.sent import (
    LARGEST_FORM_BYTES,
    address_of_picture,
    picture_sent,
)
from newsletter.queries import settings as options
from newsletter.queries.look import sample_mail
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
    """The form, and a mail beside it in the colours of the address, where it has some."""
    with request.database.read() as session:
        theme = options.current(session, request.context).theme
    tried = {key: value for key, value in request.query.items() if key in Look.model_fields}
    values = {**theme.model_dump(), **tried}
    context = {
        "form": request.fields(**values),
        "colours": COLOURS,
        "dark_colours": DARK_COLOURS,
        "preview": request.http.url.query if tried else "",
        "contrasts": _contrasts(values),
    }
    return request.page("settings/look.html", context)


def save(request: ConsoleRequest) -> Response:
    """Keep what differs from before."""
    given = request.read(Look).model_dump()
    _checked(given)
    given |= _uploaded_logo(request)
    with request.database.read() as session:
        known = {
            one.key: one
            for one in options.options(session, request.context)
            if one.key.startswith("theme.")
        }
    wanted = {
        f"theme.{name}": value
        for name, value in given.items()
        if value != known[f"theme.{name}"].text and not known[f"theme.{name}"].is_locked
    }
    settings.change(request.context, request.actor, wanted)
    return request.redirect("/look", "Saved. Mails composed from now on look like this.")


def mail(request: ConsoleRequest) -> Response:
    """A sample mail in the colours of the address, light or dark whatever the browser prefers."""
    with request.database.read() as session:
        config = options.current(session, request.context)
    tried = {key: value for key, value in request.query.items() if key in Look.model_fields}
    try:
        theme = ThemeOptions.model_validate({**config.theme.model_dump(), **tried})
    except ValidationError:
        theme = config.theme
    html = sample_mail(config.model_copy(update={"theme": theme}), request.now)
    html = html.replace(f"{config.site.base_url}/sample.png", request.url("/static/sample.svg"))
    is_dark = request.query.get("scheme") == "dark"
    shown = _DARK.sub("(min-width: 0)" if is_dark else "(max-width: 0)", html)
    return HTMLResponse(shown, headers=SHOWN_MAIL)


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


def _checked(given: dict[str, str]) -> None:
    """
    Raises:
        FormErrors: a colour is no colour, or cannot be read.
    """
    try:
        ThemeOptions.model_validate(given)
    except ValidationError as error:
        raise FormErrors(
            {
                str(problem["loc"][0]): sentence(problem["msg"].removeprefix("Value error, "))
                for problem in error.errors()
            }
        ) from error


def _contrasts(values: dict[str, object]) -> list[tuple[str, float, bool]]:
    """The contrast of words and links on paper, and whether it can be read."""
    found = []
    for name, colour, paper in (
        ("Words", values["ink"], values["paper"]),
        ("Links", values["accent"], values["paper"]),
        ("Words, dark", values["ink_dark"], values["paper_dark"]),
    ):
        try:
            ratio = contrast(str(colour), str(paper))
        except (ValueError, IndexError):
            continue
        found.append((name, ratio, ratio >= READABLE))
    return found


ROUTES = [
    page("/look", Permission.ADMINISTER, look_page),
    form(
        "/look",
        Permission.ADMINISTER,
        save,
        again=look_page,
        threads=Threads.SLOW,
        largest_bytes=LARGEST_FORM_BYTES,
    ),
    page("/look/mail", Permission.ADMINISTER, mail),
]
