"""Trying a kind of mail out on sample values, without a database and without sending anything."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.config.options import Config
from newsletter.editions.inspection import letter_of
from newsletter.editions.masthead import shown_masthead
from newsletter.editions.sample import sample_edition, sample_notice, sample_sections
from newsletter.editions.variants import compile_variant
from newsletter.linting.content import look_over
from newsletter.linting.findings import Finding, Letter, Rule
from newsletter.rendering.compile import Renderer, personal_values
from newsletter.rendering.slots import fill

SAMPLE_STORIES = 14
READER = "Ada Fenn"
# Shipped kinds that editions are made with; every other shipped one is about a person, or for
# administrators.
EDITION_KINDS = frozenset({"digest", "bulletin", "article"})


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A kind of mail as a reader would get it, and what is wrong with it."""

    subject: str
    html: str
    text: str
    findings: tuple[Finding, ...]


def try_out(config: Config, renderer: Renderer, kind: str, now: datetime, *, is_own: bool) -> Tried:
    """Render a kind of mail with sample values and look it over.

    Args:
        is_own: the operator's own kind, rather than one that is shipped.

    Raises:
        TemplateError: a template of it is wrong.
    """
    used = {digest.template for digest in config.digests.values()}
    used |= {config.bulletins.template, config.each_article.template}
    if kind in EDITION_KINDS | used or is_own:
        return _edition(config, renderer, kind, now)
    return _notice(config, renderer, kind)


def _edition(config: Config, renderer: Renderer, kind: str, now: datetime) -> Tried:
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
    compiled = compile_variant(edition, sections, renderer, now)
    values = personal_values("", READER, "sample", "sample", "sample")
    return Tried(
        subject=compiled.subject,
        html=fill(compiled.html, compiled.nonce, values),
        text=fill(compiled.text, compiled.nonce, values),
        findings=tuple(look_over(letter_of(edition, compiled))),
    )


def _notice(config: Config, renderer: Renderer, kind: str) -> Tried:
    context = sample_notice(config)
    rendered = renderer.render(kind, context)
    values = personal_values("", READER, "sample", "sample", "sample")
    letter = Letter(
        subject=renderer.subject(kind, context),
        html=fill(rendered.html, rendered.nonce, values),
        text=fill(rendered.text, rendered.nonce, values),
        imprint=tuple(line for line in shown_masthead(config)["site"]["imprint"].values() if line),
        unsubscribe_base=renderer.unsubscribe_base,
    )
    findings = (f for f in look_over(letter) if f.rule is not Rule.UNSUBSCRIBE)
    return Tried(
        subject=letter.subject, html=letter.html, text=letter.text, findings=tuple(findings)
    )
