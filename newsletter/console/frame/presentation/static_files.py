"""The console's own files: compressed once, and kept by browsers for good."""

import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.console.frame.presentation.views import static_folder
from newsletter.http.middleware.conditional import best_coding, encoded

FOREVER = "public, max-age=31536000, immutable"
TEXTS = ("text/", "image/svg+xml", "application/javascript")


def static_file(request: Request) -> Response:
    """One file; an address with its version (`?v=`) never means another content."""
    path = static_folder() / request.path_params["name"]
    if not path.is_file():
        raise HTTPException(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    coding = ""
    if kind.startswith(TEXTS):
        coding = best_coding(request.headers.get("accept-encoding", ""))
    headers = {"Vary": "Accept-Encoding"}
    headers |= {"Content-Encoding": coding} if coding else {}
    if "v" in request.query_params:
        headers["Cache-Control"] = FOREVER
    content = _content(path, path.stat().st_mtime_ns, coding)
    return Response(content, media_type=kind, headers=headers)


@lru_cache(maxsize=64)
def _content(path: Path, _changed: int, coding: str) -> bytes:
    return encoded(path.read_bytes(), coding)


def static_route(prefix: str) -> Route:
    """The route; the folder has no folders in it."""
    return Route(f"{prefix}/static/{{name}}", static_file)
