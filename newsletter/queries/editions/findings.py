"""Findings of the preflight, each with the page that mends it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.editions.composing.composition import Composition
from newsletter.linting.findings import Finding, Rule

# The steps of the set-up where what is no article's is mended.
_STEPS = {Rule.IMPRINT: "imprint", Rule.DOMAIN: "sender"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a finding is mended."""

    name: str
    """"article", "imprint", "sender", "own" (the mail's own words), or "template"."""
    article: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlacedFinding:
    """A finding and its place."""

    finding: Finding
    place: Place


def placed(findings: Iterable[Finding], composition: Composition) -> Sequence[PlacedFinding]:
    """The findings with their places."""
    return [PlacedFinding(finding=f, place=_place(f, composition)) for f in findings]


def _place(finding: Finding, composition: Composition) -> Place:
    for section in composition.sections:
        for article in section.articles:
            title = section.titles.get(article.id) or article.title
            # As `linting.findings.finding_for` names it.
            if f"(in “{title}”)" in finding.message:
                return Place(name="article", article=article.id)
    if step := _STEPS.get(finding.rule):
        return Place(name=step)
    if finding.rule is Rule.UNSUBSCRIBE:
        return Place(name="template")
    return Place(name="own")
