"""The network address and browser of a request, for the audit log and the list of sessions."""

import re

from starlette.requests import Request

from newsletter.http.client_address import address_of
from newsletter.staff.actors import ActorOrigin

# In order: what names itself after others stands before them.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def origin_of(request: Request) -> ActorOrigin:
    """Network address and browser of a request."""
    device = device_of(request.headers.get("user-agent", ""))
    return ActorOrigin(network=address_of(request), device=device)


def device_of(user_agent: str) -> str:
    """Browser and system in words: "Firefox on Windows"."""
    browser = next((name for name, sign in BROWSERS if re.search(sign, user_agent)), "A browser")
    system = next((name for name, sign in SYSTEMS if re.search(sign, user_agent)), "")
    return f"{browser} on {system}" if system else browser
