"""Whether the transports in use can carry what the senders put into mails."""

from collections.abc import Iterator

from newsletter.config.options import Config
from newsletter.errors import ConfigurationError
from newsletter.transports.registry import transport_class


def incompatibilities(config: Config) -> Iterator[str]:
    """A message for each sender whose signature a transport of its mails would break."""
    for where, sender, transport in _uses(config):
        found = config.senders.get(sender)
        if found is None or not found.dkim_selector:
            continue
        for name in _behind(config, transport):
            if _signs_itself(config, name):
                yield (
                    f"{where}: its sender signs by DKIM (senders.{sender}.dkim_key), and "
                    f"transports.{name} writes mails anew and signs them itself; give it a sender "
                    "without a key, or another transport"
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


def _signs_itself(config: Config, name: str) -> bool:
    try:
        made = transport_class(config.transports.get(name, {}).get("kind"))
    except ConfigurationError:
        return False  # told where the transport is made
    return bool(getattr(made, "signs_itself", False))
