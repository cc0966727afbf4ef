"""Every option of the configuration file, with its default and one line of what it does.

The single source: the loader validates with these models; the commented example and the reference
page are generated from them.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from newsletter.config.kinds import (
    Address,
    Cron,
    Duration,
    LanguageTag,
    LintRule,
    OneLine,
    OptionTable,
    QuietHours,
    Slug,
    WebAddress,
    Zone,
)
from newsletter.config.tables.approval import Approval
from newsletter.config.tables.cluster import ClusterOptions
from newsletter.config.tables.console import ConsoleOptions
from newsletter.config.tables.feedback import FeedbackOptions
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.config.tables.sending import (
    AlarmOptions,
    LimitOptions,
    RouteOptions,
    SendingOptions,
    UncertainPolicy,
)
from newsletter.config.tables.theme_options import ThemeOptions


class Imprint(OptionTable):
    """Who promotes the material, on whose behalf (Elections Act 2022, Part 6)."""

    promoter: OneLine = Field("", description="Name of the promoter; mail is refused without it")
    promoter_address: OneLine = Field("", description="Postal address of the promoter; likewise")
    on_behalf_of: OneLine = Field("", description="On whose behalf, where it is not the promoter")
    on_behalf_of_address: OneLine = Field("", description="Their postal address")


class Site(OptionTable):
    """The organisation and its public address."""

    name: OneLine = Field("Our newsletter", description="The name in headers, feeds and pages")
    description: OneLine = Field("", description="One sentence about it, for feeds and the page")
    base_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        description="Public address that links in mails and feeds begin with",
    )
    language: OneLine = Field("en-GB", description="Language of pages and mails (BCP 47)")
    languages: dict[LanguageTag, OneLine] = Field(
        default_factory=dict,
        description="Languages that digests come in and subscribers choose among, each with its "
        'name: { en-GB = "English", cy = "Cymraeg" }; empty: one language, no choice',
    )
    timezone: Zone = Field(
        "Europe/London", description="Zone for dates without one, and for display"
    )
    contact: Address | Literal[""] = Field("", description="Address that a person answers")
    tag: OneLine = Field(
        "",
        description="Authority of permanent article ids, 'host,year' (RFC 4151); "
        "empty: base_url's host and the year of import",
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs links and hashes erased addresses; never change it"
    )
    imprint: Imprint = Field(default_factory=Imprint)


class DatabaseOptions(OptionTable):
    """The database."""

    url: str = Field(
        "sqlite:///newsletter.db",
        description="sqlite:///FILE (beside this file unless absolute) or postgresql://…",
    )


class Sender(OptionTable):
    """Who a mail is from."""

    name: OneLine = Field("", description="Name shown as the sender; empty: site.name")
    address: Address = Field(description="The From address")
    reply_to: Address | Literal[""] = Field(
        "", description="Where answers go; empty: the From address"
    )
    bounces: Address | Literal[""] = Field(
        "", description="Envelope sender, where bounces go; empty: the From address"
    )
    dkim_key: SecretStr = Field(
        SecretStr(""), description="RSA private key (PEM) that mail is signed with by DKIM"
    )
    dkim_selector: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]*$")] = Field(
        "",
        validate_default=True,
        description="Its public key is published at SELECTOR._domainkey.DOMAIN; empty: unsigned",
    )
    dkim_domain: OneLine = Field(
        "", description="The domain that signs; empty: that of the From address"
    )

    @field_validator("dkim_selector")
    @classmethod
    def _signs_wholly_or_not(cls, selector: str, info: ValidationInfo) -> str:
        key = info.data.get("dkim_key")  # None if it is no text; reported elsewhere
        if key is not None and bool(selector) != bool(key.get_secret_value()):
            raise ValueError("dkim_selector and dkim_key go together; give both or neither")
        return selector


class DigestOptions(OptionTable):
    """A recurring digest."""

    name: OneLine = Field(description="The digest's name, as subscribers see it")
    topics: tuple[Slug, ...] = Field((), description="Topics it takes articles from; empty: all")
    schedule: Cron = Field(
        "0 9 * * FRI", description="minute hour day month weekday, as cron; weekdays by name"
    )
    timezone: Zone | Literal[""] = Field(
        "", description="Zone of the schedule; empty: site.timezone"
    )
    grace: Duration = Field(
        timedelta(hours=12), description="How late a missed run may still be made up"
    )
    minimum_articles: int = Field(1, ge=1, description="With fewer new articles nothing is sent")
    maximum_articles: int = Field(
        20, ge=1, le=200, description="At most this many, the newest; the rest wait"
    )
    oldest: Duration = Field(
        timedelta(0), description="Articles published longer ago are never taken; 0s: any age"
    )
    stories: int = Field(
        8, ge=1, description="How many are shown with an excerpt; the others as titles only"
    )
    tail_heading: OneLine = Field(
        "Also this week", description="Heading of those shown as titles only"
    )
    together: bool = Field(
        True,
        description="true: due at the same moment as another, both go out in one mail, if they "
        "share sender, transport, uncertain, template and approval",
    )
    language: LanguageTag | Literal[""] = Field(
        "",
        description="One of site.languages: not sent to those of another; empty: sent to all",
    )
    segment: OneLine = Field(
        "", description="Only for a segment of subscribers: its name or an expression"
    )
    template: Slug = Field("digest", description="Folder of templates/email it is rendered with")
    subject: OneLine = Field(
        "{{ lead.title }}", description="Subject, a Jinja2 line: site, digest, lead, articles, date"
    )
    approval: Approval = Field(
        Approval.OFF,
        description="Who approves an edition before it is sent: off, a sender, another than its "
        "author, or several",
    )
    approvals: int = Field(2, ge=2, le=9, description="How many, where several approve")
    sender: Slug = Field("default", description="Which of [senders] it is from")
    transport: Slug | Literal[""] = Field(
        "", description="Transport or route; empty: sending.transport"
    )
    uncertain: UncertainPolicy | Literal[""] = Field(
        "", description="Uncertain deliveries: ask, resend, leave; empty: sending.uncertain"
    )


class BulletinOptions(OptionTable):
    """One-off bulletins."""

    template: Slug = Field(
        "bulletin", description="Folder of templates/email they are rendered with"
    )
    sender: Slug = Field("default", description="Which of [senders] they are from")
    undo: Duration = Field(
        timedelta(minutes=5),
        description="How long a bulletin, or a digest sent by hand, waits before it leaves, to be "
        "undone",
    )
    quiet: QuietHours = Field(
        "",
        description="Hours in which no bulletin leaves, such as 21:00-07:00 in site.timezone; one "
        "that is due then leaves at their end. Empty: none",
    )
    approval: Approval = Field(
        Approval.OFF,
        description="Who approves a bulletin before it is sent: off, a sender, another than its "
        "author, or several",
    )
    approvals: int = Field(2, ge=2, le=9, description="How many, where several approve")
    transport: Slug | Literal[""] = Field(
        "", description="Transport or route; empty: sending.transport"
    )
    uncertain: UncertainPolicy | Literal[""] = Field(
        "", description="Uncertain deliveries: ask, resend, leave; empty: sending.uncertain"
    )


class EachArticleOptions(OptionTable):
    """Each article as a mail of its own, to subscribers who chose that."""

    is_on: bool = Field(False, description="true: articles are mailed, and the forms offer it")
    delay: Duration = Field(
        timedelta(minutes=10),
        description="How long after publication an article is mailed: time to correct or withdraw",
    )
    grace: Duration = Field(
        timedelta(hours=36), description="An article published longer ago is no news, not mailed"
    )
    template: Slug = Field("article", description="Folder of templates/email it is rendered with")
    sender: Slug = Field("default", description="Which of [senders] it is from")
    transport: Slug | Literal[""] = Field("", description="Transport; empty: sending.transport")


class TopicFeedOptions(OptionTable):
    """What is different in the feed of one topic."""

    entries: int | None = Field(
        None, ge=1, le=1000, description="How many articles it holds; absent: feeds.entries"
    )
    content: Literal["full", "excerpt"] | None = Field(
        None, description="full or excerpt; absent: feeds.content"
    )


class FeedOptions(OptionTable):
    """Atom, RSS and JSON feeds."""

    entries: int = Field(
        50, ge=1, le=1000, description="How many of the newest articles a feed holds"
    )
    content: Literal["full", "excerpt"] = Field(
        "full", description="full: the whole text; excerpt: the summary and a link"
    )
    max_age: Duration = Field(
        timedelta(minutes=15), description="How long readers may keep a feed before asking again"
    )
    check_every: Duration = Field(
        timedelta(seconds=1),
        description="How often a running site looks for changed articles; readers in between are "
        "answered from memory",
    )
    archive_entries: int = Field(
        50, ge=1, le=1000, description="How many entries an archive of older articles holds"
    )
    ask_sizes: bool = Field(
        True,
        description="true: sizes of pictures and recordings are requested from their servers",
    )
    hubs: tuple[WebAddress, ...] = Field(
        (), description="WebSub hubs notified of changes, such as https://hub.example/"
    )
    topics: dict[Slug, TopicFeedOptions] = Field(
        default_factory=dict, description="By slug, topics whose feeds are different"
    )


class SourceOptions(OptionTable):
    """A feed polled for articles."""

    url: WebAddress = Field(description="Address of an RSS, Atom or JSON feed")
    topics: tuple[Slug, ...] = Field(
        (), description="Topics given to its articles besides their own"
    )
    every: Duration = Field(timedelta(minutes=30), description="How often it is polled")
    allow_private: bool = Field(
        False, description="true: the address may be inside your own network"
    )


class WebOptions(OptionTable):
    """The public site."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that serve the site; at most one for each processor",
    )
    max_concurrent: int = Field(
        100,
        ge=1,
        description="Requests that each process takes on at once, half of them of one client at "
        "most; further ones are answered 503 with Retry-After. Feeds kept in memory are always "
        "answered",
    )
    wrong_host: Literal["redirect", "refuse"] = Field(
        "redirect",
        description="A request that names another host than base_url's: redirect sends readers "
        "there, refuse answers 421",
    )
    archive: bool = Field(
        True, description="true: sent editions are listed at /editions, for everybody to read"
    )
    caught_mails: str = Field(
        "", description="Maildir shown at /mails; for trying things out, on loopback only"
    )


