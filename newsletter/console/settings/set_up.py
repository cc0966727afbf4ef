"""Setting the site up, step by step, on one page."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, EmailStr, Field
from starlette.responses import Response

from newsletter.actions import settings, test_mails
from newsletter.config.options import Config
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.settings.schedules import DAYS, HOURS, cron_of
from newsletter.console.settings.transports import TransportTestForm
from newsletter.editions.digests.schedule import in_words
from newsletter.queries.settings import options as options
from newsletter.queries.settings import setup as queries
from newsletter.staff.permissions import Permission

SECURITY = (
    ("starttls", "STARTTLS, usually port 587"),
    ("tls", "TLS from the start, usually port 465"),
    ("plain", "None: only for a server on this machine"),
)
# The steps of the forms that are not called like theirs.
FORMS_WITHIN = {"dns": "sender", "test": "transport"}
DEFAULT_PORTS = {"starttls": 587, "tls": 465, "plain": 25}


class SiteForm(BaseModel):
    """Name, address and zone."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=300)
    base_url: str = Field(min_length=1)
    timezone: str = Field(min_length=1)
    contact: EmailStr | str = ""


class ImprintForm(BaseModel):
    """Who promotes it."""

    promoter: str = Field(min_length=1, max_length=200)
    promoter_address: str = Field(min_length=1, max_length=300)
    on_behalf_of: str = Field("", max_length=200)
    on_behalf_of_address: str = Field("", max_length=300)


class SenderForm(BaseModel):
    """Whom mail is from."""

    address: EmailStr
    sender_name: str = Field("", max_length=200)
    reply_to: EmailStr | str = ""


class TransportForm(BaseModel):
    """A mail server."""

    host: str = Field(min_length=1, max_length=253)
    port: int | None = Field(None, ge=1, le=65535)
    security: str
    username: str = ""
    password: str = ""


class DigestForm(BaseModel):
    """The first digest."""

    digest_name: str = Field(min_length=1, max_length=100)
    day: str
    hour: int = Field(ge=0, le=23)


def set_up_page(request: ConsoleRequest) -> Response:
    """Every step with its form."""
    return _page(request)


def save_site(request: ConsoleRequest) -> Response:
    """Name, address, zone."""
    form = request.read(SiteForm)
    return _save(request, {f"site.{key}": value for key, value in form}, "site")


def save_imprint(request: ConsoleRequest) -> Response:
    """The imprint."""
    form = request.read(ImprintForm)
    return _save(request, {f"site.imprint.{key}": value for key, value in form}, "imprint")


def save_sender(request: ConsoleRequest) -> Response:
    """The sender."""
    form = request.read(SenderForm)
    changes = {
        "senders.default.address": form.address,
        "senders.default.name": form.sender_name,
        "senders.default.reply_to": form.reply_to,
    }
    return _save(request, changes, "sender")


def look_up(request: ConsoleRequest) -> Response:
    """The DNS records of the sender, as they are now."""
    fresh = request.context.reread()
    senders = fresh.config.senders
    if not senders:
        raise FormErrors({"address": "Say whom mail is from first."})
    address = next(iter(senders.values())).address
    host = str(fresh.config.transports.get("default", {}).get("host", ""))
    is_named = "." in host and not re.fullmatch(r"[\d.]+", host)
    dns_records = queries.dns_records(
        address, fresh.dkim_keys.get(address), host if is_named else "", fresh.text_records
    )
    return _page(request, {"records": dns_records})


def save_transport(request: ConsoleRequest) -> Response:
    """The mail server."""
    form = request.read(TransportForm)
    changes = {
        "kind": "smtp",
        "host": form.host,
        "security": form.security,
        "port": str(form.port or DEFAULT_PORTS.get(form.security, 587)),
        "username": form.username,
        **({"password": form.password} if form.password else {}),
    }
    stored = {f"transports.default.{key}": value for key, value in changes.items()}
    return _save(request, stored, "transport")


