"""Sign-in to the demonstration by a one-time link without a password."""

from starlette.responses import Response

from newsletter.console.access.identification import begin_session, link_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, form, page
from newsletter.errors import TokenSpent
from newsletter.staff.sign_in import links
from newsletter.staff.sign_in.proofs import LinkProof


def enter_page(request: ConsoleRequest) -> Response:
    """A form of one button, which the script presses; whoever is in already goes on."""
    try:
        _, member = link_in(request, links.ENTRY_PURPOSE)
    except TokenSpent:
        if request.signed_in is None:
            raise
        return request.redirect("/")
    return request.page("access/demonstration_link.html", {"member": member})


def enter(request: ConsoleRequest) -> Response:
    """Use the link."""
    link, member = link_in(request, links.ENTRY_PURPOSE)
    return begin_session(request, member, LinkProof(link_id=link.id), path="/", message="Welcome.")


ROUTES = [
    page("/enter/{token}", Access.PUBLIC, enter_page),
    form("/enter/{token}", Access.PUBLIC, enter, again=enter_page),
]
