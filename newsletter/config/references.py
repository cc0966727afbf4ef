"""Dangling references in the configuration: names of tables that do not exist."""

from collections.abc import Iterator

from newsletter.config.options import Config


def transport_names(config: Config) -> set[str]:
    """Names of transports and routes."""
    return {*config.transports, *config.routes}


def dangling_references(config: Config) -> Iterator[str]:
    """A message for each name that is unknown or ambiguous."""
    yield from _routes(config)
    for name in config.limits:
        if name not in config.transports:
            yield f"limits.{name}: there is no table [transports.{name}] that it could limit"
    transports = {
        "alarms.transport": config.alarms.transport,
        "bulletins.transport": config.bulletins.transport,
        "each_article.transport": config.each_article.transport,
        "sending.transport": _usual_transport(config),
        **{f"digests.{name}.transport": d.transport for name, d in config.digests.items()},
    }
    for where, name in transports.items():
        if name not in {"", *transport_names(config)}:
            yield f"{where}: found {name!r}, but there is no table [transports.{name}]"
    if config.each_article.is_on and config.each_article.sender not in config.senders:
        yield (
            f"each_article.sender: found {config.each_article.sender!r}, but there is no table "
            f"[senders.{config.each_article.sender}]"
        )
    for name, digest in config.digests.items():
        if digest.sender not in config.senders:
            yield (
                f"digests.{name}.sender: found {digest.sender!r}, but there is no table "
                f"[senders.{digest.sender}]"
            )
        if digest.language and digest.language not in config.site.languages:
            yield (
                f"digests.{name}.language: found {digest.language!r}, which is not among "
                "site.languages"
            )


def _usual_transport(config: Config) -> str:
    """The transport that `sending` names; empty where it names none, and mail is not set up yet."""
    return config.sending.transport if "transport" in config.sending.model_fields_set else ""


def _routes(config: Config) -> Iterator[str]:
    for name, route in config.routes.items():
        if name in config.transports:
            yield f"routes.{name}: there is a transport of this name too; rename one of them"
        for member in (*route.members, *([route.fallback] if route.fallback else [])):
            if member not in config.transports:
                yield (
                    f"routes.{name}: {member!r} is to carry mail, but there is no table "
                    f"[transports.{member}]"
                )
