"""Stop everything that is being sent: one press from every page, one to confirm."""

from starlette.responses import Response

from newsletter.actions import editions
from newsletter.console.frame.presentation.flash import FlashKind
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.today.today import under_way
from newsletter.staff.permissions import Permission


def stop_page(request: ConsoleRequest) -> Response:
    """What would be stopped, and the button."""
    return request.page("today/stop.html", {"under_way": under_way(request, is_page=True)})


def stop(request: ConsoleRequest) -> Response:
    """Pause every edition; workers see it within a second."""
    numbers = editions.pause_all(request.context, request.actor)
    if not numbers:
        return request.redirect("/", "Nothing was being sent.")
    words = f"Stopped: {counted(len(numbers), 'edition')}. Nothing more leaves until it is resumed."
    return request.redirect("/", words, kind=FlashKind.WARNING)


ROUTES = [
    page("/stop", Permission.STOP, stop_page),
    form("/stop", Permission.STOP, stop, again=stop_page),
]
