"""Setting the console up: the first owner, by the link that `newsletter serve` prints."""

from pydantic import BaseModel, EmailStr, Field
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.access.browser import account_key, begin_session
from newsletter.console.frame.forms import FormErrors
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff import passwords, setup_link, store
from newsletter.staff.actors import VISITOR


class Owner(BaseModel):
    """The form."""

    name: str = Field(min_length=1, max_length=100)
    email: EmailStr
    password: str = Field(min_length=1)


def set_up_page(request: ConsoleRequest) -> Response:
    """The form, behind a valid link."""
    _check(request)
    return request.page("access/set-up.html", {"form": request.fields()})


def set_up(request: ConsoleRequest) -> Response:
    """Make the owner, and sign them in."""
    _check(request)
    given = request.read(Owner)
    hashed = hashed_choice(given.password, given.email, given.name)
    number = staff.set_up(
        request.context, VISITOR, email=given.email, name=given.name, password_hash=hashed
    )
    return begin_session(
        request, number, account=account_key(request, given.email), path="/", message="Welcome."
    )


def hashed_choice(password: str, *others: str) -> str:
    """The hash of a password somebody chooses.

    Raises:
        FormErrors: it may not be chosen.
    """
    try:
        passwords.check_choice(password, *others)
    except InvalidInput as error:
        raise FormErrors({"password": f"{str(error)[:1].upper()}{str(error)[1:]}."}) from error
    return passwords.hashed(password)


def _check(request: ConsoleRequest) -> None:
    """
    Raises:
        TokenError: the link is not valid.
        Conflict: there is an owner already.
    """
    setup_link.check(request.context.signer(setup_link.PURPOSE), request.text("token"), request.now)
    with request.database.read() as session:
        if store.count_owners(session):
            raise Conflict("the console is set up already; sign in, or ask an owner to invite you")


ROUTES = [
    page("/set-up/{token}", Access.PUBLIC, set_up_page),
    form("/set-up/{token}", Access.PUBLIC, set_up, again=set_up_page, threads=Threads.SLOW),
]
