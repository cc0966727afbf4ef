"""The masthead of an edition (site, imprint and sender, frozen with it), and the legal checks.

The digital imprint (Elections Act 2022, Part 6) names the promoter and anyone on whose behalf
material is published, each with a postal address, as part of the material itself.
"""

from typing import Any

from newsletter.config.options import Config, DigestOptions, Imprint, Sender
from newsletter.errors import SendingRefused

SAMPLE_SENDER = Sender(address="news@example.org")
SAMPLE_IMPRINT = Imprint(
    promoter="M. Hallam",
    promoter_address="4 Mill Lane, Little Wexcombe",
    on_behalf_of="Wexcombe Forward",
    on_behalf_of_address="The Corn Exchange, Little Wexcombe",
)


def masthead(config: Config, sender: str) -> dict[str, Any]:
    """The configured values for templates and headers, as plain data.

    Raises:
        SendingRefused: the imprint, the sender or the signing secret is missing.
    """
    chosen = _sender(config, sender)
    _check_imprint(config)
    if not config.site.secret_key.get_secret_value():
        raise SendingRefused("site.secret_key is missing: links to leave could not be signed")
    return _values(config, chosen)


def shown_masthead(config: Config) -> dict[str, Any]:
    """The masthead for template previews: missing values are made up, nothing is refused."""
    values = _values(config, next(iter(config.senders.values()), SAMPLE_SENDER))
    if not config.site.imprint.promoter:
        values["site"]["imprint"] = SAMPLE_IMPRINT.model_dump()
    return values


def _values(config: Config, chosen: Sender) -> dict[str, Any]:
    site = config.site
    return {
        "site": {
            "name": site.name,
            "description": site.description,
            "base_url": site.base_url,
            "language": site.language,
            "contact": site.contact or chosen.reply_to or chosen.address,
            "archive": config.web.archive,
            "imprint": site.imprint.model_dump(),
        },
        "sender": {
            "name": chosen.name or site.name,
            "address": chosen.address,
            "reply_to": chosen.reply_to,
            "bounces": chosen.bounces or chosen.address,
            **_leaving(config, chosen),
        },
        "timezone": site.timezone,
    }


def _leaving(config: Config, chosen: Sender) -> dict[str, str]:
    """The address that mail leaves by, where signed addresses are used."""
    options = config.feedback
    if not options.verp:
        return {}
    local, _, domain = (chosen.bounces or chosen.address).rpartition("@")
    return {"leave_by_mail": f"{local}{options.verp_delimiter}{{}}@{domain}"}


def digest_masthead(config: Config, options: DigestOptions) -> dict[str, Any]:
    """The masthead of a digest's edition, with the digest's display options.

    Raises:
        SendingRefused: as `masthead`.
    """
    digest: dict[str, Any] = {
        "subject": options.subject,
        "stories": options.stories,
        "tail_heading": options.tail_heading,
    }
    values = masthead(config, options.sender) | {"digest": digest}
    if options.language:
        values["site"]["language"] = digest["language"] = options.language
    return values


def _sender(config: Config, name: str) -> Sender:
    sender = config.senders.get(name)
    if sender is None:
        raise SendingRefused(
            f"there is no sender {name!r}; add a table [senders.{name}] with its address"
        )
    return sender


def _check_imprint(config: Config) -> None:
    imprint = config.site.imprint
    needed = {"promoter": imprint.promoter, "promoter_address": imprint.promoter_address}
    if imprint.on_behalf_of:
        needed["on_behalf_of_address"] = imprint.on_behalf_of_address
    missing = [f"site.imprint.{key}" for key, value in needed.items() if not value]
    if missing:
        raise SendingRefused(
            f"the imprint is incomplete, so nothing may be sent; fill in {' and '.join(missing)}"
        )
