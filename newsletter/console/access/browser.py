"""The browser of a request, and the session that begins in it."""

import re

from starlette.responses import Response

from newsletter.actions import staff
from newsletter.actions.staff import Browser
from newsletter.console.frame.cookies import new_token
from newsletter.console.frame.request import ConsoleRequest
from newsletter.http.client_address import address_of, networks_of
from newsletter.staff import store
from newsletter.staff.actors import VISITOR
from newsletter.tokens.signing import derive_key, keyed_hash

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
# Where people go from after they have signed in: pages of the console, without a host.
SAFE_PATH = re.compile(r"/console(?:/[\w./~%-]*)?(?:\?[\w=&%+.,:~-]*)?", re.ASCII)


def device_of(user_agent: str) -> str:
    """Browser and system in words: "Firefox on Windows"."""
    browser = next((name for name, sign in BROWSERS if re.search(sign, user_agent)), "A browser")
    system = next((name for name, sign in SYSTEMS if re.search(sign, user_agent)), "")
    return f"{browser} on {system}" if system else browser


def account_key(request: ConsoleRequest, email: str) -> str:
    """What failures to sign in to an account are counted by."""
    return _keyed(request, f"account {store.normalised(email)}")


def network_key(request: ConsoleRequest) -> str:
    """What failures from a client's network are counted by."""
    return _keyed(request, f"network {networks_of(request.http)[0].name}")


def _keyed(request: ConsoleRequest, text: str) -> str:
    return keyed_hash(derive_key(request.context.secret, "sign-in failures"), text)


def begin_session(
    request: ConsoleRequest, member_id: int, *, account: str, path: str, message: str = ""
) -> Response:
    """Sign in with a new session, and go on to a page.

    A session that was there before is another one: what somebody may have planted is worth nothing.
    """
    token = new_token()
    browser = Browser(
        token_hash=store.hash_token(token),
        device=device_of(request.http.headers.get("user-agent", "")),
        network=address_of(request.http),
    )
    staff.sign_in(request.context, VISITOR, member_id, browser, account=account)
    response = request.redirect(path, message)
    request.state.cookies.set_session(response, token)
    return response


def safe_path(request: ConsoleRequest, wanted: str) -> str:
    """A page below /console to go on to; Today where the wanted one is none of ours."""
    inside = wanted.removeprefix(request.url("/").removesuffix("/console"))
    return inside.removeprefix("/console") or "/" if SAFE_PATH.fullmatch(inside) else "/"
