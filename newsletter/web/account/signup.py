"""Entering an address, whichever way it came: the form, a form elsewhere, or JSON.

Nothing tells the caller whether an address is known: a suppressed one, one that is confirmed and a
new one are all answered alike, and only the owner of the mailbox learns more.
"""

from asyncio import sleep
from contextlib import suppress
from functools import cache
from time import monotonic

from starlette.requests import Request

from newsletter.actions import account
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff.actors import VISITOR
from newsletter.web.state import SiteState, site_of
from subscribers.addresses import mailbox_of, normalise_address
from subscribers.consent import Origin
from subscribers.membership import Preferences, Signup

# What an address that is known, new or suppressed costs differs by a few thousandths.
STEP_SECONDS = 0.025
# The field that says which words a page showed beside its button.
WORDS = "words-shown"


def shown_words(site: SiteState) -> dict[str, str]:
    """What a page needs to show the words of consent, and to say that it did."""
    return {
        "wording": site.config.joining.wording,
        "words_field": WORDS,
        "words_version": site.form_marks.version,
    }


def welcome_address(site: SiteState, entered: str) -> str:
    """The address in its normal form.

    Raises:
        InvalidInput: not an address, or of a domain that the administrator does not want.
    """
    address = normalise_address(entered)
    domain = address.rpartition("@")[2]
    options = site.config.joining
    if domain in {name.casefold() for name in options.refuse_domains} or (
        options.refuse_disposable and domain in _disposable_domains()
    ):
        raise InvalidInput(f"addresses at {domain} cannot be used here; please take another")
    return address


async def enter_in_step(
    site: SiteState, address: str, wishes: Preferences, *, source: str, network: str
) -> None:
    """As `enter`, and answered as late for any address: one suppressed costs no commit."""
    begun = monotonic()
    await site.joining_writers.run(enter, site, address, wishes, source=source, network=network)
    await in_step(begun)


async def in_step(begun: float) -> None:
    """Wait until a whole number of steps has passed since then, by the monotonic clock."""
    await sleep(STEP_SECONDS - (monotonic() - begun) % STEP_SECONDS)


def enter(site: SiteState, address: str, wishes: Preferences, *, source: str, network: str) -> None:
    """Enter her as pending and have her asked to confirm; in silence where that may not be.

    Whoever is on the list already is mailed what she is sent, and the way to her page.

    Args:
        network: the network address asked from; kept only where the administrator says so.
    """
    if not site.joins_of_address.is_allowed(mailbox_of(address)):
        return
    joining = Signup(
        address=address,
        name=wishes.name,
        language=wishes.language,
        topics=wishes.choice.topics,
        digests=wishes.choice.digests,
        frequency=wishes.frequency,
    )
    origin = origin_of(site, source, network, with_words=True)
    # Suppressed, or joining at this very moment by another request: answered as anybody is.
    with suppress(Conflict):
        account.sign_up(site.services, VISITOR, joining, origin=origin)


def origin_of(site: SiteState, source: str, network: str, *, with_words: bool = False) -> Origin:
    """What the ledger of consent keeps of an act on the site."""
    options = site.config.joining
    return Origin(
        source=source,
        wording=options.wording if with_words else "",
        wording_version=options.wording_version if with_words else "",
        network=network if options.keep_network else "",
    )


async def has_seen_words(request: Request) -> bool:
    """Whether the page whose button was pressed showed the words in force."""
    async with request.form(max_files=0, max_fields=10) as form:
        return form.get(WORDS) == site_of(request).form_marks.version


@cache
def _disposable_domains() -> frozenset[str]:
    # Ten thousand names: read only where they are asked for.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
