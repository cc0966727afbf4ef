"""newsletter articles: list, show, search, edit, withdraw, correct, topics, poll."""

from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click

from newsletter.actions import articles as actions
from newsletter.actions import sources
from newsletter.articles import store
from newsletter.articles.editing import Edit, document_of, read_document
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.dates import moment_of
from newsletter.articles.importers.decoding import decode
from newsletter.articles.importers.markdown import html_of
from newsletter.articles.importers.text import paragraphs_of
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.polling import source_of
from newsletter.cli.content.article_history import history, restore
from newsletter.cli.content.article_import import as_json, import_, report_of
from newsletter.cli.context import Program, pass_program
from newsletter.cli.exit_statuses import INCOMPLETE
from newsletter.cli.output import print_json, print_table
from newsletter.errors import InvalidInput, NewsletterError
from newsletter.shown import shown

STATUSES = click.Choice([status.value for status in ArticleStatus])


@click.group()
def articles() -> None:
    """Import, list, edit and withdraw articles."""


for command in (import_, history, restore):
    articles.add_command(command)


@articles.command("list")
@click.option("--status", type=STATUSES, help="Only these; otherwise all.")
@click.option("--topic", "topics", multiple=True, help="Only of this topic (slug); repeatable.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@as_json
@pass_program
def list_(
    program: Program, status: str | None, topics: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """Show the articles, newest first."""
    wanted = ArticleStatus(status) if status else None
    with program.database.read() as session:
        found = store.listed(session, wanted, topics, limit=limit)
        total = store.count(session, wanted, topics)
    _print_articles(program, found, as_json)
    if not as_json and total > len(found):
        program.say(f"{total - len(found)} older ones: use --limit {total}")


@articles.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@as_json
@pass_program
def search(program: Program, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find published articles that hold all the words."""
    with program.database.read() as session:
        found = store.search(session, " ".join(words), limit=limit)
    _print_articles(program, found, as_json)


def _print_articles(program: Program, found: list[Article], as_json: bool) -> None:
    if as_json:
        print_json(program, [_summary(article) for article in found])
        return
    zone = ImportContext.of(program.config.site).zone
    rows = [
        (
            article.id,
            article.published_at.astimezone(zone).date(),
            article.status.value,
            article.title,
            ", ".join(topic.slug for topic in article.topics),
        )
        for article in found
    ]
    print_table(program, ("No", "Date", "Status", "Title", "Topics"), rows, "no articles")


def _summary(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "uid": article.uid,
        "slug": article.slug,
        "title": article.title,
        "summary": article.summary,
        "author": article.author,
        "topics": [topic.slug for topic in article.topics],
        "status": article.status.value,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "image_url": article.image_url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "source_key": article.source_key,
    }


@articles.command("show")
@click.argument("reference", metavar="ARTICLE")
@click.option("--html", "as_html", is_flag=True, help="Print only the body, as HTML.")
@as_json
@pass_program
def show(program: Program, reference: str, as_html: bool, as_json: bool) -> None:
    """Show one article, by its number, slug or tag."""
    with program.database.read() as session:
        article = store.get(session, reference)
    if as_json:
        print_json(program, {**_summary(article), "body_html": article.body_html})
    elif as_html:
        click.echo(shown(article.body_html))
    else:
        click.echo(shown(document_of(article, ImportContext.of(program.config.site))), nl=False)


@articles.command("edit")
@click.argument("reference", metavar="ARTICLE")
@click.option("--title", help="A new title.")
@click.option("--date", help="2019-03-23, or with a time.")
@click.option("--publish-at", help="Schedule it: unpublished until then.")
@click.option("--author", help="A new author; empty: none.")
@click.option("--summary", help="Empty: derive it from the text.")
@click.option("--topic", "topics", multiple=True, help="All its topics; repeatable.")
@click.option("--status", type=STATUSES, help="Publish it, withdraw it, or make it a draft.")
@click.option(
    "--body",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the new text: .html, .txt, or else Markdown.",
)
@click.option(
    "--document",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with everything, as the editor shows it.",
)
@pass_program
def edit(program: Program, reference: str, document: Path | None, **options: Any) -> None:
    """Change an article, by its number, slug or tag; without options, in your editor ($EDITOR)."""
    context = ImportContext.of(program.config.site)
    with program.database.read() as session:
        article = store.get(session, reference)
    if document is not None:
        change = read_document(_file_text(document), article, context)
        _apply(program, article.id, change, context)
    elif any(options.values()) or options["summary"] == "" or options["author"] == "":
        _apply(program, article.id, _edit_of(options, context), context)
    else:
        _edit_in_editor(program, article, context)


def _edit_of(options: dict[str, Any], context: ImportContext) -> Edit:
    if options["date"] and options["publish_at"]:
        raise InvalidInput("--date and --publish-at are the same time; give one of them")
    date, status = options["date"] or options["publish_at"], options["status"]
    if options["publish_at"] and not status:
        status = ArticleStatus.PUBLISHED.value
    return Edit(
        title=options["title"],
        published_at=moment_of(date, context.zone) if date else None,
        author=options["author"],
        summary=options["summary"],
        topics=options["topics"] or None,
        status=ArticleStatus(status) if status else None,
        body_html=_body_of(options["body"]) if options["body"] else None,
    )


def _file_text(path: Path) -> str:
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error


def _body_of(path: Path) -> str:
    text = _file_text(path)
    if path.suffix.lower() in {".html", ".htm"}:
        return text
    return paragraphs_of(text) if path.suffix.lower() == ".txt" else html_of(text)


def _apply(program: Program, number: int, change: Edit, context: ImportContext) -> None:
    edited = actions.edit(program.app, program.actor, number, change)
    state = "changed" if edited.is_changed else "is as it was"
    program.say(f"article {number} {state}: {edited.title}")
    if edited.appears_at is not None:
        at = edited.appears_at.astimezone(context.zone)
        program.say(f"it appears on {at:%d %B %Y at %H:%M} ({context.zone.key})")


def _edit_in_editor(program: Program, article: Article, context: ImportContext) -> None:
    """Open the editor; an invalid text is saved to a file for another try."""
    before = document_of(article, context)
    after = click.edit(before, extension=".md")
    if after is None or after == before:
        program.say(f"article {article.id} is as it was: {article.title}")
        return
    try:
        _apply(program, article.id, read_document(after, article, context), context)
    except NewsletterError as error:
        kept = _save_text(after, article.id)
        raise InvalidInput(
            f"{error}. Your text is kept in {kept}; mend it, then: "
            f"newsletter articles edit {article.id} --document {kept}"
        ) from error


def _save_text(text: str, number: int) -> str:
    with NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"article-{number}-", suffix=".md", delete=False
    ) as file:
        file.write(text)
    return file.name


@articles.command("withdraw")
@click.argument("references", nargs=-1, required=True, metavar="ARTICLE...")
@pass_program
def withdraw(program: Program, references: tuple[str, ...]) -> None:
    """Take articles off the site and the feeds; edit ARTICLE --status published brings one back."""
    for each in actions.withdraw(program.app, program.actor, references):
        state = "withdrawn" if each.is_changed else "was withdrawn already"
        program.say(f"{state}: {each.title}")


@articles.command("correct")
@click.argument("reference", metavar="ARTICLE")
@click.argument("note")
@pass_program
def correct_(program: Program, reference: str, note: str) -> None:
    """Publish a correction: NOTE says what was wrong and is right now.

    It appears on the article's page and in feeds as an entry of its own. Digests that included the
    article mention it in their next edition. For a silent change use: newsletter articles edit.
    """
    title = actions.correct(program.app, program.actor, reference, note)
    program.say(f"correction published: {title}")


@articles.command("topics")
@as_json
@pass_program
def topics(program: Program, as_json: bool) -> None:
    """Show the topics and how many published articles each has."""
    with program.database.read() as session:
        found = store.topics(session)
    if as_json:
        print_json(program, [{"slug": t.slug, "name": t.name, "count": t.count} for t in found])
    else:
        rows = [(t.slug, t.name, t.count) for t in found]
        print_table(program, ("Slug", "Name", "Published"), rows, "no topics")


@articles.command("poll")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--adopt", is_flag=True, help="Take over articles with its ids.")
@as_json
@pass_program
def poll(program: Program, names: tuple[str, ...], adopt: bool, as_json: bool) -> None:
    """Ask the feeds of [sources], or those named, for new articles now."""
    if adopt and len(names) != 1:
        raise InvalidInput("--adopt is for one feed; name it")
    for name in names:
        source_of(program.config.sources, name)
    reports = {
        name: sources.poll(program.app, program.actor, name, adopts=adopt)
        for name in names or program.config.sources
    }
    for bad in chain.from_iterable(report.bad for report in reports.values()):
        program.warn(str(bad))
    if as_json:
        print_json(program, {name: report_of(report) for name, report in reports.items()})
    for name, report in reports.items():
        if not as_json:
            program.say(f"{name}: {report}")
    if not reports and not as_json:
        program.say("no feeds are configured; add [sources.NAME] with its url")
    if any(report.bad for report in reports.values()):
        raise SystemExit(INCOMPLETE)
