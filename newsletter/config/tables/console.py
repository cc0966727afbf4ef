"""The options of the console, and of the OpenID providers that staff sign in by."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from newsletter.config.kinds import Duration, OneLine, OptionTable, Slug, WebAddress

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _encrypted(address: str) -> str:
    if not is_encrypted(address):
        raise ValueError("sign-ins must travel encrypted; write https://…")
    return address


def is_encrypted(address: str) -> bool:
    """Whether an address is reached by https, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


class ProviderOptions(OptionTable):
    """An OpenID provider, such as Google, Microsoft Entra or Keycloak."""

    label: OneLine = Field(min_length=1, description="What the button says after “Sign in with”")
    issuer: Annotated[WebAddress, AfterValidator(_encrypted)] = Field(
        description="Issuer, exactly as the provider names itself; https://accounts.google.com"
    )
    client_id: OneLine = Field(min_length=1, description="Client ID, as registered there")
    client_secret: SecretStr = Field(min_length=1, description="Client secret")
    trust_addresses: bool = Field(
        False,
        description="true: its email addresses count although it does not say that they are "
        "verified; only where all its accounts are your own organisation's (Microsoft Entra)",
    )


class ConsoleOptions(OptionTable):
    """The console, and what it keeps of those who work in it."""

    keep_origins: Duration = Field(
        timedelta(days=365),
        description="How long the audit log says from which network address and browser a staff "
        "member did something; 0s: not at all",
    )
    providers: dict[Slug, ProviderOptions] = Field(
        default_factory=dict, description="OpenID providers that staff may sign in by, by a name"
    )
