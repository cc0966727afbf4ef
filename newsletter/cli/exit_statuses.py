"""Exit statuses of the command. 2, for wrong arguments, is Click's own."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
"""Nothing was done, or not all; the message says why and how to mend it."""
INCOMPLETE: Final = 3
"""Something is left: records that cannot be used, problems found, mails not sent."""
TRY_AGAIN: Final = 75
"""EX_TEMPFAIL of sysexits.h: a mail server keeps what it handed over, and brings it again."""
INTERRUPTED: Final = 130
"""By Ctrl-C: 128 and the signal's number, as shells have it."""
