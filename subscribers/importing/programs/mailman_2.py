"""Mailman 2: the members of a list with the flags of its administration."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Mailman 2",
    marks=(
        ("nomail", "digest", "plain"),
        ("nomail [reason]", "nodupes", "digest"),
        ("email", "nomail", "nodupes"),
    ),
    source=(
        "The flags of the membership pages in Mailman 2.1's source (Cgi/admin.py); plain "
        "lists of `list_members` need no headings."
    ),
    columns={
        "address": ("member address", "address", "email"),
    },
    starts={
        "left": ("nomail",),
    },
    harmless=("mod", "hide", "ack", "not metoo", "nodupes", "digest", "plain", "unsub"),
    words={
        ListState.PENDING: ("u", "a", "?"),
        ListState.BOUNCED: ("b",),
    },
)
