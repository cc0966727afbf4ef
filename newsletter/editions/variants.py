"""Compiling an edition: one variant for each distinct choice of articles among its subscribers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.editions.abridging import LARGEST_HTML_BYTES, plans
from newsletter.editions.context import bulletin_context, digest_context
from newsletter.editions.digest import Section, key_of, sections_for
from newsletter.editions.models import Edition, EditionKind, Variant
from newsletter.rendering.compile import Rendered, Renderer, compile_mail
from newsletter.rendering.message import Envelope
from subscribers.topics import Choice, topics_of

MAX_SUBJECT_CHARACTERS = 250
# Stories told with an excerpt, for editions composed before digests could say how many.
STORIES = 8
# What the lists of editions that no digest makes are called (RFC 2919).
STREAMS = {EditionKind.BULLETIN: "bulletins", EditionKind.ARTICLE: "articles"}


@dataclass(frozen=True, kw_only=True)
class CompiledVariant:
    """A variant ready to be stored."""

    articles: str
    content: bytes
    nonce: str
    subject: str
    html: str
    """As a page by itself: its pictures have addresses."""
    text: str
    left_out: str = ""
    """What was shortened so that mail programs show all of it; empty: nothing."""
    pictures_left: tuple[str, ...] = ()
    """Pictures that were to be parts of the mail and could not, with the reason."""


def variant_keys(
    edition: Edition, sections: Sequence[Section], choices: Mapping[int, Choice]
) -> dict[int, str]:
    """For each choice of topics that is sent anything, the key of the variant it gets."""
    if edition.kind is EditionKind.BULLETIN:
        audience = set(topics_of(edition.topics))
        return {
            number: ""
            for number, choice in choices.items()
            if not audience or not choice.topics or audience & set(choice.topics)
        }
    keys = {
        number: key_of(sections_for(sections, _choice(edition, chosen)))
        for number, chosen in choices.items()
    }
    return {number: key for number, key in keys.items() if key}


def variants_of(
    edition: Edition, sections: Sequence[Section], choices: Mapping[int, Choice]
) -> dict[str, tuple[Section, ...]]:
    """What each distinct variant among these choices tells, by its key."""
    keys = variant_keys(edition, sections, choices)
    return {
        key: sections_for(sections, _choice(edition, choices[number]))
        for number, key in keys.items()
    }


def _choice(edition: Edition, choice: Choice) -> Choice:
    """What of a choice counts for an edition: which digests she chose says nothing of articles."""
    return replace(choice, digests=()) if edition.kind is EditionKind.ARTICLE else choice


def compile_variant(
    edition: Edition,
    sections: Sequence[Section],
    renderer: Renderer,
    now: datetime,
    *,
    test: bool = False,
) -> CompiledVariant:
    """The message of one choice of articles, encoded, slots marked.

    A digest is shortened until its HTML fits what mail programs show.

    Args:
        sections: what `sections_for` chose; none for a bulletin.

    Raises:
        TemplateError: a template is wrong.
    """
    rendered, context, left_out = _fitting(edition, sections, renderer)
    subject = f"[Test] {context['edition']['subject']}" if test else context["edition"]["subject"]
    envelope = _envelope(edition, subject, renderer.unsubscribe_base, now)
    compiled = compile_mail(rendered, envelope, renderer.pictures)
    return CompiledVariant(
        articles=key_of(sections),
        content=compiled.content,
        nonce=rendered.nonce,
        subject=subject,
        html=rendered.html,
        text=rendered.text,
        left_out=left_out,
        pictures_left=compiled.pictures_left,
    )


def compile_page(edition: Edition, sections: Sequence[Section], renderer: Renderer) -> str:
    """The view-online page: everything, nothing personal."""
    return renderer.render_online(edition.template, full_context(edition, sections, renderer))


def full_context(
    edition: Edition, sections: Sequence[Section], renderer: Renderer
) -> dict[str, Any]:
    """The context in which everything is told."""
    if edition.kind is EditionKind.BULLETIN:
        return bulletin_context(edition)
    count = sum(len(section.articles) for section in sections)
    plan = next(plans(count, _stories(edition)))
    return _with_subject(edition, digest_context(edition, sections, plan), renderer)


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


def _fitting(
    edition: Edition, sections: Sequence[Section], renderer: Renderer
) -> tuple[Rendered, dict[str, Any], str]:
    """The fullest telling that mail programs show whole, or else the shortest."""
    if edition.kind is EditionKind.BULLETIN:
        context = bulletin_context(edition)
        return renderer.render(edition.template, context), context, ""
    count = sum(len(section.articles) for section in sections)
    full, *shorter = plans(count, _stories(edition))
    for plan in (full, *shorter):
        context = _with_subject(edition, digest_context(edition, sections, plan), renderer)
        rendered = renderer.render(edition.template, context)
        if len(rendered.html.encode()) <= LARGEST_HTML_BYTES:
            break
    return rendered, context, plan.difference(full, count)


def _stories(edition: Edition) -> int:
    stories: int = edition.masthead.get("digest", {}).get("stories", STORIES)
    return stories


def _with_subject(edition: Edition, context: dict[str, Any], renderer: Renderer) -> dict[str, Any]:
    """The context with the subject of this choice of articles: a lead she is not sent is none."""
    source = edition.masthead.get("digest", {}).get("subject")
    if source:
        line = renderer.subject_line(
            source,
            f"digests.{edition.digest}.subject",
            {**context, "date": context["edition"]["date"]},
        )
        context["edition"]["subject"] = line[:MAX_SUBJECT_CHARACTERS] or edition.title
    return context


def _envelope(edition: Edition, subject: str, unsubscribe_base: str, now: datetime) -> Envelope:
    site, sender = edition.masthead["site"], edition.masthead["sender"]
    host = site["base_url"].partition("://")[2].partition("/")[0].partition(":")[0]
    stream = STREAMS.get(edition.kind) or edition.digest
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
        archive_url=f"{site['base_url']}/editions" if site.get("archive") else site["base_url"],
        owner=site["contact"],
        message_id_domain=sender["address"].partition("@")[2],
    )
