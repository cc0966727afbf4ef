"""The options of signing up: consent wording, notices, expiry, rate limits."""

from datetime import timedelta

from pydantic import Field, SecretStr

from newsletter.config.kinds import Duration, OneLine, OptionTable, Slug


class JoiningOptions(OptionTable):
    """Sign-up by the public form."""

    is_open: bool = Field(True, description="false: there is no sign-up form")
    wording: OneLine = Field(
        "Yes, send me news by email. I can leave at any time with one click.",
        description="What a person agrees to, kept word for word with their consent",
    )
    wording_version: OneLine = Field(
        "", description="Your name for these words, kept with them; empty: made from the words"
    )
    keep_network: Duration = Field(
        timedelta(0),
        description="How long the network address that consent came from is kept; 0s: not at all",
    )
    refuse_disposable: bool = Field(
        False, description="true: disposable addresses are refused (a known list)"
    )
    refuse_domains: tuple[OneLine, ...] = Field(
        (), description="Domains whose addresses are refused besides, such as example.com"
    )
    sender: Slug = Field("default", description="Which of [senders] asks for confirmation")
    welcome: bool = Field(True, description="true: a mail after confirmation that says what comes")
    goodbye: bool = Field(
        True, description="true: one last mail after unsubscribing, with a link that undoes it"
    )
    changed: bool = Field(
        False, description="true: a mail after a change of preferences that says what holds"
    )
    expires: Duration = Field(
        timedelta(days=7),
        description="How long links that confirm, and that undo leaving, are valid",
    )
    fresh_link: Duration = Field(
        timedelta(days=1),
        ge=timedelta(minutes=10),
        description="How old a link to the preferences may be for changing the address, taking "
        "one's data along and being erased; with an older one a fresh one is mailed first",
    )
    forget: Duration = Field(
        timedelta(days=30), description="After this an unconfirmed address is deleted"
    )
    per_hour: int = Field(
        20,
        ge=1,
        description="Sign-ups an hour from one network address; four times as many a day, and "
        "more for the larger networks around it",
    )
    per_address: int = Field(5, ge=1, description="Sign-ups an hour for one mail address")
    site_per_hour: int = Field(
        0,
        ge=0,
        description="Confirmation mails an hour; further ones are sent later, at this rate, and "
        "an alarm is raised; 0: learned, well above what is usual at this site",
    )
    counted_in: SecretStr = Field(
        SecretStr(""),
        description="redis://HOST:6379/1, which counts these two for all processes and machines "
        "of the site together; empty: each process counts for itself",
    )
