"""The console's own files."""

import brotli
import httpx
from console_support import BASE_URL, Console

from newsletter.console.frame.presentation.views import static_folder

PLAIN = {"Accept-Encoding": "identity"}


def raw(console: Console, path: str) -> tuple[httpx.Headers, bytes]:
    """The answer as it is sent."""

    async def ask() -> tuple[httpx.Headers, bytes]:
        transport = httpx.ASGITransport(console.asgi)
        async with (
            httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client,
            client.stream("GET", path, headers={"Accept-Encoding": "br"}) as answer,
        ):
            return answer.headers, b"".join([part async for part in answer.aiter_raw()])

    return console.runner.run(ask())


def test_a_script_is_sent_compressed_and_kept_for_good(console: Console) -> None:
    headers, content = raw(console, "/console/static/editor.js?v=1")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert brotli.decompress(content) == (static_folder() / "editor.js").read_bytes()


def test_a_style_sheet_says_once_what_it_varies_by(console: Console) -> None:
    answer = console.visitor().get("/static/console.css", headers={"Accept-Encoding": "identity"})
    assert answer.headers["vary"] == "Accept-Encoding"


def test_an_address_without_version_is_not_kept_for_good(console: Console) -> None:
    answer = console.visitor().get("/static/console.css", headers=PLAIN)
    assert answer.status_code == 200
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_an_unknown_file_is_a_404(console: Console) -> None:
    visitor = console.visitor()
    assert visitor.get("/static/none.js").status_code == 404
    assert visitor.get("/static/..%2fbase.html").status_code != 200
