"""Checks of a mail template with sample values, without a database and without sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.config.options import Config
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import shown_masthead
from newsletter.editions.composing.preflight import checked_mail
from newsletter.editions.composing.sample import (
    sample_edition,
    sample_notice,
    sample_sections,
)
from newsletter.linting.content import check_content
from newsletter.linting.findings import Finding, Rule
from newsletter.rendering.encoding.slots import fill, personal_values
from newsletter.rendering.renderer import RenderedMail, Renderer

SAMPLE_STORIES = 14
READER = "Ada Fenn"
# Shipped kinds for editions; the other shipped ones are for one subscriber, or for administrators.
EDITION_KINDS = frozenset({"digest", "bulletin", "article"})


@dataclass(frozen=True, kw_only=True)
class CheckedTemplate:
    """A kind of mail rendered for a subscriber, and its findings."""

    subject: str
    html: str
    text: str
    findings: tuple[Finding, ...]


def check_template(
    config: Config, renderer: Renderer, kind: str, now: datetime, *, is_own: bool
) -> CheckedTemplate:
    """Render a kind of mail with sample values and check it.

    Args:
        is_own: the operator's own kind, not a shipped one.

    Raises:
        TemplateError: a template of it is wrong.
    """
    used = {digest.template for digest in config.digests.values()}
    used |= {config.bulletins.template, config.each_article.template}
    if kind in EDITION_KINDS | used or is_own:
        return _edition(config, renderer, kind, now)
    return _notice(config, renderer, kind, now)


def _edition(config: Config, renderer: Renderer, kind: str, now: datetime) -> CheckedTemplate:
    digests = {digest.template for digest in config.digests.values()}
    is_bulletin = kind == "bulletin" or (kind == config.bulletins.template and kind not in digests)
    count = (
        0
        if is_bulletin
        else 1
        if kind in {"article", config.each_article.template}
        else SAMPLE_STORIES
    )
    edition = sample_edition(config, kind, now, count)
    sections = () if is_bulletin else sample_sections(config.site.base_url, now, count)
    content = content_of(edition, sections, unsubscribe_base=renderer.unsubscribe_base, now=now)
    mail = renderer.render_mail(content)
    return _checked(mail, check_content(checked_mail(edition.masthead["site"], mail)))


def _notice(config: Config, renderer: Renderer, kind: str, now: datetime) -> CheckedTemplate:
    mail = renderer.render_mail(sample_notice(config, kind, now))
    findings = check_content(checked_mail(shown_masthead(config)["site"], mail))
    return _checked(mail, [f for f in findings if f.rule is not Rule.UNSUBSCRIBE])


def _checked(mail: RenderedMail, findings: Sequence[Finding]) -> CheckedTemplate:
    values = personal_values("", READER, "sample", "sample", "sample")
    return CheckedTemplate(
        subject=mail.subject,
        html=fill(mail.html, mail.nonce, values),
        text=fill(mail.text, mail.nonce, values),
        findings=tuple(findings),
    )
