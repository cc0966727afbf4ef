"""`newsletter subscribers suppress` and `unsuppress`: one address, or a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import click

from newsletter.actions import suppressions as actions
from newsletter.cli.context import Invocation, pass_program
from newsletter.errors import InvalidInput, ResourceNotFound
from subscribers import store
from subscribers.addresses import hash_address, normalise_address
from subscribers.importing import bulk_suppression
from subscribers.importing.bulk_suppression import Address
from subscribers.importing.file_types import open_list
from subscribers.importing.formats.table import SourceTable

BATCH_SIZE = 10_000
SHEET = click.option("--sheet", default="", help="Of a spreadsheet with several.")
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("address", required=False)
@click.option("--file", "path", type=FILE, help="A list in any usual format.")
@SHEET
@click.option("--reason", default="administrator", show_default=True)
@pass_program
def suppress(
    program: Invocation, address: str | None, path: Path | None, sheet: str, reason: str
) -> None:
    """Suppress an address: it is never mailed, even if added again."""
    take = partial(actions.add, program.app, program.actor, reason=reason)
    _refuse_both(address, path)
    if path is not None:
        table = open_list(path, sheet=sheet)
        new, others = _each(program, table, take)
        program.say(f"{new} suppressed, {others} were already, or stand in the file again.")
        if heading := bulk_suppression.status_heading(table):
            program.warn(
                f"Everybody in {path} is suppressed, whatever “{heading}” says of them. If only "
                f"those are meant who left, undo it with unsuppress --file {path}, and import the "
                "file instead: newsletter subscribers import."
            )
    elif address is not None:
        normalised = normalise_address(address)
        already = "" if take([[normalised]]) else f" already ({_reason(program, normalised)})"
        program.say(f"{normalised} is suppressed{already}.")


@click.command()
@click.argument("address", required=False)
@click.option("--file", "path", type=FILE, help="A list in any usual format.")
@SHEET
@pass_program
def unsuppress(program: Invocation, address: str | None, path: Path | None, sheet: str) -> None:
    """Lift a suppression."""
    lift = partial(actions.lift, program.app, program.actor)
    _refuse_both(address, path)
    if path is not None:
        lifted, others = _each(program, open_list(path, sheet=sheet), lift)
        program.say(f"{lifted} are no longer suppressed, {others} were not.")
    elif address is not None:
        normalised = normalise_address(address)
        if not lift([[normalised]]):
            raise ResourceNotFound(f"{normalised} is not suppressed")
        program.say(f"{normalised} is no longer suppressed.")


def _reason(program: Invocation, address: str) -> str:
    with program.database.read() as session:
        suppression = store.find_suppression(session, hash_address(program.app.secret, address))
    return suppression.reason if suppression else ""


def _refuse_both(address: str | None, path: Path | None) -> None:
    if (address is None) == (path is None):
        raise InvalidInput("write either one address or --file FILE")


def _each(
    program: Invocation, table: SourceTable, act: Callable[[Iterable[Sequence[str]]], int]
) -> tuple[int, int]:
    """Act on the addresses of a file; how many were changed, and how many not."""
    taken = refused = 0

    def usable(addresses: Iterator[Address]) -> Iterator[Sequence[str]]:
        nonlocal taken, refused
        while batch := list(islice(addresses, BATCH_SIZE)):
            for each in batch:
                if each.refusal:
                    refused += 1
                    program.warn(f"row {each.row}: {each.refusal}")
            accepted = [each.address for each in batch if not each.refusal]
            taken += len(accepted)
            yield accepted

    changed = act(usable(bulk_suppression.addresses_of(table)))
    if refused:
        program.warn(f"{refused} rows cannot be used and were passed over.")
    return changed, taken - changed
