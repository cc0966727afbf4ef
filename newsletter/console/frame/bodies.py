"""Reading what a form sent, after its sender is known, and no more than the form takes."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from newsletter.console.frame.errors import TooLarge
from newsletter.errors import InvalidInput

MAX_FIELDS = 2000
MAX_FILES = 200
MEGABYTE = 1024 * 1024


async def read_body(request: Request, max_bytes: int) -> FormData:
    """The form of a request; files are on disk where they are large.

    Raises:
        TooLarge: more than `max_bytes`.
        InvalidInput: it is no form.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    counted = Request(request.scope, _Counted(request.receive, max_bytes))
    try:
        return await counted.form(
            max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=max_bytes
        )
    except ClientDisconnect as error:
        raise InvalidInput("the connection ended before everything had come; send it again") from (
            error
        )
    except HTTPException as error:
        raise InvalidInput(f"the form could not be read: {error.detail}") from error


class _Counted:
    """Receives a body of at most so many bytes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most, self._left = receive, most, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._most)
        return message


def _too_large(max_bytes: int) -> TooLarge:
    size = max_bytes // MEGABYTE
    return TooLarge(f"that was larger than the {size} MB that can be taken here")
