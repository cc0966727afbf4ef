"""Receives reports as a process that may be killed between storing and answering.

Run as: receiving.py WAY FOLDER DATABASE MOMENT kill|answer.
"""

import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from signal import SIGKILL

from support import make_app

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.feedback import MailboxOptions
from newsletter.feedback.receivers import mailboxes
from newsletter.feedback.receivers.base import MailboxPosition
from newsletter.feedback.receivers.lmtp import LmtpServer, Store
from newsletter.staff.actors import SCHEDULE

PATIENCE_SECONDS = 60


def main(way: str, folder: str, url: str, moment: str, ending: str) -> None:
    app = make_app(Path(folder), url, FixedClock(datetime.fromisoformat(moment)))

    def store(content: bytes, recipients: Sequence[str] = ()) -> bool:
        feedback.receive(app, SCHEDULE, content, recipients)
        if ending == "kill":
            os.kill(os.getpid(), SIGKILL)
        return True

    if way == "maildir":
        options = {"kind": "maildir", "path": str(Path(folder) / "Maildir")}
        mailboxes.read(MailboxOptions.model_validate(options), MailboxPosition(), store)
    else:
        listen(app, store)


def listen(app: Newsletter, store: Store) -> None:
    """Until the process is ended."""
    with LmtpServer("127.0.0.1:0", store) as server:
        print(server.port, flush=True)
        time.sleep(PATIENCE_SECONDS)
    app.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
