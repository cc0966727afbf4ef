"""API keys: the list, making one that is shown once, revoking."""

from datetime import timedelta
from functools import partial

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import keys
from newsletter.console.frame.presentation.listing import Column, Listing, pages_of
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.queries.audit import who_is
from newsletter.staff import api_keys, store
from newsletter.staff.api_key_models import ApiKey
from newsletter.staff.permissions import Permission

PATH = "/staff/keys"
SCOPES = (
    (
        Permission.WRITE,
        "Bring articles in",
        "It publishes and changes articles, which the next digest tells. It sees no people.",
    ),
    (
        Permission.READ,
        "Read editions",
        "Their subjects and states, and how many mails were sent and failed. It sees no people.",
    ),
)
NAMES = {scope: name for scope, name, _ in SCOPES}
# Days, and in words; 0: never.
EXPIRIES = ((30, "In 30 days"), (90, "In 90 days"), (365, "In a year"), (0, "Never"))
STATES = {
    "active": ("Active", "good"),
    "expired": ("Expired", "off"),
    "revoked": ("Revoked", "off"),
}
EXPIRES_SOON = ("Expires soon", "wait")


class KeyForm(BaseModel):
    """The form."""

    name: str = Field(min_length=1, max_length=100)
    scopes: tuple[Permission, ...] = ()
    days: int = Field(ge=0, le=3650)


def scopes_of(key: ApiKey) -> str:
    """What it may do, in words."""
    return "; ".join(NAMES[scope] for scope in NAMES if scope in key.permissions)


def list_(request: ConsoleRequest) -> Response:
    """All keys, the newest first."""
    listing = Listing.of(request, filters=("q", "state"), sorts=("-made",))
    with request.database.read() as session:
        keys_made, names = api_keys.all_keys(session), store.names(session)
    text, state = listing.filter("q").lower(), listing.filter("state")
    matching = [
        key
        for key in keys_made
        if text in key.name.lower() and state in {"", key.state(request.now)}
    ]
    makers = {key.id: who_is(key.made_by, names) for key in keys_made}
    columns = [
        Column[ApiKey](name="Name", value=lambda key: key.name),
        Column[ApiKey](name="State", value=lambda key: key.state(request.now)),
        Column[ApiKey](name="May", value=scopes_of),
        Column[ApiKey](name="Last used", value=lambda key: key.used_at),
        Column[ApiKey](name="Expires", value=lambda key: key.expires_at),
        Column[ApiKey](name="Made", value=lambda key: key.made_at, sort="made"),
        Column[ApiKey](name="By", value=lambda key: makers[key.id]),
    ]
    # Made one after another, so the number tells the older of two.
    matching.sort(key=lambda key: key.id, reverse=not listing.is_ascending)
    rows = pages_of(matching, key=lambda key: key.id)
    if listing.wants_csv:
        return listing.csv("api-keys.csv", columns, rows, key=lambda key: key.id)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(columns, shown, key=lambda key: key.id)
    context = {
        "table": table,
        "makers": makers,
        "scopes_of": scopes_of,
        "states": STATES,
        "state_of": partial(_state_of, request),
    }
    return request.page("staff/keys.html", context)


def _state_of(request: ConsoleRequest, key: ApiKey) -> tuple[str, str]:
    """The words and kind of its badge."""
    return EXPIRES_SOON if key.expires_soon(request.now) else STATES[key.state(request.now)]


def make_page(request: ConsoleRequest) -> Response:
    """The form."""
    context = {
        "form": request.fields(days=90, scopes=()),
        "scopes": SCOPES,
        "expiries": EXPIRIES,
    }
    return request.page("staff/new-key.html", context)


def make(request: ConsoleRequest) -> Response:
    """Make a key, and show it this once."""
    fields = request.read(KeyForm)
    expires_at = request.now + timedelta(days=fields.days) if fields.days else None
    made = keys.make(
        request.context,
        request.actor,
        name=fields.name,
        scopes=fields.scopes,
        expires_at=expires_at,
    )
    context = {
        "name": fields.name,
        "key": made.key,
        "expires_at": expires_at,
        "may_write": Permission.WRITE in fields.scopes,
        "base_url": request.config.site.base_url,
    }
    return request.page("staff/key.html", context)


def revoke(request: ConsoleRequest) -> Response:
    """End a key at once."""
    name = keys.revoke(request.context, request.actor, request.number())
    return request.redirect(PATH, f"Revoked: {name}. The program that has it is refused from now.")


ROUTES = [
    page(PATH, Permission.ADMINISTER, list_),
    page(f"{PATH}/new", Permission.ADMINISTER, make_page, needs_proof=True),
    form(f"{PATH}/new", Permission.ADMINISTER, make, again=make_page, needs_proof=True),
    form(f"{PATH}/{{number:int}}/revoke", Permission.ADMINISTER, revoke, needs_proof=True),
]
