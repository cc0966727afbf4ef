"""The keys that failed sign-ins are counted by, and the redirect after signing in."""

import re

from newsletter.console.frame.request import ConsoleRequest
from newsletter.http.client_address import networks_of
from newsletter.staff import store
from newsletter.tokens.signing import derive_key, keyed_hash

# Where people go from after they have signed in: pages of the console, without a host.
SAFE_PATH = re.compile(r"/console(?:/[\w./~%-]*)?(?:\?[\w=&%+.,:~-]*)?", re.ASCII)


def account_key(request: ConsoleRequest, email: str) -> str:
    """What failures to sign in to an account are counted by."""
    return _keyed(request, f"account {store.normalised(email)}")


def network_key(request: ConsoleRequest) -> str:
    """What failures from a client's network are counted by."""
    return _keyed(request, f"network {networks_of(request.http)[0].name}")


def safe_path(request: ConsoleRequest, wanted: str) -> str:
    """A page below /console to go on to; Today where the wanted one is none of ours."""
    inside = wanted.removeprefix(request.url("/").removesuffix("/console"))
    return inside.removeprefix("/console") or "/" if SAFE_PATH.fullmatch(inside) else "/"


def _keyed(request: ConsoleRequest, text: str) -> str:
    return keyed_hash(derive_key(request.context.secret, "sign-in failures"), text)
