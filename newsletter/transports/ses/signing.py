"""Signatures of calls to AWS: by the configured key, or by what the machine has.

Without a key, botocore finds credentials as every program at AWS does: in the environment, a
profile, or the role of the instance or container, which it renews in time. It is not among the
requirements: it has 14 MB.
"""

from importlib.util import find_spec
from typing import Any

from requests_aws4auth import AWS4Auth

from newsletter.transports.base import TransportStopped


def has_botocore() -> bool:
    return find_spec("botocore") is not None


def signer(options: Any, service: str) -> AWS4Auth:
    """Signs the calls of a session of requests.

    Args:
        options: `SesOptions`.
        service: of AWS, such as "ses".

    Raises:
        TransportStopped: no key is configured, and the machine has none.
    """
    if options.access_key:
        return AWS4Auth(
            options.access_key,
            options.secret_key.get_secret_value(),
            options.region,
            service,
            session_token=options.session_token.get_secret_value() or None,
        )
    return AWS4Auth(region=options.region, service=service, refreshable_credentials=_found())


def _found() -> Any:
    from botocore.session import get_session  # type: ignore[import-not-found,unused-ignore]

    credentials = get_session().get_credentials()
    if credentials is None:
        raise TransportStopped(
            "no AWS credentials in the environment, a profile or the role of this machine; "
            "give them there, or write access_key and secret_key"
        )
    return credentials
