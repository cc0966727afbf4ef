"""TLS to an SMTP server: context, handshake, and explanations of failures."""

import ssl

from newsletter.errors import ConfigurationError
from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.timing import Timeout
from newsletter.transports.smtp.wire import ConnectionLost, Wire

# X509_V_ERR_… of OpenSSL's x509_vfy.h that only VERIFY_X509_STRICT raises (RFC 5280, 4.2).
_STRICT_ERRORS = {79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92}
_NO_AUTHORITY_KEY = 85  # X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER
_NEED_CERTIFICATE = ("HANDSHAKE_FAILURE", "BAD_CERTIFICATE")
# OpenSSL's words for an answer that is no TLS: the server greets before it encrypts.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
# What our side refuses of a server that is too old.
_TOO_OLD = (
    "UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL",
    "CA_MD_TOO_WEAK", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
)  # fmt: skip
_DISLIKED = ("UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED")


def tls_context(
    ca_file: str, certificate: str, key: str, password: str, *, strict: bool
) -> ssl.SSLContext:
    """A context that verifies certificates and host names, with TLS 1.2 or later.

    Args:
        certificate: PEM file of a client certificate; empty: none.
        key: PEM file of its key; empty: in the same file.
        strict: whether certificates must fully comply with RFC 5280.

    Raises:
        ConfigurationError: a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise ConfigurationError(
            f"ca_file: {ca_file} is not a PEM file of certificates: {error.strerror or error}"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 is strict by default, earlier versions are not: the option decides.
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    else:
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if certificate:
        try:
            context.load_cert_chain(certificate, key or None, password)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"client_certificate: {certificate} and its key cannot be used: "
                f"{getattr(error, 'strerror', None) or error}; both must be PEM and belong together"
            ) from error
    return context


def encrypt(
    wire: Wire, context: ssl.SSLContext | None, host: str, server: str, wait: Timeout
) -> None:
    """Perform the TLS handshake.

    Raises:
        ConnectionLost: the server disconnected or did not reply.
        TransportStopped: the handshake failed.
    """
    try:
        wire.start_tls(context or ssl.create_default_context(), host.strip("[]"), wait)
    except ssl.SSLCertVerificationError as error:
        raise TransportStopped(_distrust(error, server)) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise ConnectionLost("the server closed the connection in the TLS handshake") from error
    except ssl.SSLError as error:
        reason = error.reason or ""
        explained = explained_alert(reason, server) if "ALERT" in reason else ""
        raise TransportStopped(explained or _failure(reason or str(error), server)) from error
    except TimeoutError as error:
        raise ConnectionLost(wait.describe().replace("connecting", "agreeing on TLS")) from error
    except OSError as error:
        raise ConnectionLost(f"TLS handshake: {error.strerror or error}") from error


def explained_alert(alert: str, server: str) -> str:
    """Explain the server's TLS alert to the operator; empty where there is none."""
    if not alert:
        return ""
    spoken = alert.partition("ALERT_")[2].replace("_", " ").lower()
    message = f'the server {server} ended TLS with the alert "{spoken}"'
    if alert.endswith("CERTIFICATE_REQUIRED"):
        return (
            f"{message}: it demands a client certificate; ask who runs it for one, and name it in "
            "client_certificate"
        )
    if alert.endswith(_NEED_CERTIFICATE):
        return (
            f"{message}: it demands a client certificate, or dislikes ours; set client_certificate "
            "to one that it knows (if it demands none, TLS versions or ciphers don't match)"
        )
    if alert.endswith(_DISLIKED):
        return f"{message}: it does not trust our client certificate; check client_certificate"
    if alert.endswith("PROTOCOL_VERSION"):
        return f"{message}: it speaks no TLS 1.2 or later; its software must be renewed"
    if alert.endswith("UNRECOGNIZED_NAME"):
        return f"{message}: it has no certificate for the name in host; check host"
    if alert.endswith("INTERNAL_ERROR"):
        return (
            f"{message}: something is wrong in that server, and its log says what; ask who runs it"
        )
    return f"{message}; check port and security, and ask who runs it"


def _failure(reason: str, server: str) -> str:
    """Explain a handshake that our side ended."""
    message = f"TLS with {server} failed: {reason}"
    if reason in _NOT_TLS:
        return (
            f"{message}; the server speaks no TLS from the first byte on this port: "
            'write security = "starttls" (usually with port 587 or 25), or the port that does '
            "(usually 465)"
        )
    if reason in _TOO_OLD:
        return f"{message}; the server's TLS or keys are too old; its software must be renewed"
    return f"{message}; check port and security"


def _distrust(error: ssl.SSLCertVerificationError, server: str) -> str:
    message = f"the certificate of {server} is not to be trusted: {error.verify_message}"
    if error.verify_code == _NO_AUTHORITY_KEY or error.verify_code in _STRICT_ERRORS:
        return (
            f"{message}; it breaks a rule of RFC 5280 that Python 3.13 began to insist on. Have it "
            "made anew by its authority, or set strict_certificates = false to be content with "
            "name, date and signature"
        )
    return f"{message}; mend the host name, or name the right authority in ca_file"
