"""The answer where no screen has a page."""

from collections.abc import Iterable

from starlette.responses import Response
from starlette.routing import compile_path

from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, Handler
from newsletter.errors import ResourceNotFound


def elsewhere(routes: Iterable[ConsoleRoute]) -> Handler:
    """The answer where no page is: of a form that was sent to its own address, the page above it.

    Browsers keep that address when the form comes back with an error.
    """
    pages, forms = (
        [compile_path(route.path)[0] for route in routes if route.method == method]
        for method in ("GET", "POST")
    )

    def answer(request: ConsoleRequest) -> Response:
        path = request.path
        if any(form.match(path) for form in forms):
            while not any(page.match(path) for page in pages):
                path = path.rpartition("/")[0] or "/"
            return request.redirect(path)
        raise ResourceNotFound(
            f"there is no page at {request.http.url.path}; it may have been mistyped or moved"
        )

    return answer
