"""Preflight checks of an edition, before sending and in its preview.

Errors in our own content stop it (the imprint, the unsubscribe link, a placeholder, the size after
shortening), and so do those in an administrator's own message. Faults of imported and polled
articles are warnings with their place: nobody could fix them in time.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from newsletter.config.options import LintOptions
from newsletter.editions.models import Edition
from newsletter.errors import SendingRefused
from newsletter.linting.content import check_content
from newsletter.linting.domain import TextRecords, check_domain
from newsletter.linting.findings import ALWAYS, CheckedMail, Finding, QuotedArticle, errors_of
from newsletter.linting.links import LinkStatus, check_links
from newsletter.rendering.encoding.slots import fill, personal_values, placeholder_prefix
from newsletter.rendering.renderer import RenderedMail

# Errors listed in the edition's note.
FAULTS_TOLD = 5


class Preflight:
    """Preflight checks for one site."""

    def __init__(
        self,
        options: LintOptions,
        selectors: Mapping[str, str],
        *,
        ask: LinkStatus,
        records: TextRecords,
    ) -> None:
        """
        Args:
            selectors: DKIM selectors by From address.
            ask, records: clients for links and DNS.
        """
        self._options = options
        self._selectors = selectors
        self._ask = ask
        self._records = records

    def findings(self, edition: Edition, mails: Iterable[RenderedMail]) -> list[Finding]:
        """The findings in these mails, errors first."""
        chosen = list(mails)
        return _by_severity(
            [*self.content_findings(edition, chosen), *self.link_findings(edition, chosen)]
        )

    def content_findings(self, edition: Edition, mails: Iterable[RenderedMail]) -> list[Finding]:
        """What is found without asking anybody, errors first."""
        findings = [f for mail in _checked(edition, mails) for f in check_content(mail)]
        return _by_severity(f for f in findings if self._counts(f))

    def link_findings(self, edition: Edition, mails: Iterable[RenderedMail]) -> list[Finding]:
        """What the servers of links and pictures answer; it takes seconds."""
        if not self._options.links:
            return []
        checked = _checked(edition, mails)
        findings = check_links(checked, edition.masthead["site"]["base_url"], self._ask)
        return _by_severity(f for f in findings if self._counts(f))

    def sender_findings(self, edition: Edition) -> list[Finding]:
        """DNS records that the From domain of an edition lacks."""
        if not self._options.domain:
            return []
        address = edition.masthead["sender"]["address"]
        findings = check_domain(address, self._selectors.get(address, ""), self._records)
        return [finding for finding in findings if self._counts(finding)]

    def refuse_faulty(self, edition: Edition, mails: Iterable[RenderedMail]) -> None:
        """
        Raises:
            SendingRefused: something in them must not go out.
        """
        faults = errors_of(self.findings(edition, mails))
        if faults:
            faults_line = "; ".join(
                f"[{fault.rule}] {fault.message}" for fault in faults[:FAULTS_TOLD]
            )
            more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
            raise SendingRefused(
                f"edition {edition.id} was looked over and must not go out: {faults_line}{more}"
            )

    def _counts(self, finding: Finding) -> bool:
        return finding.rule in ALWAYS or finding.rule not in self._options.ignore


def _by_severity(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.severity)


def _checked(edition: Edition, mails: Iterable[RenderedMail]) -> list[CheckedMail]:
    return [checked_mail(edition.masthead["site"], mail) for mail in _covering_mails(mails)]


def _covering_mails(mails: Iterable[RenderedMail]) -> Iterable[RenderedMail]:
    """The largest mail, and as many others as it takes to cover every article."""
    seen: set[str] = set()
    for mail in sorted(mails, key=lambda m: -m.html_bytes):
        articles = set(mail.content.key.split(","))
        if not articles <= seen:
            seen |= articles
            yield mail


def checked_mail(site: Mapping[str, Any], mail: RenderedMail) -> CheckedMail:
    """A rendered mail as input of the checks, personal values filled in."""
    values = personal_values("", "Ada Fenn", "sample", "sample", "sample")
    return CheckedMail(
        subject=mail.subject,
        html=fill(mail.html, mail.nonce, values),
        text=fill(mail.text, mail.nonce, values),
        imprint=tuple(line for line in site["imprint"].values() if line),
        unsubscribe_base=f"{site['base_url']}/unsubscribe/",
        articles=tuple(
            QuotedArticle(
                title=story.title,
                html=story.body_html,
                addresses=(story.url, story.image_url),
            )
            for story in mail.content.stories
        ),
        uploads=f"{site['base_url']}/media/",
        placeholder=placeholder_prefix(mail.nonce),
        html_bytes=mail.html_bytes,
        left_out=mail.left_out,
        mail_bytes=len(mail.message),
        pictures_left=mail.pictures_left,
    )
