"""Prepares a due edition: renders its variants, then writes its ledger rows (fan-out)."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.preflight import Preflight
from newsletter.editions.composing.variants import store_variant, variant_keys, variants_of
from newsletter.editions.digests.sections import sections_for
from newsletter.editions.lifecycle import Transition
from newsletter.editions.models import Edition, EditionState
from newsletter.logging import EventLogger
from newsletter.rendering.renderer import RenderedMail, Renderer
from subscribers import store as people

log = EventLogger(__name__)

Compiled = dict[str, RenderedMail]


def prepare(
    database: Database, renderer: Renderer, preflight: Preflight, number: int, now: datetime
) -> bool:
    """Start a queued edition; writes its deliveries unless they exist.

    Rendering happens outside any transaction; variants, deliveries and the state change are written
    in one. Returns False where another process was quicker.

    Raises:
        TemplateError: a template is wrong; the edition stays queued.
        SendingRefused: the preflight found an error; the edition stays queued.
    """
    compiled: Compiled = {}
    while True:
        with database.read() as session:
            edition = store.by_id(session, number)
            page = edition.web_html
            if edition.fanned_out_at is None:
                page = _compile(session, edition, renderer, compiled, now)
        preflight.refuse_faulty(edition, compiled.values())
        with database.write() as session:
            edition = store.lock(session, number)
            if edition.state is not EditionState.QUEUED:
                return False
            if edition.fanned_out_at is not None or _fan_out(session, edition, compiled, now):
                edition.web_html = page
                store.change_state(session, number, Transition.START)
                return True
        # A subscriber chose a new combination of topics meanwhile: render its variant too.


def _compile(
    session: Session, edition: Edition, renderer: Renderer, compiled: Compiled, now: datetime
) -> str:
    """Render the variants missing from `compiled`; returns the public page."""
    sections = store.sections_of(session, edition)
    base = renderer.unsubscribe_base
    for key, sections_of_variant in variants_of(edition, sections, people.choices(session)).items():
        if key not in compiled:
            content = content_of(edition, sections_of_variant, unsubscribe_base=base, now=now)
            compiled[key] = renderer.render_mail(content)
    if edition.digest and not sections:
        return ""
    everything = content_of(edition, sections_for(sections), unsubscribe_base=base, now=now)
    return renderer.render_page(everything)


def _fan_out(session: Session, edition: Edition, compiled: Compiled, now: datetime) -> bool:
    """Store variants and deliveries; False where a variant is still to be rendered."""
    sections = store.sections_of(session, edition)
    keys = variant_keys(edition, sections, people.choices(session))
    if set(keys.values()) - set(compiled):
        return False
    numbers = {key: store_variant(session, edition, compiled[key]).id for key in set(keys.values())}
    for choice_id, key in keys.items():
        store.map_choice(session, edition.id, choice_id, numbers[key])
    session.flush()
    count = ledger_store.fan_out(session, edition, now)
    edition.fanned_out_at, edition.audience = now, count
    log.info("edition fanned out", edition=edition.id, deliveries=count, variants=len(numbers))
    return True
