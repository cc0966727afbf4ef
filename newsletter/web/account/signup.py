"""Sign-up, shared by the form, embedded forms and the JSON endpoint.

No user enumeration: new, confirmed and suppressed addresses get the same answer in the same time.
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
from subscribers.addresses import normalise_address
from subscribers.consent import ConsentOrigin
from subscribers.mailboxes import mailbox_of
from subscribers.membership import Preferences, Signup

# Against timing attacks: the work differs by a few ms for new, known and suppressed addresses.
RESPONSE_STEP_SECONDS = 0.025
# Form field with the version of the wording shown beside the button.
MESSAGES = "words-shown"


def wording_context(site: SiteState) -> dict[str, str]:
    """Template variables of a page that shows the consent wording."""
    return {
        "wording": site.config.joining.wording,
        "words_field": MESSAGES,
        "words_version": site.form_tokens.version,
    }


def accepted_address(site: SiteState, entered: str) -> str:
    """The address in its normal form.

    Raises:
        InvalidInput: not an address, or of a refused domain.
    """
    address = normalise_address(entered)
    domain = address.rpartition("@")[2]
    options = site.config.joining
    if domain in {name.casefold() for name in options.refuse_domains} or (
        options.refuse_disposable and domain in _disposable_domains()
    ):
        raise InvalidInput(f"addresses at {domain} cannot be used here; please take another")
    return address


async def sign_up_in_constant_time(
    site: SiteState, address: str, wishes: Preferences, *, source: str, network: str
) -> None:
    """Run `sign_up` on a write thread, padded so that the response time reveals nothing."""
    started_at = monotonic()
    await site.signup_threads.run(sign_up, site, address, wishes, source=source, network=network)
    await pad_response_time(started_at)


async def pad_response_time(started_at: float) -> None:
    """Wait until a whole number of steps has passed since `started_at`, a monotonic time."""
    await sleep(RESPONSE_STEP_SECONDS - (monotonic() - started_at) % RESPONSE_STEP_SECONDS)


def sign_up(
    site: SiteState, address: str, wishes: Preferences, *, source: str, network: str
) -> None:
    """Enter the address as pending and queue its confirmation mail.

    An address already confirmed is mailed its preferences and the link to its page; a rate-limited
    or suppressed one is ignored without a word.

    Args:
        network: the client's address; stored only where `joining.keep_network` says so.
    """
    if not site.signup_limit_per_mailbox.is_allowed(mailbox_of(address)):
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
    # Suppressed, or signed up by a concurrent request.
    with suppress(Conflict):
        account.sign_up(site.services, VISITOR, joining, origin=origin)


def origin_of(
    site: SiteState, source: str, network: str, *, with_words: bool = False
) -> ConsentOrigin:
    """The origin that is recorded with consent."""
    options = site.config.joining
    return ConsentOrigin(
        source=source,
        wording=options.wording if with_words else "",
        wording_version=options.wording_version if with_words else "",
        network=network if options.keep_network else "",
    )


async def has_shown_wording(request: Request) -> bool:
    """Whether the submitted page showed the current wording."""
    async with request.form(max_files=0, max_fields=10) as form:
        return form.get(MESSAGES) == site_of(request).form_tokens.version


@cache
def _disposable_domains() -> frozenset[str]:
    # Ten thousand names: imported only where needed.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
