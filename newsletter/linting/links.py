"""Whether there is something where a mail's links lead.

Only a clear answer is an error: servers that are busy, slow or refuse robots say nothing about
what a reader will find.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

from lxml import html as trees

from newsletter.errors import FetchError
from newsletter.linting.findings import CheckedMail, Finding, Rule, finding_for, warning

# RFC 9110, 15.5.5 and 15.5.11: not found, gone.
DEAD = frozenset({404, 410})
ASKED_AT_ONCE = 8
# A look before sending must not hold the outbox up for long.
TOTAL_SECONDS = 20.0
MOST_ASKED = 200

LinkStatus = Callable[[str], int]
"""The status that an address answers. Raises FetchError where it does not."""


def addresses_in(html: str, own: str) -> list[str]:
    """The addresses of links and pictures of other sites, each once.

    Args:
        own: what this site's own addresses begin with; those are made by us, and the site need
            not be reachable from where mail is sent.
    """
    tree = trees.document_fromstring(html)
    found = (str(address).partition("#")[0] for address in tree.xpath("//a/@href | //img/@src"))
    return list(
        dict.fromkeys(
            address
            for address in found
            if address.startswith(("http://", "https://")) and not address.startswith(own)
        )
    )


def check_links(
    mails: Sequence[CheckedMail],
    own: str,
    ask: LinkStatus,
    total: timedelta = timedelta(seconds=TOTAL_SECONDS),
) -> list[Finding]:
    """The links in some mails that are dead, and those that did not answer.

    Args:
        own: as for `addresses_in`.
    """
    mail_of = {
        address: mail for mail in reversed(mails) for address in addresses_in(mail.html, own)
    }
    asked = list(mail_of)[:MOST_ASKED]
    if not asked:
        return []
    pool = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="links")
    answers = {pool.submit(_ask_one, address, ask, mail_of[address]): address for address in asked}
    done, late = wait(answers, timeout=total.total_seconds())
    pool.shutdown(wait=False, cancel_futures=True)
    found = [finding for future in answers if future in done for finding in future.result()]
    return found + _too_late([answers[future] for future in answers if future in late])


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
