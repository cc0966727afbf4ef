"""nginx and Caddy by their documented configurations, in front of a port on this machine."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import sbin

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
HOST = "news.wexcombe.example"


@contextmanager
def nginx(folder: Path, front: int, site: int) -> Iterator[Path]:
    """The documented configuration, but for TLS, which every distribution's nginx can do.

    Yields the file with all that it logs but its accesses.
    """
    server = (EXAMPLES / "nginx.conf").read_text()
    server = re.sub(r"\n    ssl_certificate.*", "", server)
    server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{front} default_server")
    server = server.replace("listen [::]:443 ssl", f"listen [::1]:{front} default_server")
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{site}")
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log stderr; daemon off; worker_processes 1;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{ access_log off;\n"
        + "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + server
        + "}\n"
    )
    command = (sbin("nginx"), "-p", str(folder), "-c", f"{folder}/nginx.conf")
    with _running(folder, *command) as log:
        yield log


@contextmanager
def caddy(folder: Path, front: int, site: int) -> Iterator[Path]:
    """The documented configuration without certificates; yields the file with all that it logs."""
    server = (EXAMPLES / "Caddyfile").read_text()
    server = server.replace(f"{HOST} {{", f"http://:{front} {{")
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{site}")
    server = server.replace("{\n", "{\n    admin off\n    auto_https off\n", 1)
    (folder / "Caddyfile").write_text(server)
    with _running(folder, sbin("caddy"), "run", "--config", f"{folder}/Caddyfile") as log:
        yield log


@contextmanager
def _running(folder: Path, *command: str) -> Iterator[Path]:
    path = folder / "log"
    with path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield path
    finally:
        process.terminate()
        process.wait(10)
