"""What addresses and queries ask for, read with care: nothing in them is an error of ours."""

from starlette.requests import Request

from newsletter.errors import ResourceNotFound

# What a database can count to (SQLite's and PostgreSQL's largest integer).
LARGEST_ID = 2**63 - 1
LAST_PAGE = 100_000


def slug_in(request: Request, name: str = "slug") -> str:
    """The slug that the address names.

    Raises:
        ResourceNotFound: it holds what no slug does, and a database might choke on.
    """
    slug: str = request.path_params[name]
    if not slug.isprintable():
        raise ResourceNotFound(f"there is nothing called {slug!r}")
    return slug


def page_in(request: Request) -> int:
    """The page that the query asks for; the first where it cannot be read."""
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return 1
    return min(max(int(text), 1), LAST_PAGE)
