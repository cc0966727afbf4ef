"""Sign-in to the demonstration by a one-time link without a password."""

from starlette.responses import Response

from newsletter.console.access.identification import begin_session
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, form, page
from newsletter.errors import TokenSpent
from newsletter.staff import store
from newsletter.staff.account_models import StaffLink, StaffMember
from newsletter.staff.sign_in import links
from newsletter.staff.sign_in.proofs import LinkProof


def enter_page(request: ConsoleRequest) -> Response:
    """A form of one button, which the script presses; whoever is in already goes on."""
    try:
        _, member = _let_in(request)
    except TokenSpent:
        if request.signed_in is None:
            raise
        return request.redirect("/")
    return request.page("access/demonstration_link.html", {"member": member})


def enter(request: ConsoleRequest) -> Response:
    """Use the link."""
    link, member = _let_in(request)
    return begin_session(request, member, LinkProof(link_id=link.id), path="/", message="Welcome.")


def _let_in(request: ConsoleRequest) -> tuple[StaffLink, StaffMember]:
    """
    Raises:
        TokenError: the link was not made by this site, or is used.
    """
    number = links.number_in(request.context.signer(links.ENTRY_PURPOSE), request.text("token"))
    with request.database.read() as session:
        link = links.usable(session, number, request.now)
        return link, store.by_id(session, link.member_id)


ROUTES = [
    page("/enter/{token}", Access.PUBLIC, enter_page),
    form("/enter/{token}", Access.PUBLIC, enter, again=enter_page),
]
