"""The options of joining: what people agree to, what they are told, and how long things hold."""

from datetime import timedelta

from pydantic import Field, SecretStr

from newsletter.config.kinds import Duration, OneLine, Section, Slug


class JoiningOptions(Section):
    """Joining by the public form."""

    is_open: bool = Field(True, description="false: there is no form, and nobody joins by herself")
    wording: OneLine = Field(
        "Yes, send me news by email. I can leave at any time with one click.",
        description="What a person agrees to, kept word for word with her consent",
    )
    wording_version: OneLine = Field(
        "", description="Your name for these words, kept with them; empty: made from the words"
    )
    keep_network: Duration = Field(
        timedelta(0),
        description="How long the network address that consent came from is kept; 0s: not at all",
    )
    refuse_disposable: bool = Field(
        False, description="true: addresses of throw-away mailboxes are refused (a known list)"
    )
    refuse_domains: tuple[OneLine, ...] = Field(
        (), description="Domains whose addresses are refused besides, such as example.com"
    )
    sender: Slug = Field("default", description="Which of [senders] asks her to confirm")
    welcome: bool = Field(
        True, description="true: who has confirmed is sent a mail that says what comes"
    )
    goodbye: bool = Field(
        True, description="true: who has left is sent one last mail, with a link that undoes it"
    )
    changed: bool = Field(
        False, description="true: who has changed her choices is sent a mail that says what holds"
    )
    expires: Duration = Field(
        timedelta(days=7),
        description="How long the links are good that confirm, and that undo leaving",
    )
    fresh_link: Duration = Field(
        timedelta(days=1),
        ge=timedelta(minutes=10),
        description="How old a link to the preferences may be for changing the address, taking "
        "one's data along and being erased; with an older one a fresh one is mailed first",
    )
    forget: Duration = Field(
        timedelta(days=30), description="After this an address never confirmed is forgotten"
    )
    per_hour: int = Field(
        20,
        ge=1,
        description="How often an hour the form is taken from one network address; four times as "
        "often a day, and more for the larger network around it",
    )
    per_address: int = Field(
        5, ge=1, description="How often an hour it is taken for one mail address"
    )
    site_per_hour: int = Field(
        500,
        ge=1,
        description="How many an hour are asked to confirm; further ones are asked later, at this "
        "rate, and an alarm is raised",
    )
    counted_in: SecretStr = Field(
        SecretStr(""),
        description="redis://HOST:6379/1, where these two are counted for all processes and "
        "machines of the site together; empty: each process counts what it is asked itself",
    )
