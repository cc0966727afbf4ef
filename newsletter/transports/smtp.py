"""Mail by SMTP: to the provider's or one's own server, encrypted unless on this very machine.

The options and what follows from them; the wire, the greeting and the sending loop are in the
`smtp_…` modules.
"""

import ssl
from datetime import timedelta

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from newsletter.config.kinds import Duration, OneLine, Section
from newsletter.errors import ConfigurationError
from newsletter.transports.addresses import is_loopback
from newsletter.transports.base import PathBeside, Session
from newsletter.transports.smtp_connection import Connection, Security, Server, connect
from newsletter.transports.smtp_session import SmtpSession

_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "plain": 25}  # RFC 6409, 8314


class SmtpOptions(Section):
    """An SMTP server."""

    # Checks look at the fields above their own, hence the order.
    host: OneLine = Field(min_length=1, description="Name of the SMTP server")
    allow_plain: bool = Field(
        False, description='true: security may be "plain" even to another machine'
    )
    security: Security = Field(
        "starttls",
        description='"starttls" (required, not merely tried), "tls" from the start, or "plain"',
    )
    port: int = Field(
        0, ge=0, le=65535, description="Port; 0: 587 for starttls, 465 for tls, 25 for plain"
    )
    password: SecretStr = Field(SecretStr(""), description="Password of the login")
    username: OneLine = Field(
        "", validate_default=True, description="Name of the login; empty: none"
    )
    ca_file: PathBeside = Field(
        "", description="PEM file of the authorities to trust instead of the system's"
    )
    local_hostname: OneLine = Field(
        "", description="What we call ourselves in EHLO; empty: this machine's name"
    )
    timeout: Duration = Field(timedelta(seconds=60), description="How long each step may take")
    connections: int = Field(4, ge=1, le=100, description="Connections open at once at most")
    messages_per_connection: int = Field(
        1000, ge=0, description="After so many mails a connection is renewed; 0: never"
    )

    @field_validator("security")
    @classmethod
    def _plain_stays_here(cls, security: Security, info: ValidationInfo) -> Security:
        host = str(info.data.get("host", ""))
        if security == "plain" and not (info.data.get("allow_plain") or is_loopback(host)):
            raise ValueError(
                f'mail to {host} would travel unencrypted; write "starttls" or "tls", '
                "or allow_plain = true"
            )
        return security

    @field_validator("username")
    @classmethod
    def _login_is_whole_and_safe(cls, username: str, info: ValidationInfo) -> str:
        password = info.data.get("password")  # None where it is no text; told elsewhere
        if password is not None and bool(username) != bool(password.get_secret_value()):
            raise ValueError("username and password go together; give both or neither")
        plain = info.data.get("security") == "plain"
        if username and plain and not is_loopback(str(info.data.get("host", ""))):
            raise ValueError('a password never travels unencrypted; set security = "starttls"')
        return username

    @field_validator("timeout")
    @classmethod
    def _takes_time(cls, timeout: timedelta) -> timedelta:
        if timeout < timedelta(seconds=1):
            raise ValueError("write at least 1s")
        return timeout


class Transport:
    """SMTP as configured."""

    Options: type[BaseModel] = SmtpOptions

    def __init__(self, options: SmtpOptions) -> None:
        self.connections = options.connections
        self._messages = options.messages_per_connection
        self._server = Server(
            host=options.host,
            port=options.port or _PORTS[options.security],
            security=options.security,
            plain_allowed=options.allow_plain,
            tls=None if options.security == "plain" else _context(options.ca_file),
            username=options.username,
            password=options.password.get_secret_value(),
            local_hostname=options.local_hostname,
            timeout_seconds=options.timeout.total_seconds(),
        )

    def __repr__(self) -> str:
        return f"<SMTP by {self._server}>"

    def open(self) -> Session:
        """A session; connects at the first mail."""
        return SmtpSession(self._dial, self._messages)

    def _dial(self) -> Connection:
        return connect(self._server)


def _context(ca_file: str) -> ssl.SSLContext:
    """Certificates and host names are checked; TLS 1.2 at least."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise ConfigurationError(
            f"ca_file: {ca_file} is not a PEM file of certificates: {error.strerror or error}"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
