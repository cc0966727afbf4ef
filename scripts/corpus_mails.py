"""Mails of a corpus: what the preflight stops in an edition of each article, and in digests.

The articles are stored in a temporary database and mailed to nobody. Links are not tried.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus_words import share_kept, shown, spread, words_of
from sqlalchemy import select

from newsletter.app import Newsletter
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import Article
from newsletter.clock import SystemClock
from newsletter.config.loading import parse_config
from newsletter.config.options import DigestOptions
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import digest_masthead, masthead
from newsletter.editions.digests.sections import Section
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.linting.findings import Severity
from newsletter.migrations.running import upgrade
from newsletter.rendering.renderer import RenderedMail

STORIES_A_DIGEST = 30
CONFIG = """
[site]
name = "Corpus"
base_url = "https://site.example"
secret_key = "of no use to anybody: nothing is sent"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane, Little Wexcombe"
[senders.default]
address = "news@site.example"
"""


@dataclass
class MailTally:
    """Findings in mails of one kind."""

    mails: int = 0
    stopped: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)
    shortened: int = 0
    largest: int = 0
    """Bytes of the encoded HTML part."""
    in_text: list[float] = field(default_factory=list)
    """Shares of the words of whole articles that the text part has."""
    least: tuple[float, str] = (1.0, "")
    disordered: int = 0
    """Mails whose text part does not have the titles in the order of the stories."""

    def lines(self, name: str) -> Iterator[str]:
        yield f"{name}: {self.mails} made, {self.stopped} stopped"
        for what, number in self.errors.most_common():
            yield f"  stopped {number} × {what} ({self.places[what]})"
        for what, number in self.warnings.most_common(8):
            yield f"  warned {number} × {what}"
        yield f"  shortened {self.shortened}, largest HTML part {self.largest} bytes encoded"
        if self.in_text:
            yield f"  words of whole articles in the text part: {spread(self.in_text)}"
            yield f"    {self.least[0]:.2f} {self.least[1]}"
        if self.mails:
            yield f"  titles in another order in the text part: {self.disordered}"


class MailCorpus:
    """A site with the articles of a corpus."""

    def __init__(self, app: Newsletter, context: ImportContext) -> None:
        self._app, self._context = app, context

    def store(self, items: Sequence[Record | BadRecord], name: str) -> None:
        """Store a file's records under keys that no other file has."""
        records = [
            replace(one, source_key=f"{name} {one.source_key}"[-400:], other_keys=())
            for one in items
            if isinstance(one, Record)
        ]
        import_records(self._app.database, records, self._context, self._app.clock)

    def tallies(self) -> dict[str, MailTally]:
        """Findings by kind of mail and format of the articles."""
        found: dict[str, MailTally] = defaultdict(MailTally)
        for articles in self._articles():
            for article in articles:
                note(found[f"mails of {article.source} articles"], self._app, (article,))
            note(found["digests"], self._app, articles)
        return found

    def _articles(self) -> Iterator[tuple[Article, ...]]:
        last = 0
        while True:
            with self._app.database.read() as session:
                query = select(Article).where(Article.id > last).order_by(Article.id)
                articles = tuple(session.scalars(query.limit(STORIES_A_DIGEST)))
                if not articles:
                    return
                yield articles
                last = articles[-1].id


@contextmanager
def mail_corpus(context: ImportContext) -> Iterator[MailCorpus]:
    """An empty site in a temporary folder."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "newsletter.toml"
        text = f'{CONFIG}[database]\nurl = "sqlite:///{folder}/corpus.db"\n'
        app = Newsletter(parse_config(text, path, {}), path, SystemClock())
        upgrade(app.database)
        yield MailCorpus(app, context)
        app.database.close()


def note(tally: MailTally, app: Newsletter, articles: tuple[Article, ...]) -> None:
    """Render a mail of these articles and count what the preflight finds."""
    edition = _edition(app, articles)
    sections = (Section(digest="corpus", title="Corpus", articles=articles),)
    tally.mails += 1
    where = ", ".join(f"{one.source_key}" for one in articles[:2])
    try:
        content = content_of(
            edition,
            sections,
            unsubscribe_base=app.renderer.unsubscribe_base,
            now=app.clock.now(),
        )
        mail = app.renderer.render_mail(content)
        findings = app.preflight.content_findings(edition, [mail])
    except Exception as error:  # noqa: BLE001  # what must never happen is counted
        tally.stopped += 1
        _count(tally, tally.errors, f"{type(error).__name__}: {error}", where)
        return
    tally.stopped += any(finding.severity is Severity.ERROR for finding in findings)
    for finding in findings:
        kind = tally.errors if finding.severity is Severity.ERROR else tally.warnings
        _count(tally, kind, f"[{finding.rule}] {finding.message}", where)
    _compare_text(tally, mail, where)


def _compare_text(tally: MailTally, mail: RenderedMail, where: str) -> None:
    """Whether the text part tells each story, in their order, and a whole article in full."""
    tally.shortened += bool(mail.left_out)
    tally.largest = max(tally.largest, mail.html_bytes)
    if len(mail.content.stories) == 1 and not mail.left_out:
        wanted = words_of(shown(mail.content.stories[0].body_html))
        share = share_kept(wanted, words_of(mail.text)) if wanted else 1.0
        tally.in_text.append(share)
        tally.least = min(tally.least, (share, where))
    text, place = " ".join(mail.text.split()), 0
    for story in mail.content.stories:
        found = text.find(" ".join(story.title.split()), place)
        if found < 0:
            tally.disordered += 1
            return
        place = found + 1


def _count(tally: MailTally, kind: Counter[str], message: str, where: str) -> None:
    what = re.sub(r"https?://\S+|'.*?'|“.*?”|\d+", "…", message)[:110]
    kind[what] += 1
    tally.places.setdefault(what, where)


def _edition(app: Newsletter, articles: tuple[Article, ...]) -> Edition:
    is_single = len(articles) == 1
    options = DigestOptions(name="Corpus")
    return Edition(
        id=1,
        kind=EditionKind.ARTICLE if is_single else EditionKind.DIGEST,
        state=EditionState.DRAFT,
        digest="corpus",
        title="Corpus",
        subject=" ".join(articles[0].title.split())[:250],
        body_html="",
        topics="",
        template=app.config.each_article.template if is_single else options.template,
        transport="",
        masthead=masthead(app.config, "default")
        if is_single
        else digest_masthead(app.config, options),
        created_at=app.clock.now(),
        send_at=app.clock.now(),
    )
