"""uvicorn's settings and start."""

import resource
import sys
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from newsletter.http.http_protocol import MAX_CONNECTIONS, BoundedProtocol
from newsletter.http.middleware.host import strict_transport

# File descriptors beside client connections: database, templates, libraries, pipes.
OTHER_DESCRIPTORS = 256
# Length of the kernel's accept queue; further clients retry the SYN.
BACKLOG = 2048
# How long a thread keeps the interpreter from the one that talks to the clients, which waits for it
# anew after each call of the system: Python's 5 ms add up to seconds under load.
SWITCH_SECONDS = 0.0005
# How long answers that have begun may go on after a signal.
GRACE_SECONDS = 3


def server_settings(base_url: str) -> dict[str, Any]:
    """Settings of uvicorn, for one process or several."""
    return {
        "http": BoundedProtocol,
        "lifespan": "auto",
        "ws": "none",
        # `newsletter.logging` formats and sanitises uvicorn's lines.
        "log_config": None,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        # A page of the console that renews itself has no end of its own.
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "backlog": BACKLOG,
        # Sent with every response, the server's own included.
        "headers": strict_transport(base_url),
    }


def run_server(
    app: ASGIApp | str, host: str, port: int, *, base_url: str, workers: int = 1
) -> None:
    """Serve until a signal.

    Args:
        app: the site, or the name of a factory of it where there are several workers.
    """
    prepare_process()
    settings = server_settings(base_url) | {"workers": workers, "factory": isinstance(app, str)}
    uvicorn.run(app, host=host, port=port, **settings)


def prepare_process() -> None:
    """Limits of this process: descriptors for connections, and how long a thread runs."""
    sys.setswitchinterval(SWITCH_SECONDS)
    allow_connections()


def allow_connections() -> None:
    """Raise RLIMIT_NOFILE for the maximum of connections; lower that where it cannot be raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    descriptors = MAX_CONNECTIONS + OTHER_DESCRIPTORS
    allowed = descriptors if hard == resource.RLIM_INFINITY else min(descriptors, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft != resource.RLIM_INFINITY:
        BoundedProtocol.max_connections = max(1, min(MAX_CONNECTIONS, soft - OTHER_DESCRIPTORS))
