"""`newsletter articles edit, withdraw, correct`."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click

from newsletter.actions import articles as actions
from newsletter.articles import store
from newsletter.articles.editing import ArticleEdit, document_of, read_document
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.values.dates import moment_of
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.models import Article, ArticleStatus
from newsletter.cli.context import Invocation, pass_program
from newsletter.errors import InvalidInput, NewsletterError

STATUSES = click.Choice([status.value for status in ArticleStatus])


@click.command()
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
def edit(program: Invocation, reference: str, document: Path | None, **options: Any) -> None:
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


def _edit_of(options: dict[str, Any], context: ImportContext) -> ArticleEdit:
    if options["date"] and options["publish_at"]:
        raise InvalidInput("--date and --publish-at are the same time; give one of them")
    date, status = options["date"] or options["publish_at"], options["status"]
    if options["publish_at"] and not status:
        status = ArticleStatus.PUBLISHED.value
    return ArticleEdit(
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


def _apply(program: Invocation, number: int, change: ArticleEdit, context: ImportContext) -> None:
    edited = actions.edit(program.app, program.actor, number, change)
    state = "changed" if edited.is_changed else "is as it was"
    program.say(f"article {number} {state}: {edited.title}")
    if edited.appears_at is not None:
        at = edited.appears_at.astimezone(context.zone)
        program.say(f"it appears on {at:%d %B %Y at %H:%M} ({context.zone.key})")


def _edit_in_editor(program: Invocation, article: Article, context: ImportContext) -> None:
    """Open the editor; an invalid text is saved to a file for another try."""
    before = document_of(article, context)
    after = click.edit(before, extension=".md")
    if after is None or after == before:
        program.say(f"article {article.id} is as it was: {article.title}")
        return
    try:
        _apply(program, article.id, read_document(after, article, context), context)
    except NewsletterError as error:
        copy = _save_text(after, article.id)
        raise InvalidInput(
            f"{error}. Your text is kept in {copy}; mend it, then: "
            f"newsletter articles edit {article.id} --document {copy}"
        ) from error


def _save_text(text: str, number: int) -> str:
    with NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"article-{number}-", suffix=".md", delete=False
    ) as file:
        file.write(text)
    return file.name


@click.command()
@click.argument("references", nargs=-1, required=True, metavar="ARTICLE...")
@pass_program
def withdraw(program: Invocation, references: tuple[str, ...]) -> None:
    """Take articles off the site and the feeds; edit ARTICLE --status published brings one back."""
    for each in actions.withdraw(program.app, program.actor, references):
        state = "withdrawn" if each.is_changed else "was withdrawn already"
        program.say(f"{state}: {each.title}")


@click.command()
@click.argument("reference", metavar="ARTICLE")
@click.argument("note")
@pass_program
def correct(program: Invocation, reference: str, note: str) -> None:
    """Publish a correction: NOTE says what was wrong and is right now.

    It appears on the article's page and in feeds as an entry of its own. Digests that included the
    article mention it in their next edition. For a silent change use: newsletter articles edit.
    """
    title = actions.correct(program.app, program.actor, reference, note)
    program.say(f"correction published: {title}")
