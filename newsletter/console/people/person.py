"""One person: what holds, what to do, every mail with its answer, and the mail as it was."""

from starlette.responses import HTMLResponse, Response

from newsletter.articles import store as articles
from newsletter.console.frame.headers import SHOWN_MAIL
from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.console.people import wording
from newsletter.queries import people as queries
from newsletter.queries.editions.mail_as_sent import MailAsSent, mail_as_sent
from newsletter.queries.people import MailLine
from newsletter.staff.permissions import Permission
from newsletter.subscriptions.frequency_labels import FREQUENCIES
from newsletter.tokens.links import LinkSigners
from subscribers.audience import Stream

COLUMNS = [
    Column[MailLine](name="Mail", value=lambda mail: mail.subject),
    Column[MailLine](name="When", value=lambda mail: mail.at),
    Column[MailLine](name="Result", value=lambda mail: mail.happened),
]
SHOWN_HEADERS = ("Subject", "From", "To", "Date", "Message-ID")


def show(request: ConsoleRequest) -> Response:
    """The person's page."""
    listing = Listing.of(request, page_size=queries.MAILS_A_PAGE)
    with request.database.read() as session:
        record = queries.person(session, request.number(), request.now, listing.after_number)
        topics = {topic.slug: topic.name for topic in articles.topics(session)}
    table = listing.table(COLUMNS, record.mails)
    context = {
        "record": record,
        "person": record.subscriber,
        "steps": queries.next_steps(record, request.now),
        "choice": wording.choice_in_words(record.choice, request.config, topics),
        "frequency": FREQUENCIES[record.subscriber.frequency],
        "table": table,
        "excluded": [
            (stream, why)
            for stream, why in record.excluded.items()
            if stream is not Stream.ARTICLE or request.config.each_article.is_on
        ],
        "older_url": listing.url(after=str(record.older)) if record.older else "",
        "wording": wording,
        "form": request.fields(),
    }
    return request.page("people/person.html", context)


def mail(request: ConsoleRequest) -> Response:
    """A mail to the person as it was: headers, and the mail in a frame of its own."""
    mail = _mail(request)
    headers = [(name, value) for name, value in mail.headers if name in SHOWN_HEADERS]
    context = {
        "mail": mail,
        "headers": headers,
        "person": request.number(),
        "delivery": request.number("delivery"),
    }
    return request.page("people/mail.html", context)


def mail_body(request: ConsoleRequest) -> Response:
    """The HTML of a mail, without scripts."""
    return HTMLResponse(_mail(request).html, headers=SHOWN_MAIL)


def _mail(request: ConsoleRequest) -> MailAsSent:
    links = LinkSigners(request.context.secret)
    with request.database.read() as session:
        return mail_as_sent(session, links, request.number(), request.number("delivery"))


ROUTES = [
    page("/people/{number:int}", Permission.PEOPLE, show),
    page("/people/{number:int}/mails/{delivery:int}", Permission.PEOPLE, mail),
    page("/people/{number:int}/mails/{delivery:int}/body", Permission.PEOPLE, mail_body),
]
