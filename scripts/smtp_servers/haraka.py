"""Haraka from npm, which takes pipelined commands after the final dot for smuggling (3.3.4 and
later).
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.node import node_modules
from smtp_servers.setting import Setting

MAILBOXES = f"""
exports.hook_rcpt = function (next, connection, [recipient]) {{
  if (recipient.user.startsWith('{UNKNOWN}')) return next(DENY, 'no such user')
  if (recipient.user.startsWith('{BUSY}')) return next(DENYSOFT, 'mailbox busy')
  return next(OK)
}}
exports.hook_queue = function (next, connection) {{
  const transaction = connection.transaction
  transaction.message_stream.get_data((content) => {{
    const lines = transaction.rcpt_to.map((to) =>
      JSON.stringify({{ recipient: to.address, content: content.toString('latin1') }}) + '\\n')
    require('node:fs').appendFileSync(process.env.STORED, lines.join(''))
    next(OK, 'kept')
  }})
}}
"""


@contextmanager
def haraka(backend: Backend, _certificates: Certificates) -> Iterator[int]:
    """A server that stores its mail."""
    port, program = free_port(), node_modules("Haraka") / "Haraka" / "bin" / "haraka"
    with TemporaryDirectory(prefix="newsletter-haraka-") as name:
        folder = Path(name)
        shutil.copytree(program.parents[1] / "config", folder / "config")
        for kept in ("plugins", "queue"):
            (folder / kept).mkdir()
        (folder / "plugins" / "mailboxes.js").write_text(MAILBOXES)
        (folder / "config" / "plugins").write_text("mailboxes\n")
        (folder / "config" / "smtp.ini").write_text(f"listen=127.0.0.1:{port}\nnodes=0\n")
        (folder / "config" / "me").write_text("mx.wexcombe.example\n")
        (folder / "config" / "loglevel").write_text("WARN\n")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["node", str(program), "-c", str(folder)],
                stdout=log,
                stderr=log,
                env={"PATH": "/usr/bin:/bin", "STORED": str(backend.file)},
            )
        try:
            wait_for_port(port)
            yield port
        finally:
            process.kill()
            process.wait(30)


SETTINGS = [Setting(name="as it comes", start=haraka)]
