"""Outgoing HTTP protected against server-side request forgery (SSRF).

A name is resolved once, every address is checked, and the connection goes to a checked address, so
neither redirects nor DNS rebinding reach private networks. Size and total time are bounded. Proxies
and netrc of the environment are not used.
"""

import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import (
    ChunkedEncodingError,
    ContentDecodingError,
    InvalidSchema,
    InvalidURL,
    SSLError,
    Timeout,
)
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from newsletter.errors import FetchError

LARGEST_BYTES = 32 * 1024 * 1024
TOTAL_TIME = timedelta(seconds=60)
READ_TIMEOUT_SECONDS = 15
MOST_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
HEADERS = {"User-Agent": "newsletter (feed reader)", "Accept": "*/*"}
REDIRECTS = {301, 302, 303, 307, 308}
# Prefixes before an IPv4 address: RFC 6052 section 2.1, RFC 4291 section 2.5.5.1.
IPV4_AT_THE_END = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96")))
# The interface identifier of ISATAP (RFC 5214 section 6.1), before the IPv4 address.
ISATAP = {0x00005EFE, 0x02005EFE}
# From IANA's special-purpose registries, what older Pythons do not know: local NAT64
# (RFC 8215), documentation (RFC 9637), SRv6 (RFC 9602), site-local (RFC 3879), relays of 6to4
# (RFC 7526), AS112 (RFC 7534, 7535), AMT (RFC 7450).
SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            *("64:ff9b:1::/48", "3fff::/20", "5f00::/16", "fec0::/10", "2001:4:112::/48"),
            *("2620:4f:8000::/48", "2001:3::/32", "192.88.99.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.175.48.0/24"),
        ),
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer.

    Args:
        changed: False for a 304, with empty content.
        url: the final URL, after redirects.
    """

    url: str
    changed: bool
    content: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Size and type of a file, by response headers."""

    length_bytes: int
    """0 if unknown."""
    content_type: str


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    allow_private: bool = False,
    largest_bytes: int = LARGEST_BYTES,
    total_time: timedelta = TOTAL_TIME,
) -> Fetched:
    """GET a URL, conditionally where a validator is given.

    Raises:
        FetchError: it could not, or must not, be fetched.
    """
    headers = dict(HEADERS)
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    deadline = _Deadline(total_time)
    with deadline.enforced(), _session(allow_private, deadline) as session:
        try:
            with _follow_redirects(session, url, headers) as (found, address):
                answer = _read(found, url, address, largest_bytes)
        except (requests.RequestException, OSError, ValueError) as error:
            raise FetchError(f"{url}: {_reason(error, deadline)}") from error
        if deadline.passed:
            # A body without Content-Length looks complete when cut.
            raise FetchError(f"{url}: {deadline.words}")
        return answer


def status_of(url: str, *, allow_private: bool = False, total_time: timedelta = TOTAL_TIME) -> int:
    """The HTTP status of a URL, after redirects; the body is not read.

    Raises:
        FetchError: it does not answer, or must not be fetched.
    """
    deadline = _Deadline(total_time)
    with deadline.enforced(), _session(allow_private, deadline) as session:
        try:
            with _follow_redirects(session, url, HEADERS) as (found, _):
                return found.status_code
        except (requests.RequestException, OSError, ValueError) as error:
            raise FetchError(f"{url}: {_reason(error, deadline)}") from error


def size_of(url: str, *, allow_private: bool = False, total_time: timedelta = TOTAL_TIME) -> Size:
    """The size of a file by the response headers; the body is not read.

    By GET, since many servers answer HEAD wrongly.

    Raises:
        FetchError: it does not answer, has no such file, or must not be fetched.
    """
    deadline = _Deadline(total_time)
    headers = {**HEADERS, "Accept-Encoding": "identity"}
    with deadline.enforced(), _session(allow_private, deadline) as session:
        try:
            with _follow_redirects(session, url, headers) as (found, _):
                if found.status_code != requests.codes.ok:
                    raise FetchError(f"{url}: the server answered {found.status_code}")
                length = found.headers.get("Content-Length", "")
                return Size(
                    length_bytes=int(length) if length.isascii() and length.isdigit() else 0,
                    content_type=found.headers.get("Content-Type", "").partition(";")[0].strip(),
                )
        except (requests.RequestException, OSError, ValueError) as error:
            raise FetchError(f"{url}: {_reason(error, deadline)}") from error


@contextmanager
def _follow_redirects(
    session: requests.Session, url: str, headers: Mapping[str, str]
) -> Iterator[tuple[requests.Response, str]]:
    """The response after redirects, followed by hand: requests reads their bodies without limit."""
    address = url
    for _ in range(MOST_REDIRECTS + 1):
        answer = session.get(
            address,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=READ_TIMEOUT_SECONDS,
        )
        with answer:
            target = answer.headers.get("Location")
            if answer.status_code in REDIRECTS and target:
                address = urljoin(address, target)
                continue
            yield answer, address
            return
    raise FetchError(f"{url}: more than {MOST_REDIRECTS} redirects; give the last address")


