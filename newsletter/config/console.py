"""The options of the console."""

from datetime import timedelta

from pydantic import Field

from newsletter.config.kinds import Duration, Section


class ConsoleOptions(Section):
    """The console, and what it keeps of those who work in it."""

    keep_origins: Duration = Field(
        timedelta(days=365),
        description="How long the audit log says from which network address and browser a staff "
        "member did something; 0s: not at all",
    )
