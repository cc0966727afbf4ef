"""What an error says to whoever is not at the command line."""

import re

from newsletter.errors import NewsletterError, StorageError

STORAGE_FAILED = (
    "The site cannot read or save just now. Wait a moment and try again; if it stays so, tell "
    "whoever runs the server."
)
# The mend of a message where it is a command, which is for the terminal.
_COMMAND = re.compile(r"; see: newsletter [^;]*$")


def without_command(error: NewsletterError) -> str:
    """What went wrong; a database's own words, which name files and tables, are for the log."""
    return STORAGE_FAILED if isinstance(error, StorageError) else _COMMAND.sub("", str(error))
