"""The look at an edition before it is sent, and in its preview."""

from collections.abc import Iterable, Mapping

from newsletter.config.options import LintOptions
from newsletter.editions.models import Edition
from newsletter.editions.variants import CompiledVariant
from newsletter.errors import SendingRefused
from newsletter.linting.content import look_over
from newsletter.linting.domain import TextRecords, look_at_domain
from newsletter.linting.findings import ALWAYS, Finding, Letter, errors_of
from newsletter.linting.links import Ask, addresses_in, ask_links

# What stops an edition is told in its note; more than so many faults are not read.
FAULTS_TOLD = 5


class Inspector:
    """Looks editions over for one site."""

    def __init__(
        self,
        options: LintOptions,
        selectors: Mapping[str, str],
        *,
        ask: Ask,
        records: TextRecords,
    ) -> None:
        """
        Args:
            selectors: by From address, of the DKIM keys that mail is signed with.
            ask, records: how addresses and the DNS are asked.
        """
        self._options = options
        self._selectors = selectors
        self._ask = ask
        self._records = records

    def findings(self, edition: Edition, variants: Iterable[CompiledVariant]) -> list[Finding]:
        """What is wrong or doubtful in these variants, the errors first."""
        looked_at = list(_telling_everything(variants))
        found = [f for variant in looked_at for f in look_over(letter_of(edition, variant))]
        if self._options.links:
            own = edition.masthead["site"]["base_url"]
            addresses = (a for v in looked_at for a in addresses_in(v.html, own))
            found += ask_links(dict.fromkeys(addresses), self._ask)
        kept = dict.fromkeys(f for f in found if self._counts(f))
        return sorted(kept, key=lambda finding: finding.severity)

    def doubts_about_sender(self, edition: Edition) -> list[Finding]:
        """What the DNS lacks for the From address of an edition."""
        if not self._options.domain:
            return []
        address = edition.masthead["sender"]["address"]
        found = look_at_domain(address, self._selectors.get(address, ""), self._records)
        return [finding for finding in found if self._counts(finding)]

    def refuse_faulty(self, edition: Edition, variants: Iterable[CompiledVariant]) -> None:
        """
        Raises:
            SendingRefused: something in them must not go out.
        """
        faults = errors_of(self.findings(edition, variants))
        if faults:
            told = "; ".join(f"[{fault.rule}] {fault.message}" for fault in faults[:FAULTS_TOLD])
            more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
            raise SendingRefused(
                f"edition {edition.id} was looked over and must not go out: {told}{more}"
            )

    def _counts(self, finding: Finding) -> bool:
        return finding.rule in ALWAYS or finding.rule not in self._options.ignore


def _telling_everything(variants: Iterable[CompiledVariant]) -> Iterable[CompiledVariant]:
    """The largest, and as many others as it takes to have seen every article."""
    seen: set[str] = set()
    for variant in sorted(variants, key=lambda v: -len(v.html)):
        articles = set(variant.articles.split(","))
        if not articles <= seen:
            seen |= articles
            yield variant


def letter_of(edition: Edition, variant: CompiledVariant) -> Letter:
    """A compiled mail as the rules look at it."""
    site = edition.masthead["site"]
    return Letter(
        subject=variant.subject,
        html=variant.html,
        text=variant.text,
        imprint=tuple(line for line in site["imprint"].values() if line),
        unsubscribe_base=f"{site['base_url']}/unsubscribe/",
        left_out=variant.left_out,
        mail_bytes=len(variant.content),
        pictures_left=variant.pictures_left,
    )
