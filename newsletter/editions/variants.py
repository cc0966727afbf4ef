"""Compiling an edition: one variant for each distinct choice of articles among its subscribers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.editions.context import bulletin_context, digest_context
from newsletter.editions.digest import articles_for
from newsletter.editions.models import Edition, EditionKind, Variant
from newsletter.rendering.compile import Renderer, compile_mail
from newsletter.rendering.message import Envelope
from subscribers.topics import topics_of


@dataclass(frozen=True, kw_only=True)
class CompiledVariant:
    """A variant ready to be stored."""

    articles: str
    content: bytes
    nonce: str
    html: str
    text: str


def key_of(articles: Iterable[Article]) -> str:
    return ",".join(str(article.id) for article in articles)


def variant_keys(
    edition: Edition, articles: Sequence[Article], choices: dict[int, tuple[str, ...]]
) -> dict[int, str]:
    """For each choice of topics that is sent anything, the key of the variant it gets."""
    if edition.kind is EditionKind.BULLETIN:
        audience = set(topics_of(edition.topics))
        return {
            number: ""
            for number, chosen in choices.items()
            if not audience or not chosen or audience & set(chosen)
        }
    keys = {number: key_of(articles_for(articles, chosen)) for number, chosen in choices.items()}
    return {number: key for number, key in keys.items() if key}


def compile_variant(
    edition: Edition,
    articles: Sequence[Article],
    renderer: Renderer,
    now: datetime,
    *,
    test: bool = False,
) -> CompiledVariant:
    """The message of one choice of articles, encoded, slots marked."""
    context = _context(edition, articles)
    rendered = renderer.render(edition.template, context)
    subject = f"[Test] {edition.subject}" if test else edition.subject
    envelope = _envelope(edition, subject, renderer.unsubscribe_base, now)
    return CompiledVariant(
        articles=key_of(articles),
        content=compile_mail(rendered, envelope),
        nonce=rendered.nonce,
        html=rendered.html,
        text=rendered.text,
    )


def compile_page(edition: Edition, articles: Sequence[Article], renderer: Renderer) -> str:
    """The view-online page: everything, nothing personal."""
    return renderer.render_online(edition.template, _context(edition, articles))


def store_variant(session: Session, edition: Edition, compiled: CompiledVariant) -> Variant:
    variant = Variant(
        edition_id=edition.id,
        articles=compiled.articles,
        content=compiled.content,
        nonce=compiled.nonce,
    )
    session.add(variant)
    session.flush()
    return variant


def message_id_stem(edition: Edition) -> str:
    """What every Message-ID of an edition begins with; the delivery's number follows."""
    return f"e{edition.id}.{int(edition.created_at.timestamp()):x}"


def _context(edition: Edition, articles: Sequence[Article]) -> dict[str, object]:
    if edition.kind is EditionKind.BULLETIN:
        return bulletin_context(edition)
    return digest_context(edition, articles)


def _envelope(edition: Edition, subject: str, unsubscribe_base: str, now: datetime) -> Envelope:
    site, sender = edition.masthead["site"], edition.masthead["sender"]
    host = site["base_url"].partition("://")[2].partition("/")[0].partition(":")[0]
    stream = edition.digest or "bulletins"
    return Envelope(
        from_name=sender["name"],
        from_address=sender["address"],
        reply_to=sender["reply_to"],
        subject=subject,
        date=now,
        unsubscribe_base=unsubscribe_base,
        list_id=f"{stream}.{host}",
        list_name=edition.title,
        # Google's form: campaign, customer, mail type, sender.
        feedback_id=f"{edition.id}:{stream}:{edition.kind}:newsletter",
        archive_url=site["base_url"],
        owner=site["contact"],
        message_id_domain=sender["address"].partition("@")[2],
    )
