"""The audit log: who did what, when, and from where."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.presentation.moments import moment_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.console.staff import audit_words
from newsletter.queries import audit as queries
from newsletter.queries.audit import AuditLine
from newsletter.staff import store
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import ActorKind, Permission

# So many values of a list are told on the page.
LISTED = 5
FILTERS = ("actor", "action", "kind", "name", "since", "until")
# Subjects that people look for.
KINDS = (
    ("article", "An article"),
    ("bulletin", "A bulletin"),
    ("digest", "A digest"),
    ("edition", "An edition"),
    ("import", "A list"),
    ("key", "An API key"),
    ("segment", "A segment"),
    ("staff", "A colleague"),
    ("subscriber", "A person"),
)
ACTORS = {
    ActorKind.OPERATOR: "The command line",
    ActorKind.SCHEDULE: "The clock",
    ActorKind.SUBSCRIBER: "People, by their links",
    ActorKind.VISITOR: "Visitors",
    ActorKind.PROVIDER: "Providers",
    ActorKind.KEY: "Programs, by API keys",
}


def subject_of(line: AuditLine) -> str:
    """What a line is about, in words."""
    return line.subject or audit_words.subject_words(line.about)


def summary_of(line: AuditLine) -> str:
    """The details in one line, long lists cut."""
    return details_of(line, listed=LISTED)


def details_of(line: AuditLine, *, listed: int | None = None) -> str:
    """The details in one line."""
    words = audit_words.details_words(line.details, listed=listed)
    return words if line.is_finished else f"{words}, not finished".removeprefix(", ")


def origin_of(line: AuditLine) -> str:
    """Where it was done from, in one line."""
    return f"{line.origin.network}, {line.origin.device}" if line.origin else ""


def words_of(line: AuditLine) -> str:
    return audit_words.words_of(line.action)


SHOWN = [
    Column[AuditLine](name="What", value=words_of),
    Column[AuditLine](name="When", value=lambda line: line.at, sort="when"),
    Column[AuditLine](name="On", value=subject_of),
    Column[AuditLine](name="Who", value=lambda line: line.who),
    Column[AuditLine](name="From", value=origin_of),
    Column[AuditLine](name="Details", value=summary_of),
]
IN_FILE = [
    Column[AuditLine](name="Line", value=lambda line: line.id),
    Column[AuditLine](name="When", value=lambda line: line.at),
    Column[AuditLine](name="Who", value=lambda line: line.who),
    Column[AuditLine](name="Network", value=lambda line: line.origin and line.origin.network),
    Column[AuditLine](name="Browser", value=lambda line: line.origin and line.origin.device),
    Column[AuditLine](name="What", value=words_of),
    Column[AuditLine](name="Action", value=lambda line: line.action),
    Column[AuditLine](name="On", value=subject_of),
    Column[AuditLine](name="Details", value=details_of),
]


def list_(request: ConsoleRequest) -> Response:
    """The log, newest lines first."""
    listing = Listing.of(request, filters=FILTERS, sorts=("-when",))
    zone = request.config.site.timezone
    until = moment_in(listing.filter("until"), zone)
    kind, name = listing.filter("kind"), listing.filter("name")
    filters = Filters(
        since=moment_in(listing.filter("since"), zone),
        until=until and until + timedelta(days=1),
        actor=listing.filter("actor"),
        action=listing.filter("action"),
        subject=f"{kind}:{name}" if kind else "",
        name=name,
    )

    def lines(after: int | None, limit: int) -> Sequence[AuditLine]:
        with request.database.read() as session:
            return queries.page(
                session, filters, limit=limit, after=after, oldest_first=listing.is_ascending
            )

    if listing.wants_csv:
        return listing.csv("audit.csv", IN_FILE, lines, key=lambda line: line.id)
    shown = lines(listing.after_number, listing.limit)
    table = listing.table(SHOWN, shown, key=lambda line: line.id)
    with request.database.read() as session:
        members = store.members(session)
    context = {
        "table": table,
        "actors": [*((f"staff:{one.id}", one.name) for one in members), *ACTORS.items()],
        "groups": audit_words.groups(),
        "kinds": KINDS,
        "words": audit_words,
        "subject_of": subject_of,
        "summary_of": summary_of,
    }
    return request.page("staff/audit.html", context)


ROUTES = [page("/audit", Permission.ADMINISTER, list_)]
