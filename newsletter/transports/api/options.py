"""Options that every transport by an HTTP API has."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from newsletter.config.kinds import OptionTable, Timeout, WebAddress
from newsletter.http_client.public_addresses import is_loopback


def _encrypted(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("the key and the mails must travel encrypted; write https://…")
    return address


ApiAddress = Annotated[WebAddress, AfterValidator(_encrypted)]
"""The address of an API: https, except to loopback."""


class ApiOptions(OptionTable):
    """A provider's API."""

    timeout: Timeout = Field(timedelta(seconds=60), description="How long a call may take")
    connections: int = Field(8, ge=1, le=50, description="Calls under way at once at most")
