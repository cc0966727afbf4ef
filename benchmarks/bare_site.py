"""Baseline: a Starlette route that sends the bytes of a file."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONTENT = Path(os.environ["BARE_SITE_FILE"]).read_bytes()


async def send(request: Request) -> Response:
    """The bytes, or 304 where the request has an ETag."""
    if "if-none-match" in request.headers:
        return Response(status_code=304)
    return Response(CONTENT, media_type="application/atom+xml", headers={"ETag": '"bare"'})


app = Starlette(routes=[Route("/feed.atom", send)])
