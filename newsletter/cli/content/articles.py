"""`newsletter articles`: list, search, show, topics."""

from typing import Any
from zoneinfo import ZoneInfo

import click

from newsletter.articles import store
from newsletter.articles.models import Article, ArticleStatus
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.lazy_group import LazyGroup
from newsletter.cli.output import as_json, print_json, print_table, print_text

STATUSES = click.Choice([status.value for status in ArticleStatus])


# Where each of the other commands stands.
PLACES = {
    "import": "content.article_import:import_",
    "edit": "content.article_changes:edit",
    "withdraw": "content.article_changes:withdraw",
    "correct": "content.article_changes:correct",
    "history": "content.article_history:history",
    "restore": "content.article_history:restore",
    "poll": "content.article_polling:poll",
}


@click.group(cls=LazyGroup, places=PLACES)
def articles() -> None:
    """Import, list, edit and withdraw articles."""


@articles.command("list")
@click.option("--status", type=STATUSES, help="Only these; otherwise all.")
@click.option("--topic", "topics", multiple=True, help="Only of this topic (slug); repeatable.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@as_json
@pass_program
def list_(
    program: Invocation, status: str | None, topics: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """Show the articles, newest first."""
    chosen_status = ArticleStatus(status) if status else None
    with program.database.read() as session:
        listed = store.listed(session, chosen_status, topics, limit=limit)
        total = store.count(session, chosen_status, topics)
    _print_articles(program, listed, as_json)
    if not as_json and total > len(listed):
        program.say(f"{total - len(listed)} older ones: use --limit {total}")


@articles.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@as_json
@pass_program
def search(program: Invocation, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find published articles that hold all the words."""
    with program.database.read() as session:
        articles = store.search(session, " ".join(words), limit=limit)
    _print_articles(program, articles, as_json)


def _print_articles(program: Invocation, articles: list[Article], as_json: bool) -> None:
    if as_json:
        print_json(program, [_summary(article) for article in articles])
        return
    zone = ZoneInfo(program.config.site.timezone)
    rows = [
        (
            article.id,
            article.published_at.astimezone(zone).date(),
            article.status.value,
            article.title,
            ", ".join(topic.slug for topic in article.topics),
        )
        for article in articles
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
def show(program: Invocation, reference: str, as_html: bool, as_json: bool) -> None:
    """Show one article, by its number, slug or tag."""
    from newsletter.articles.editing import document_of
    from newsletter.articles.importers.base import ImportContext

    with program.database.read() as session:
        article = store.get(session, reference)
    if as_json:
        print_json(program, {**_summary(article), "body_html": article.body_html})
    elif as_html:
        print_text(f"{article.body_html}\n")
    else:
        print_text(document_of(article, ImportContext.of(program.config.site)))


@articles.command("topics")
@as_json
@pass_program
def topics(program: Invocation, as_json: bool) -> None:
    """Show the topics and how many published articles each has."""
    with program.database.read() as session:
        topics = store.topics(session)
    if as_json:
        print_json(program, [{"slug": t.slug, "name": t.name, "count": t.count} for t in topics])
    else:
        rows = [(t.slug, t.name, t.count) for t in topics]
        print_table(program, ("Slug", "Name", "Published"), rows, "no topics")
