"""Broken links in a mail.

Only a definite answer is an error: a server that is busy, slow or blocks robots says nothing about
what a reader will get.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

from lxml import html as trees

from newsletter.errors import FetchError
from newsletter.linting.findings import CheckedMail, Finding, Rule, finding_for, warning

# Not Found, Gone (RFC 9110, 15.5.5 and 15.5.11).
DEAD = frozenset({404, 410})
CONCURRENT_REQUESTS = 8
# Time limit of all requests: the checks run before sending.
TOTAL_SECONDS = 20.0
MAX_ASKED = 200

LinkStatus = Callable[[str], int]
"""The HTTP status of a URL; raises FetchError without a response."""


def addresses_in(html: str, own: str) -> list[str]:
    """The external links and picture URLs, each once.

    Args:
        own: prefix of the site's own URLs, which are excluded: the site need not be reachable from
            the sending machine.
    """
    tree = trees.document_fromstring(html)
    addresses = (str(address).partition("#")[0] for address in tree.xpath("//a/@href | //img/@src"))
    return list(
        dict.fromkeys(
            address
            for address in addresses
            if address.startswith(("http://", "https://")) and not address.startswith(own)
        )
    )


def check_links(
    mails: Sequence[CheckedMail],
    own: str,
    ask: LinkStatus,
    total: timedelta = timedelta(seconds=TOTAL_SECONDS),
) -> list[Finding]:
    """Broken links and those that did not respond.

    Args:
        own: as for `addresses_in`.
    """
    mail_of = {
        address: mail for mail in reversed(mails) for address in addresses_in(mail.html, own)
    }
    asked = list(mail_of)[:MAX_ASKED]
    if not asked:
        return []
    pool = ThreadPoolExecutor(CONCURRENT_REQUESTS, thread_name_prefix="links")
    answers = {pool.submit(_ask_one, address, ask, mail_of[address]): address for address in asked}
    done, late = wait(answers, timeout=total.total_seconds())
    pool.shutdown(wait=False, cancel_futures=True)
    findings = [finding for future in answers if future in done for finding in future.result()]
    return findings + _too_late([answers[future] for future in answers if future in late])


def _ask_one(address: str, ask: LinkStatus, mail: CheckedMail) -> list[Finding]:
    try:
        status = ask(address)
    except FetchError as failure:
        return [warning(Rule.DEAD_LINK, f"a link could not be tried: {failure}")]
    if status in DEAD:
        message = f"{address} is dead: its server answers {status}; mend it"
        return [finding_for(Rule.DEAD_LINK, message, mail.article_with(address))]
    return []


def _too_late(addresses: Sequence[str]) -> list[Finding]:
    if not addresses:
        return []
    return [
        warning(
            Rule.DEAD_LINK,
            f"{len(addresses)} links did not answer in time, {addresses[0]} among them",
        )
    ]