def _read(answer: requests.Response, url: str, address: str, largest_bytes: int) -> Fetched:
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if answer.status_code == requests.codes.not_modified:
        return Fetched(url=address, changed=False, etag=etag, last_modified=modified)
    if answer.status_code != requests.codes.ok:
        raise FetchError(
            f"{url}: the server answered {answer.status_code} {answer.reason or ''}".rstrip()
            + "; check the address, or try again later"
        )
    content = bytearray()
    for chunk in answer.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > largest_bytes:
            raise FetchError(f"{url}: the answer is larger than {largest_bytes} bytes; refused")
    return Fetched(
        url=address,
        changed=True,
        content=bytes(content),
        content_type=answer.headers.get("Content-Type", ""),
        etag=etag,
        last_modified=modified,
    )


def _reason(error: Exception, deadline: "_Deadline") -> str:
    """The reason, for the user who gave the URL."""
    if deadline.passed:
        return deadline.words
    if isinstance(error, Timeout | TimeoutError):
        return f"the server was silent for {READ_TIMEOUT_SECONDS} seconds; try again later"
    if isinstance(error, SSLError):
        return f"its certificate or its TLS is not right: {_innermost_message(error)}"
    if isinstance(error, InvalidSchema):
        return "only http and https addresses are fetched"
    if isinstance(error, ChunkedEncodingError | ContentDecodingError):
        return "the answer broke off or is garbled; try again later"
    if isinstance(error, InvalidURL | ValueError):
        return "this is no web address; write https://host/path"
    return f"no connection: {_innermost_message(error)}"


def _innermost_message(error: BaseException) -> str:
    """The message of the innermost cause; outer ones name library objects."""
    while inner := _cause(error):
        error = inner
    return str(error).rpartition(": ")[2] or type(error).__name__


def _cause(error: BaseException) -> BaseException | None:
    for inner in (getattr(error, "reason", None), *error.args[:1]):
        if isinstance(inner, BaseException):
            return inner
    return None


class _Deadline:
    """Shuts connections down at a total timeout, however slowly bytes trickle in."""

    def __init__(self, total: timedelta) -> None:
        self.seconds = total.total_seconds()
        self._end = monotonic() + self.seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True

    @property
    def words(self) -> str:
        return f"no complete answer within {self.seconds:g} seconds; try again later"

    @property
    def passed(self) -> bool:
        return monotonic() >= self._end

    def watch(self, connection: socket.socket) -> None:
        # A duplicate: TLS detaches the original, and shutting down either ends both.
        self._sockets.append(connection.dup())

    @contextmanager
    def enforced(self) -> Iterator[None]:
        self._timer.start()
        try:
            yield
        finally:
            self._timer.cancel()
            self._timer.join()
            for watched in self._sockets:
                watched.close()

    def _cut(self) -> None:
        for watched in self._sockets:
            try:
                watched.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed by the other side


@contextmanager
def _session(allow_private: bool, deadline: _Deadline) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        adapter = _Adapter(_GuardedConnector(allow_private, deadline))
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        yield session


class _GuardedConnector:
    """Opens connections to checked addresses only."""

    def __init__(self, allow_private: bool, deadline: _Deadline) -> None:
        self.allow_private = allow_private
        self.deadline = deadline

    def connect(self, connection: HTTPConnection) -> socket.socket:
        host, port = connection.host.strip("[]").rstrip("."), connection.port
        try:
            places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(host, connection, error) from error
        except UnicodeError as error:
            raise FetchError(f"{host!r} is no host name; check the address") from error
        if not self.allow_private:
            self._require_public(host, [str(place[4][0]) for place in places])
        return self._first(connection, places)

    def _require_public(self, host: str, addresses: list[str]) -> None:
        for address in addresses:
            if not is_public(address):
                raise FetchError(
                    f"{host} is at {address}, inside a private network; refused. Where that is "
                    "meant, set allow_private = true for the source, or give --allow-private"
                )

    def _first(self, connection: HTTPConnection, places: list[Any]) -> socket.socket:
        failure = OSError("the name has no address")
        for family, kind, protocol, _, place in places:
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(READ_TIMEOUT_SECONDS)
                opened.connect(place)
            except OSError as error:
                failure = error
                opened.close()
                continue
            self.deadline.watch(opened)
            return opened
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, "timed out") from failure
        raise NewConnectionError(connection, str(failure)) from failure


def is_public(address: str) -> bool:
    """Whether an IP address is globally reachable, IPv4 embedded in IPv6 included."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return all(
        inner.is_global and not inner.is_multicast and not any(inner in net for net in SPECIAL)
        for inner in _with_embedded_ipv4(found)
    )


def _with_embedded_ipv4(address: Address) -> list[Address]:
    hidden: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return [address.ipv4_mapped]
        is_isatap = int(address) >> 32 & 0xFFFFFFFF in ISATAP
        if is_isatap or any(address in network for network in IPV4_AT_THE_END):
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour:
            hidden.append(address.sixtofour)
        if address.teredo:
            hidden.extend(address.teredo)
    return hidden


class _Adapter(HTTPAdapter):
    """Makes requests open its connections through the connector."""

    def __init__(self, connector: _GuardedConnector) -> None:
        self._connector = connector
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        plain, secure = _pools(self._connector)
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def _pools(
    connector: _GuardedConnector,
) -> tuple[type[HTTPConnectionPool], type[HTTPSConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connector.connect(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connector.connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return PlainPool, SecurePool
