"""`newsletter articles history` and `restore`."""

import click

from newsletter.actions import articles as actions
from newsletter.articles import store
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.writing import store as writing
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.differences import ChangedLine, PartKind, differences
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_table, print_text

MARKS = {PartKind.SAME: "", PartKind.REMOVED: "-", PartKind.ADDED: "+"}


@click.command("history")
@click.argument("reference", metavar="ARTICLE")
@click.option("--revision", type=int, help="Show what this revision changed.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@pass_program
def history(program: Invocation, reference: str, revision: int | None, limit: int) -> None:
    """Show the revisions of an article, newest first, or what one of them changed."""
    with program.database.read() as session:
        article = store.get(session, reference)
        if revision is None:
            revisions = writing.revisions(session, article.id, limit=limit)
            zone = ImportContext.of(program.config.site).zone
            rows = [
                (
                    one.number,
                    f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}",
                    one.by or "import",
                    one.content["title"],
                )
                for one in revisions
            ]
            print_table(program, ("No", "Time", "By", "Title"), rows, "it was never changed")
            return
        after = ArticleContent.from_json(writing.revision(session, article.id, revision).content)
        earlier = writing.revisions(session, article.id, below=revision, limit=1)
    before = ArticleContent.from_json(earlier[0].content) if earlier else ArticleContent()
    for line in differences(before, after):
        print_text(f"{_told(line)}\n")


def _told(line: ChangedLine) -> str:
    """A changed line as `{-gone-}` and `{+come+}`, as word-wise diffs write it."""
    parts = (
        f"{{{MARKS[part.kind]}{part.text}{MARKS[part.kind]}}}" if MARKS[part.kind] else part.text
        for part in line.parts
    )
    return f"{line.where}: {''.join(parts)}" if line.where else "".join(parts)


@click.command("restore")
@click.argument("reference", metavar="ARTICLE")
@click.argument("revision", type=int)
@pass_program
def restore(program: Invocation, reference: str, revision: int) -> None:
    """Give an article the content of an earlier revision; its status and date stay."""
    done = actions.restore(program.app, program.actor, reference, revision)
    state = "restored" if done.is_changed else "is as it was"
    program.say(f"{state}: {done.title}")
