"""Resubmission of a form that was being sent as the session ended."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.console.access.sign_in import MAX_BYTES
from newsletter.console.frame.kept_forms import show_again
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form


class ResumeForm(BaseModel):
    """The form of one button."""

    kept: str = Field(min_length=1)


def go_on(request: ConsoleRequest) -> Response:
    """The page that the form stands on, with what was typed."""
    return show_again(request, request.read(ResumeForm).kept)


ROUTES = [form("/go-on", Access.SIGNED_IN, go_on, threads=Threads.READ, max_bytes=MAX_BYTES)]
