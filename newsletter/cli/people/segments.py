"""`newsletter subscribers segments`: named groups of subscribers."""

import click
from sqlalchemy.orm import Session

from newsletter.actions import segments as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.cli.output import print_json, print_table
from newsletter.queries import segments as queries
from subscribers.segments import store
from subscribers.segments.compiling import QueryContext


@click.group()
def segments() -> None:
    """Name groups of subscribers, by expressions such as “topic = housing”."""


@segments.command()
@click.argument("name")
@click.argument("expression")
@pass_program
def add(program: Invocation, name: str, expression: str) -> None:
    """Save an expression under a name."""
    actions.add(program.app, program.actor, name, expression)
    with program.database.read() as session:
        resolve_segment(program, session, expression)
        count = store.count(session, expression, evaluation_of(program, session))
    program.say(f"The segment {name} has {count} people now.")


@segments.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_program
def list_segments(program: Invocation, as_json: bool) -> None:
    """List the segments with their current size."""
    with program.database.read() as session:
        context = evaluation_of(program, session)
        rows = [
            {
                "name": segment.name,
                "people": store.count(session, segment.expression, context),
                "expression": segment.expression,
            }
            for segment in store.every(session)
        ]
    if as_json:
        print_json(program, rows)
        return
    columns = ("name", "people", "expression")
    table = [[row[column] for column in columns] for row in rows]
    print_table(program, columns, table, "There is no segment.")


@segments.command()
@click.argument("name_or_expression")
@pass_program
def count(program: Invocation, name_or_expression: str) -> None:
    """Count the subscribers of a segment or expression."""
    with program.database.read() as session:
        expression = resolve_segment(program, session, name_or_expression)
        program.say(str(store.count(session, expression, evaluation_of(program, session))))


@segments.command()
@click.argument("name")
@click.argument("expression")
@pass_program
def change(program: Invocation, name: str, expression: str) -> None:
    """Give a segment another expression; digests that use it follow."""
    actions.change(program.app, program.actor, name, expression)
    with program.database.read() as session:
        resolve_segment(program, session, expression)
        count = store.count(session, expression, evaluation_of(program, session))
    program.say(f"The segment {name} has {count} people now.")


@segments.command()
@click.argument("name")
@click.argument("new_name")
@pass_program
def rename(program: Invocation, name: str, new_name: str) -> None:
    """Give a segment another name, unless a digest uses it."""
    actions.rename(program.app, program.actor, name, new_name)
    program.say(f"The segment {name} is called {new_name} now.")


@segments.command()
@click.argument("name")
@pass_program
def remove(program: Invocation, name: str) -> None:
    """Remove a segment; its editions keep their expression."""
    actions.remove(program.app, program.actor, name)
    program.say(f"The segment {name} is gone.")


def resolve_segment(program: Invocation, session: Session, name_or_expression: str) -> str:
    """The expression of a segment name, or the expression itself; warns of unknown names.

    Raises:
        ResourceNotFound: there is no segment of this name.
        InvalidInput: the expression is invalid.
    """
    expression = store.expression_of(session, name_or_expression)
    for problem in queries.unknown_in(session, program.config, expression):
        program.warn(problem)
    return expression


def evaluation_of(program: Invocation, session: Session) -> QueryContext:
    """The context that expressions are evaluated in: now, the site's zone, the mail statistics."""
    return queries.evaluation(session, program.config, program.clock.now())
