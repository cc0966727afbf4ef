"""The look before sending: the mail as anybody gets it, what was found in it, and a test mail."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter.actions import editions, test_mails
from newsletter.actions.test_mails import PreviewMail
from newsletter.articles.store import topics as all_topics
from newsletter.console.frame.headers import SHOWN_MAIL
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, Threads, form, live, page
from newsletter.console.sending.counts import audience_part
from newsletter.console.sending.subjects import PATHS, EditionSubject, Noun, subject_of
from newsletter.delivery.dry_run import render_for_choice
from newsletter.editions.composing.composition import Composition
from newsletter.errors import NewsletterError
from newsletter.queries.audit import who_is
from newsletter.queries.editions.approvals import approval_status
from newsletter.queries.editions.findings import Place, placed
from newsletter.queries.editions.previews import PreviewRecipient, bodies_of
from newsletter.rendering.fit_to_size import GMAIL_CLIPS_AT_BYTES
from newsletter.rendering.renderer import RenderedMail
from newsletter.staff import store as staff
from newsletter.staff.permissions import Permission

# Of a mail's own dark colours: shown or not, whatever this browser prefers.
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
# Links open beside the console, not in the frame.
_BASE = '<base target="_blank">'
_POPUPS = "sandbox allow-popups allow-popups-to-escape-sandbox"
SET_UP_STEPS = ("imprint", "sender")
FRAME_HEADERS = {
    **SHOWN_MAIL,
    "Content-Security-Policy": SHOWN_MAIL["Content-Security-Policy"].replace("sandbox", _POPUPS),
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class PreviewOptions:
    """As whom and how a mail is looked at, from the address."""

    address: str = ""
    topics: tuple[str, ...] = ()
    width: str = "phone"
    scheme: str = "light"
    part: str = "html"

    @classmethod
    def of(cls, request: ConsoleRequest) -> Self:
        query = request.query
        may_see = request.may(Permission.PEOPLE)
        address = query.get("as", "").strip() if may_see else ""
        return cls(
            address=address,
            topics=() if address else tuple(filter(None, query.getlist("topic"))),
            width="desk" if query.get("width") == "desk" else "phone",
            scheme="dark" if query.get("scheme") == "dark" else "light",
            part="text" if query.get("part") == "text" else "html",
        )

    def url(self, **changed: str) -> str:
        """The query that looks at it like this, with something else."""
        values = {"width": self.width, "scheme": self.scheme, "part": self.part, **changed}
        usual = {"width": "phone", "scheme": "light", "part": "html"}
        pairs = [("as", self.address), *(("topic", topic) for topic in self.topics)]
        pairs += [(name, value) for name, value in values.items() if usual.get(name) != value]
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"?{query}" if query else ""


class TestMailForm(BaseModel):
    """Where a test mail goes."""

    to: str = Field(min_length=1)


def preview(noun: Noun, request: ConsoleRequest) -> Response:
    """The page before sending."""
    reading = PreviewOptions.of(request)
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
        recipient, problem = PreviewRecipient(), ""
        try:
            recipient = PreviewRecipient.of(session, reading.address, reading.topics)
            mail = _rendered(request, subject.proof.composition, recipient)
        except NewsletterError as error:
            problem = str(error)
            mail = _rendered(request, subject.proof.composition, PreviewRecipient())
        findings = request.context.preflight.content_findings(subject.edition, [mail])
        context: dict[str, Any] = {
            "subject": subject,
            "reading": reading,
            "mail": mail,
            "problem": problem,
            "text": bodies_of(mail, recipient.name)[1],
            "clips_at": GMAIL_CLIPS_AT_BYTES,
            "findings": placed(findings, subject.proof.composition),
            "place_url": partial(place_url, request, subject),
            "topics": [(topic.slug, topic.name) for topic in all_topics(session)],
            "audience": None if subject.has_left else audience_part(request, session, subject),
            "approval": None,
        }
        if subject.stored is not None:
            status = approval_status(session, subject.proof.composition, str(request.actor))
            names = staff.names(session)
            approvals_given = [(who_is(a.actor, names), a) for a in status.given]
            context |= {"approval": status, "given": approvals_given}
    if subject.waits:
        editions.record_view(request.context, request.actor, subject.edition.id)
    context["test"] = request.fields(to=request.member.member.email)
    return request.page("sending/look.html", context)


def mail_frame(noun: Noun, request: ConsoleRequest) -> Response:
    """The HTML part alone, for the frame in the page."""
    reading = PreviewOptions.of(request)
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
        recipient = PreviewRecipient.of(session, reading.address, reading.topics)
    mail = _rendered(request, subject.proof.composition, recipient)
    html, text = bodies_of(mail, recipient.name)
    if reading.part == "text":
        return PlainTextResponse(text, headers=FRAME_HEADERS)
    return HTMLResponse(_shown(html, reading.scheme), headers=FRAME_HEADERS)


def links(noun: Noun, request: ConsoleRequest) -> Response:
    """The answers of links and of the sender's domain, as a page of their own."""
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
    return request.page(
        "sending/links.html", {"subject": subject, "part": _link_part(request, subject)}
    )


