"""Parsing of path and query parameters: invalid ones are a 404 or the default, never a 500."""

from starlette.requests import Request

from newsletter.errors import ResourceNotFound

# The largest integer of SQLite and PostgreSQL.
MAX_ID = 2**63 - 1
MAX_DIGITS = len(str(MAX_ID))
LAST_PAGE = 100_000


def slug_in(request: Request, name: str = "slug") -> str:
    """The slug in the path.

    Raises:
        ResourceNotFound: it has unprintable characters, which PostgreSQL may refuse.
    """
    slug: str = request.path_params[name]
    if not slug.isprintable():
        raise ResourceNotFound(f"there is nothing called {slug!r}")
    return slug


def page_in(request: Request) -> int:
    """The page number in the query; 1 where invalid."""
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return 1
    return min(max(int(text), 1), LAST_PAGE)


def number_in(text: str) -> int | None:
    """The number that a text is; None where it is none, or larger than any row's."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if is_number and int(text) <= MAX_ID else None
