"""Web addresses without the name and password in them (RFC 3986, 3.2.1)."""

import re

# To the last @ of the authority: who forgets to encode one in a password has all of it removed.
_CREDENTIALS = re.compile(r"\A([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)


def without_credentials(address: str) -> str:
    """The address as it may be shown, stored and published; one that is malformed too."""
    return _CREDENTIALS.sub(r"\1", address)