def links_live(noun: Noun, request: ConsoleRequest) -> str | None:
    """The same, in the page once it is there."""
    if getattr(request.http.state, "are_links_checked", False):
        return None
    request.http.state.are_links_checked = True
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
    return _link_part(request, subject)


def send_test(noun: Noun, request: ConsoleRequest) -> Response:
    """Mail it to one address, as it is looked at."""
    sent = request.read(TestMailForm)
    reading = PreviewOptions.of(request)
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
        recipient = PreviewRecipient.of(session, reading.address, reading.topics)
    compiled = render_for_choice(
        subject.proof.composition,
        request.context.renderer,
        recipient.choice,
        request.now,
        test=True,
    )
    mail = PreviewMail(compiled=compiled, edition=subject.edition, name=recipient.name, to=sent.to)
    to = test_mails.send(request.context, request.actor, mail)
    words = f"A test was sent to {to}, and to nobody else."
    return request.redirect(f"{subject.path}/look{reading.url()}", words)


def place_url(request: ConsoleRequest, subject: EditionSubject, place: Place) -> str:
    """The page where a finding is mended; empty where there is none that they may open."""
    if place.name in SET_UP_STEPS:
        step = f"/setup?step={place.name}#{place.name}"
        return step if request.may(Permission.ADMINISTER) else ""
    pages = {"article": f"/articles/{place.article}", "own": subject.edit_path}
    return pages.get(place.name, "") if request.may(Permission.WRITE) else ""


def _rendered(
    request: ConsoleRequest, composition: Composition, recipient: PreviewRecipient
) -> RenderedMail:
    return render_for_choice(composition, request.context.renderer, recipient.choice, request.now)


def _shown(html: str, scheme: str) -> str:
    html = _DARK.sub("(min-width: 0)" if scheme == "dark" else "(max-width: 0)", html)
    head = _HEAD.search(html)
    place = head.end() if head else 0
    return html[:place] + _BASE + html[place:]


def _link_part(request: ConsoleRequest, subject: EditionSubject) -> str:
    mail = _rendered(request, subject.proof.composition, PreviewRecipient())
    preflight = request.context.preflight
    findings = [
        *preflight.link_findings(subject.edition, [mail]),
        *preflight.sender_findings(subject.edition),
    ]
    context: Mapping[str, Any] = {
        "findings": placed(findings, subject.proof.composition),
        "place_url": partial(place_url, request, subject),
    }
    return request.fragment(
        "sending/_findings.html", {**context, "nothing_found": "Every link answers."}
    )


def _routes(noun: Noun) -> Sequence[ConsoleRoute]:
    path, read = f"{PATHS[noun]}/look", Permission.READ
    return (
        page(path, read, partial(preview, noun)),
        page(f"{path}/mail", read, partial(mail_frame, noun)),
        page(f"{path}/links", read, partial(links, noun)),
        live(f"{path}/links/live", read, partial(links_live, noun)),
        form(
            f"{path}/test",
            Permission.WRITE,
            partial(send_test, noun),
            again=partial(preview, noun),
            threads=Threads.SLOW,
        ),
    )


ROUTES = [route for noun in Noun for route in _routes(noun)]