class LintOptions(OptionTable):
    """Preflight: the checks of every mail before it is sent."""

    links: bool = Field(
        True,
        description="true: every link in a mail is requested first; a dead one stops the edition",
    )
    domain: bool = Field(
        True, description="true: previews look up SPF, DKIM and DMARC of the From domain"
    )
    ignore: tuple[LintRule, ...] = Field(
        (), description="Rules to ignore, by the names in findings"
    )


class TemplateOptions(OptionTable):
    """The operator's own templates."""

    folder: str = Field("", description="Folder whose files override the shipped ones")


TransportTable = dict[str, Any]


class Config(OptionTable):
    """The whole file."""

    site: Site = Field(default_factory=Site)
    database: DatabaseOptions = Field(default_factory=DatabaseOptions)
    senders: dict[Slug, Sender] = Field(default_factory=dict)
    transports: dict[Slug, TransportTable] = Field(default_factory=dict)
    sending: SendingOptions = Field(default_factory=SendingOptions)
    routes: dict[Slug, RouteOptions] = Field(default_factory=dict)
    limits: dict[Slug, LimitOptions] = Field(default_factory=dict)
    cluster: ClusterOptions = Field(default_factory=ClusterOptions)
    alarms: AlarmOptions = Field(default_factory=AlarmOptions)
    feedback: FeedbackOptions = Field(default_factory=FeedbackOptions)
    joining: JoiningOptions = Field(default_factory=JoiningOptions)
    digests: dict[Slug, DigestOptions] = Field(default_factory=dict)
    bulletins: BulletinOptions = Field(default_factory=BulletinOptions)
    each_article: EachArticleOptions = Field(default_factory=EachArticleOptions)
    feeds: FeedOptions = Field(default_factory=FeedOptions)
    sources: dict[Slug, SourceOptions] = Field(default_factory=dict)
    web: WebOptions = Field(default_factory=WebOptions)
    console: ConsoleOptions = Field(default_factory=ConsoleOptions)
    theme: ThemeOptions = Field(default_factory=ThemeOptions)
    templates: TemplateOptions = Field(default_factory=TemplateOptions)
    lint: LintOptions = Field(default_factory=LintOptions)

    def zone_of(self, digest: DigestOptions) -> ZoneInfo:
        return ZoneInfo(digest.timezone or self.site.timezone)
