"""A picture that is sent with a form of another noun: it goes into the library."""

from starlette.datastructures import UploadFile

from newsletter.actions import media
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import InvalidInput
from newsletter.media.decoding import MAX_BYTES
from newsletter.media.markup import path_of
from newsletter.media.models import MediaItem

# A long text and one picture.
MAX_FORM_BYTES = MAX_BYTES + 4 * 1024 * 1024


def picture_sent(request: ConsoleRequest, field: str, alt: str = "") -> MediaItem | None:
    """The picture in a field of the form; None without one.

    Raises:
        FormErrors: it cannot be used.
    """
    file = request.form.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    try:
        return media.add(request.context, request.actor, file.file.read(), file.filename, alt)
    except InvalidInput as error:
        raise FormErrors({field: sentence(str(error))}) from error


def address_of_picture(request: ConsoleRequest, item: MediaItem) -> str:
    """Where everybody finds it."""
    return f"{request.config.site.base_url}{path_of(item.widest)}"
