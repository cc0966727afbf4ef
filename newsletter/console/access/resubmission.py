"""Resubmission of a form that was being sent as the session ended."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.console.access.sign_in import MAX_BYTES
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form
from newsletter.console.frame.saved_forms import show_again


class ResubmissionForm(BaseModel):
    """The form of one button."""

    kept: str = Field(min_length=1)


def resubmit(request: ConsoleRequest) -> Response:
    """The page that the form stands on, with what was typed."""
    return show_again(request, request.read(ResubmissionForm).kept)


ROUTES = [form("/go-on", Access.SIGNED_IN, resubmit, threads=Threads.READ, max_bytes=MAX_BYTES)]
