"""The console on a socket of this machine, for a real browser."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from console_support import PASSWORD, Console
from playwright.sync_api import Page
from starlette.types import ASGIApp, Receive, Scope, Send
from support import RecordedNewsletter, RecordingTransport, smtp_config
from threads import asgi_server

from newsletter.app import Newsletter
from newsletter.clock import Clock
from newsletter.config.loading import parse_config
from newsletter.console.app import create_console


@contextmanager
def served_console(
    folder: Path,
    database_url: str,
    clock: Clock,
    *,
    below: str = "",
    smtp_port: int = 0,
) -> Iterator[tuple[str, Console]]:
    """Its base URL, and the program behind it; with the shipped templates.

    Args:
        below: the path that a web server in front takes away, such as "/news".
        smtp_port: of the server on this machine that takes the mail; 0: mail is recorded.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}{below}"
        text = smtp_config(database_url, smtp_port, connections=1)
        text = text.replace("https://wexcombe.example", base)
        path = folder / "newsletter.toml"
        path.write_text(text)
        app = (Newsletter if smtp_port else RecordedNewsletter)(
            parse_config(text, path, {}), path, clock
        )
        if isinstance(app, RecordedNewsletter):
            app.recorder = RecordingTransport()
        console = Console(app=app, runner=None)  # type: ignore[arg-type] # no request of its own
        site = _below(create_console(app), below)
        with closing(app), asgi_server(site, listener, log_level="error"):
            yield base, console


def _below(app: ASGIApp, path: str) -> ASGIApp:
    """What a web server in front does that hands over the site below a path."""

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "path": scope["path"].removeprefix(path)}, receive, send)

    return stripped if path else app


def sign_in(page: Page, base: str, role: str) -> None:
    """Sign in as the first staff member of a role, made by `Console.add_member`."""
    page.goto(f"{base}/console/sign-in")
    page.get_by_label("Mail address").fill(f"{role}@wexcombe.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console")
