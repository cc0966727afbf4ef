"""Compatibility of the transports in use with what the senders put into mails."""

from collections.abc import Iterator
from typing import Any

from newsletter.config.options import Config
from newsletter.errors import ConfigurationError
from newsletter.transports.registry import transport_class


def incompatibilities(config: Config) -> Iterator[str]:
    """A message for each transport that cannot carry the mails it is used for."""
    for where, sender, transport in _uses(config):
        for name in _behind(config, transport):
            if _has_key(config, sender) and _signs_itself(config, name):
                yield (
                    f"{where}: its sender signs by DKIM (senders.{sender}.dkim_key), and "
                    f"transports.{name} writes mails anew and signs them itself; give it a sender "
                    "without a key, or another transport"
                )
            if config.theme.images == "inline" and not _carries_pictures(config, name):
                yield (
                    f'{where}: theme.images is "inline", and transports.{name} carries no pictures '
                    'inside mails as it is set; write theme.images = "absolute", or use another '
                    "transport (Resend carries them with batch = 1)"
                )


def _uses(config: Config) -> Iterator[tuple[str, str, str]]:
    """Where mail is sent from, its sender and its transport."""
    usual, bulletins = config.sending.transport, config.bulletins
    for name, digest in config.digests.items():
        yield f"digests.{name}", digest.sender, digest.transport or usual
    yield "bulletins", bulletins.sender, bulletins.transport or usual
    if config.each_article.is_on:
        yield "each_article", config.each_article.sender, config.each_article.transport or usual


def _behind(config: Config, name: str) -> Iterator[str]:
    """The transports that a name stands for."""
    route = config.routes.get(name)
    yield from [name] if route is None else filter(None, (*route.members, route.fallback))


def _has_key(config: Config, sender: str) -> bool:
    options = config.senders.get(sender)
    return options is not None and bool(options.dkim_selector)


def _signs_itself(config: Config, name: str) -> bool:
    return bool(getattr(_class_of(config, name), "signs_itself", False))


def _carries_pictures(config: Config, name: str) -> bool:
    carries = getattr(_class_of(config, name), "carries_pictures", None)
    return carries is None or bool(carries(config.transports[name]))


def _class_of(config: Config, name: str) -> Any:
    """The class of a configured transport; None where there is none."""
    try:
        return transport_class(config.transports.get(name, {}).get("kind"))
    except ConfigurationError:
        return None  # told where the transport is made
