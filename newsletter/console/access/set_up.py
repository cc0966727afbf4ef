"""Setting the console up: the first owner, by the link that `newsletter serve` prints."""

from pydantic import BaseModel, EmailStr, Field
from starlette.responses import Response

from newsletter.actions import staff
from newsletter.console.access.identification import begin_session, hashed_choice
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.errors import Conflict
from newsletter.staff import store
from newsletter.staff.sign_in import setup_link
from newsletter.staff.sign_in.proofs import PasswordProof


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
    form = request.read(Owner)
    hashed = hashed_choice(form.password, form.email, form.name)
    number = staff.set_up(
        request.context, request.visitor, email=form.email, name=form.name, password_hash=hashed
    )
    with request.database.read() as session:
        member = store.by_id(session, number)
    return begin_session(request, member, PasswordProof(), path="/", message="Welcome.")


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
