"""Work and servers on threads that end within a time, and never keep the run from ending."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from typing import Any

import uvicorn

PATIENCE_SECONDS = 60


def started(run: Callable[..., object], *arguments: object) -> threading.Thread:
    """A thread that runs a function; a process may end without it."""
    thread = threading.Thread(target=run, args=arguments, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> None:
    """Wait for the end of a thread.

    Raises:
        AssertionError: it goes on for longer than a minute.
    """
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), f"{thread.name} still runs after {PATIENCE_SECONDS} s"


def at_once(runs: Iterable[Callable[[], object]]) -> None:
    """Run functions at the same time, each on a thread of its own."""
    for thread in [started(run) for run in runs]:
        ended(thread)


@contextmanager
def http_server(server: HTTPServer) -> Iterator[str]:
    """The address of a server of the standard library, which is closed at the end."""
    thread = started(server.serve_forever, 0.02)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        ended(thread)
        server.server_close()


@contextmanager
def asgi_server(app: Any, listener: socket.socket, **settings: Any) -> Iterator[None]:
    """Serve an ASGI application by uvicorn on a socket that listens.

    Args:
        settings: of uvicorn.
    """
    usual = {"lifespan": "off", "log_level": "critical", "timeout_graceful_shutdown": 5}
    server = uvicorn.Server(uvicorn.Config(app, **{**usual, **settings}))
    thread = started(lambda: server.run(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        ended(thread)
