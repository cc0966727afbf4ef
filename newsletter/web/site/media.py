"""Uploaded pictures: a URL names its content, so a browser may keep it for ever (RFC 8246)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import ResourceNotFound
from newsletter.http.middleware.conditional import is_unchanged
from newsletter.media import store
from newsletter.media.urls import hash_in
from newsletter.web.state import site_of

CACHE_CONTROL = "public, max-age=31536000, immutable"


def picture(request: Request) -> Response:
    """One encoded file."""
    content_hash = hash_in(f"/media/{request.path_params['name']}", "")
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": f'"{content_hash}"'}
    if content_hash and is_unchanged(request.headers, headers["ETag"], None):
        return Response(status_code=304, headers=headers)
    with site_of(request).services.database.read() as session:
        rendition = store.rendition(session, content_hash) if content_hash else None
    if rendition is None:
        raise ResourceNotFound("there is no such picture")
    return Response(rendition.content, media_type=rendition.media_type, headers=headers)


ROUTES = [Route("/media/{name}", picture)]
