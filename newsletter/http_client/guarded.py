"""HTTP clients with bounds: of `fetching`, to checked addresses; of services that options name."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
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
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from newsletter.errors import FetchError
from newsletter.http_client.deadlines import Deadline, DeadlineResponse
from newsletter.http_client.public_addresses import is_public
from newsletter.http_client.url_credentials import without_credentials

READ_TIMEOUT_SECONDS = 15
CHUNK_BYTES = 64 * 1024
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}


@contextmanager
def answered(
    url: str, headers: Mapping[str, str], allow_private: bool, total_time: timedelta
) -> Iterator[tuple[requests.Response, str]]:
    """The response after redirects, its body not yet read, and the URL that it came from.

    That URL has no credentials: what is read from the body is resolved against it, and published.

    Raises:
        FetchError: there is none, it must not be asked for, or its body broke off.
    """
    deadline, shown = Deadline(total_time), without_credentials(url)
    with _session(allow_private, deadline) as session:
        try:
            with _follow_redirects(session, url, headers) as (answer, address):
                yield answer, without_credentials(address)
        except (requests.RequestException, OSError, ValueError) as error:
            raise FetchError(f"{shown}: {_reason(error, deadline)}") from error
        if deadline.passed:
            # A body without Content-Length looks complete when cut.
            raise FetchError(f"{shown}: {deadline.words}")


@contextmanager
def bounded(
    session: requests.Session, total_time: timedelta, max_bytes: int
) -> Iterator[requests.Session]:
    """Bound all answers to a session: their time together, and the size of each.

    For services that an option names, which may be on this network. What is larger or takes longer
    raises a `requests.RequestException`, as no answer does.
    """
    deadline = Deadline(total_time)
    with session:
        adapter = _BoundedAdapter(_GuardedConnector(True, deadline), max_bytes)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        yield session


@contextmanager
def _follow_redirects(
    session: requests.Session, url: str, headers: Mapping[str, str]
) -> Iterator[tuple[requests.Response, str]]:
    """The response after redirects, followed by hand: requests reads their bodies without limit."""
    address = url
    for _ in range(MAX_REDIRECTS + 1):
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
    shown = without_credentials(url)
    raise FetchError(f"{shown}: more than {MAX_REDIRECTS} redirects; give the last address")


def _reason(error: Exception, deadline: Deadline) -> str:
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


@contextmanager
def _session(allow_private: bool, deadline: Deadline) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        adapter = _Adapter(_GuardedConnector(allow_private, deadline))
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        yield session


class _GuardedConnector:
    """Opens connections to checked addresses only."""

    def __init__(self, allow_private: bool, deadline: Deadline) -> None:
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
                opened.settimeout(self.deadline.within(READ_TIMEOUT_SECONDS))
                opened.connect(place)
                # Of the handshake that may follow, as a whole.
                opened.settimeout(self.deadline.within(READ_TIMEOUT_SECONDS))
            except OSError as error:
                failure = error
                opened.close()
                continue
            return opened
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, "timed out") from failure
        raise NewConnectionError(connection, str(failure)) from failure


class _Adapter(HTTPAdapter):
    """Makes requests open its connections through the connector."""

    def __init__(self, connector: _GuardedConnector) -> None:
        self._connector = connector
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        plain, secure = _pools(self._connector)
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


class _BoundedAdapter(_Adapter):
    """Reads each answer itself, so that nobody else reads it without end."""

    def __init__(self, connector: _GuardedConnector, max_bytes: int) -> None:
        self._deadline, self._max_bytes = connector.deadline, max_bytes
        super().__init__(connector)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        answer = super().send(request, *args, **kwargs)
        with answer:
            content = bytearray()
            for chunk in answer.iter_content(CHUNK_BYTES):
                content += chunk
                if len(content) > self._max_bytes:
                    raise requests.RequestException(f"larger than {self._max_bytes} bytes")
        if self._deadline.passed:
            # A body without Content-Length looks complete when cut.
            raise Timeout(self._deadline.words)
        answer.raw = HTTPResponse(BytesIO(content), preload_content=False)
        return _unread(answer)


def _unread(answer: requests.Response) -> requests.Response:
    """The same answer, to be read again from its `raw`."""
    response = requests.Response()
    for name in ("status_code", "url", "headers", "reason", "encoding", "request", "raw"):
        setattr(response, name, getattr(answer, name))
    return response


def _pools(
    connector: _GuardedConnector,
) -> tuple[type[HTTPConnectionPool], type[HTTPSConnectionPool]]:
    class Response(DeadlineResponse):
        deadline = connector.deadline

    class Plain(HTTPConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return connector.connect(self)

    class Secure(HTTPSConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return connector.connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return PlainPool, SecurePool
