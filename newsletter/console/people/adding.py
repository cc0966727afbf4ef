"""Adding one person, and suppressing addresses."""

from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import subscribers as actions
from newsletter.actions import suppressions
from newsletter.articles import store as articles
from newsletter.console.frame.presentation.flash import FlashKind
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.people import wording
from newsletter.errors import InvalidInput
from newsletter.staff.permissions import Permission
from subscribers.addresses import normalise_address
from subscribers.membership import Signup
from subscribers.models import Frequency, SubscriberStatus

MAX_ADDRESSES = 1_000
LONGEST = 300


class NewPerson(BaseModel):
    """The form of a new person."""

    address: str = Field(min_length=1, max_length=LONGEST)
    name: str = Field("", max_length=200)
    frequency: Frequency
    topics: list[str] = []
    proof: str = Field("", max_length=LONGEST)


class Addresses(BaseModel):
    """The form of addresses to suppress."""

    addresses: str = Field(min_length=1)
    reason: str = Field("", max_length=LONGEST)
    act: Literal["suppress", "lift"]


def add_page(request: ConsoleRequest) -> Response:
    """The form of a new person."""
    with request.database.read() as session:
        topics = [(topic.slug, topic.name) for topic in articles.topics(session)]
    fields = request.fields(
        address="", name="", frequency=Frequency.REGULAR.value, topics=[], proof=""
    )
    context = {
        "form": fields,
        "topics": topics,
        "frequencies": wording.frequencies(request.config),
    }
    return request.page("people/add.html", context)


def add(request: ConsoleRequest) -> Response:
    """Add the person."""
    form = request.read(NewPerson)
    joining = Signup(
        address=form.address,
        name=form.name,
        topics=tuple(form.topics),
        frequency=form.frequency,
    )
    try:
        added = actions.add(request.context, request.actor, joining, form.proof)
    except InvalidInput as error:
        raise FormErrors({"address": sentence(str(error))}) from error
    path = f"/people/{added.number}"
    if added.was_confirmed and not form.proof:
        words = "They were confirmed before, and nothing was changed."
        return request.redirect(path, words, kind=FlashKind.WARNING)
    is_confirmed = added.status is SubscriberStatus.CONFIRMED
    words = "Added." if is_confirmed else "Added. They wait, since there is no proof of consent."
    return request.redirect(path, words)


def suppress_page(request: ConsoleRequest) -> Response:
    """The form of addresses to suppress."""
    return request.page("people/suppress.html", {"form": request.fields(addresses="", reason="")})


def suppress(request: ConsoleRequest) -> Response:
    """Suppress the addresses, or lift their suppression."""
    form = request.read(Addresses)
    addresses = _addresses(form.addresses)
    if form.act == "lift":
        lifted = suppressions.lift(request.context, request.actor, [addresses])
        words = f"{counted(lifted, 'address is', 'addresses are')} no longer suppressed."
        return request.redirect("/people/suppress", words)
    if not form.reason:
        raise FormErrors({"reason": "Say why: it is shown wherever somebody asks."})
    new = suppressions.add(request.context, request.actor, [addresses], form.reason)
    words = f"{counted(new, 'address')} suppressed, {len(addresses) - new} were before."
    return request.redirect("/people/suppress", words)


def _addresses(text: str) -> list[str]:
    """
    Raises:
        FormErrors: a line holds no address, or there are too many.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_ADDRESSES:
        raise FormErrors({"addresses": f"At most {MAX_ADDRESSES:,} at once; import a list."})
    addresses = []
    for line in lines:
        try:
            addresses.append(normalise_address(line))
        except InvalidInput as error:
            raise FormErrors({"addresses": sentence(str(error))}) from error
    return addresses


ROUTES = [
    page("/people/add", Permission.PEOPLE, add_page),
    form("/people/add", Permission.PEOPLE, add, again=add_page),
    page("/people/suppress", Permission.PEOPLE, suppress_page),
    form("/people/suppress", Permission.PEOPLE, suppress, again=suppress_page),
]