def send_test(request: ConsoleRequest) -> Response:
    """A real mail, and what the server said."""
    to = request.read(TransportTestForm).to
    checks = test_mails.try_transport(request.context.reread(), request.actor, "", to)
    return _page(request, {"tests": checks, "to": to})


def save_digest(request: ConsoleRequest) -> Response:
    """The first digest."""
    form = request.read(DigestForm)
    name = re.sub(r"[^a-z0-9]+", "-", form.digest_name.lower()).strip("-") or "digest"
    changes = {
        f"digests.{name}.name": form.digest_name,
        f"digests.{name}.schedule": cron_of(form.day, form.hour),
    }
    return _save(request, changes, "digest")


def _save(request: ConsoleRequest, changes: Mapping[str, object], step: str) -> Response:
    """Set what differs; what the file or the environment sets stays as it is there."""
    with request.database.read() as session:
        options_by_key = {one.key: one for one in options.options(session, request.context)}
    new_values = {
        key: str(value)
        for key, value in changes.items()
        if key not in options_by_key
        or (not options_by_key[key].is_locked and options_by_key[key].text != str(value))
    }
    settings.change(request.context, request.actor, new_values)
    return request.redirect(f"/setup?step={step}#{step}", "Saved.")


def _page(request: ConsoleRequest, extra: dict[str, object] | None = None) -> Response:
    with request.database.read() as session:
        config = options.current(session, request.context)
        steps = queries.steps(session, config)
    context = {
        "steps": steps,
        "open_step": _step_of(request),
        "config": config,
        "form": request.fields(**_defaults(request, config)),
        "security": SECURITY,
        "days": DAYS,
        "schedules": {
            name: in_words(digest.schedule, config.zone_of(digest))
            for name, digest in config.digests.items()
        },
        "hours": HOURS,
        "records": None,
        "tests": None,
        "to": request.member.member.email,
        **(extra or {}),
    }
    return request.page("settings/set-up.html", context)


def _step_of(request: ConsoleRequest) -> str:
    """The step that somebody is at, which is shown though it is done; empty: none."""
    form = request.path.removeprefix("/setup").lstrip("/")
    return FORMS_WITHIN.get(form, form) or request.query.get("step", "")


def _defaults(request: ConsoleRequest, config: Config) -> dict[str, object]:
    site, imprint = config.site, config.site.imprint
    sender = next(iter(config.senders.values()), None)
    transport = config.transports.get("default", {})
    return {
        "name": site.name,
        "description": site.description,
        "base_url": site.base_url,
        "timezone": site.timezone,
        "contact": site.contact,
        **imprint.model_dump(),
        "address": sender.address if sender else "",
        "sender_name": sender.name if sender else "",
        "reply_to": sender.reply_to if sender else "",
        "host": transport.get("host", ""),
        "port": transport.get("port", ""),
        "security": transport.get("security", "starttls"),
        "username": transport.get("username", ""),
        "to": request.member.member.email,
        "digest_name": "The Friday digest",
        "day": "FRI",
        "hour": 9,
    }


ROUTES = [
    page("/setup", Permission.ADMINISTER, set_up_page),
    form("/setup/site", Permission.ADMINISTER, save_site, again=set_up_page),
    form("/setup/imprint", Permission.ADMINISTER, save_imprint, again=set_up_page),
    form("/setup/sender", Permission.ADMINISTER, save_sender, again=set_up_page),
    form("/setup/dns", Permission.ADMINISTER, look_up, again=set_up_page, threads=Threads.SLOW),
    form("/setup/transport", Permission.ADMINISTER, save_transport, again=set_up_page),
    form("/setup/test", Permission.ADMINISTER, send_test, again=set_up_page, threads=Threads.SLOW),
    form("/setup/digest", Permission.ADMINISTER, save_digest, again=set_up_page),
]
