"""The mails under test: every shipped kind, in several themes and a right-to-left language.

Rendered for each run by the product's own functions, signed with a temporary key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.clock import SystemClock
from newsletter.config.options import Config, DigestOptions, Imprint, Sender, Site
from newsletter.config.tables.theme_options import ThemeOptions
from newsletter.config.theme import Theme
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.sample import (
    sample_edition,
    sample_notice,
    sample_sections,
)
from newsletter.rendering.encoding.dkim import DkimKey, spliceable
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.slots import fill, personal_values
from newsletter.rendering.pictures import PictureEmbedder
from newsletter.rendering.renderer import RenderedMail, Renderer
from newsletter.rendering.templates import Templates

# Spam filters compare it with their own clock.
NOW = SystemClock().now()
BASE = "https://wexcombe.example"
SITE = Site(
    name="Wexcombe Forward",
    base_url=BASE,
    contact="office@wexcombe.example",
    imprint=Imprint(
        promoter="M. Hallam",
        promoter_address="4 Mill Lane, Little Wexcombe",
        on_behalf_of="Wexcombe Forward",
        on_behalf_of_address="The Corn Exchange, Little Wexcombe",
    ),
)
PARTY = ThemeOptions(accent="#8a1538", masthead="#8a1538", footer="Wexcombe Forward, since 1998")
SAMPLE_PICTURE = Path(__file__).resolve().parents[2] / "newsletter/demo/images/harbour.png"
# Kind and number of stories of each edition: an ordinary digest, one that has to be shortened, one
# whole article, a bulletin.
EDITIONS = {
    "digest": ("digest", 14),
    "digest-long": ("digest", 200),
    "article": ("article", 1),
    "bulletin": ("bulletin", 0),
}
NOTICES = (
    "confirm",
    "welcome",
    "changed",
    "goodbye",
    "move",
    "moving",
    "preferences",
    "admin-alert",
    "staff",
)


@dataclass(frozen=True, kw_only=True)
class SampleMail:
    """A mail as bytes and as a page."""

    name: str
    message: bytes
    html: str
    path: Path
    """The file of the page."""
    is_edition: bool


@dataclass(frozen=True, kw_only=True)
class SiteVariant:
    """A configuration of a site."""

    name: str
    config: Config
    mails: tuple[str, ...]
    """The mails rendered with it."""

    @property
    def renderer(self) -> Renderer:
        inline = self.config.theme.images == "inline"
        pictures = PictureEmbedder(BASE, (), lambda _address: SAMPLE_PICTURE.read_bytes())
        templates = Templates("", Theme.of(self.config.theme))
        return Renderer(templates, BASE, pictures if inline else None)


def site_variants() -> list[SiteVariant]:
    """As shipped; with a party's theme; with embedded pictures; in a right-to-left language."""
    plain = Config(
        site=SITE,
        senders={"default": Sender(address="news@wexcombe.example")},
        digests={"friday": DigestOptions(name="The Friday digest")},
    )
    arabic = SITE.model_copy(update={"language": "ar"})
    return [
        SiteVariant(name="", config=plain, mails=(*EDITIONS, *NOTICES)),
        SiteVariant(
            name="-party",
            config=plain.model_copy(update={"theme": PARTY}),
            mails=("digest", "article", "confirm"),
        ),
        SiteVariant(
            name="-inline",
            config=plain.model_copy(update={"theme": ThemeOptions(images="inline")}),
            mails=("digest",),
        ),
        SiteVariant(
            name="-rtl",
            config=plain.model_copy(update={"site": arabic}),
            mails=("digest", "bulletin", "welcome"),
        ),
    ]


def make_key() -> DkimKey:
    """A temporary DKIM key."""
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return DkimKey("wexcombe.example", "judges", pem)


def make_all(folder: Path, key: DkimKey) -> list[SampleMail]:
    """Every kind in every variant, its page written to the folder."""
    return [made for look in site_variants() for made in _make(look, folder, key)]


def _make(look: SiteVariant, folder: Path, key: DkimKey) -> Iterator[SampleMail]:
    for name in look.mails:
        if name in EDITIONS:
            yield _edition(look, name, folder, key)
        else:
            yield _notice(look, name, folder, key)


def _edition(look: SiteVariant, name: str, folder: Path, key: DkimKey) -> SampleMail:
    kind, count = EDITIONS[name]
    edition = sample_edition(look.config, kind, NOW, count)
    stories = count if "long" in name else 8
    told = {"stories": stories, "tail_heading": "Also this week"}
    edition.masthead = edition.masthead | {"digest": told}
    sections = sample_sections(BASE, NOW, count) if count else ()
    base = look.renderer.unsubscribe_base
    content = content_of(edition, sections, unsubscribe_base=base, now=NOW)
    return _made(f"{name}{look.name}", look.renderer.render_mail(content), folder, key)


def _notice(look: SiteVariant, kind: str, folder: Path, key: DkimKey) -> SampleMail:
    mail = look.renderer.render_mail(sample_notice(look.config, kind, NOW))
    return _made(f"{kind}{look.name}", mail, folder, key)


def _made(name: str, mail: RenderedMail, folder: Path, key: DkimKey) -> SampleMail:
    values = personal_values(
        mailbox("Zoë Haywood", "zoe@example.org"),
        "Zoë Haywood",
        "MS4y.c2lnbmF0dXJl",
        "MQ.c2lnbmF0dXJl",
        f"e1.{name}",
    )
    made = SampleMail(
        name=name,
        message=spliceable(mail.message, mail.nonce, key).splice(values),
        html=fill(mail.html, mail.nonce, values),
        path=folder / f"{name}.html",
        is_edition=bool(mail.content.headers.list_id),
    )
    made.path.write_text(made.html, encoding="utf-8")
    return made
