"""The options of what comes back: bounces and complaints."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from newsletter.config.kinds import Duration, Section, Slug

Share = Annotated[float, Field(gt=0, le=1)]


class FeedbackOptions(Section):
    """What follows from bounces and complaints."""

    verp: bool = Field(
        False,
        description="true: the envelope sender names the delivery, as bounces+TOKEN@…; the mailbox "
        "must take such addresses (VERP)",
    )
    verp_delimiter: Annotated[str, StringConstraints(pattern=r"^[+=-]$")] = Field(
        "+", description="What stands between the mailbox's name and the token"
    )
    verp_except: tuple[Slug, ...] = Field(
        (), description="Transports whose provider allows no such addresses"
    )
    soft_bounces: int = Field(
        5, ge=1, description="So many temporary bounces in a row suppress an address"
    )
    soft_bounces_over: Duration = Field(
        timedelta(days=10), description="But only where they came over at least so long a time"
    )
    keep_evidence: Duration = Field(
        timedelta(days=30), description="How long what came back is kept as it arrived"
    )
