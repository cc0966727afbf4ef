"""Every action is called by some face, and faces write only through actions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from changes import CHANGES
from registers import assert_registered

ROOT = Path(__file__).resolve().parents[3] / "newsletter"
ABOVE_ACTIONS = ("cli", "web", "console", "serving", "demo", "app.py", "scheduling")
FRAME = ROOT / "actions" / "action.py"

# Actions without a command, with the reason.
NOT_BY_COMMAND = {
    **{
        action: "belongs to the subscriber whose link it is"
        for action in CHANGES
        if action.startswith("account.")
    },
    "articles.discard": "belongs to the editor; a terminal has files for it",
    "articles.keep": "belongs to the editor; a terminal has files for it",
    "articles.save": "belongs to the editor; by command it is `articles edit`",
    "articles.mail": "falls due by itself; `digest send` is for digests",
    "articles.measure": "falls due by itself",
    "subscribers.export_list": "belongs to the lists of the console; by command it is "
    "`subscribers export`",
    "articles.publish_due": "falls due by itself; by hand it is `articles edit --status`",
    "digests.compose_due": "falls due by itself; by hand it is `digest send`",
    **{
        action: "an upload is the console's; `subscribers import` reads the file itself"
        for action in CHANGES
        if action.startswith("imports.")
        and action not in {"imports.enter", "imports.undo", "imports.forget_uploads"}
    },
    "imports.forget_uploads": "falls due by itself",
    "digests.record_missed_run": "falls due by itself",
    "digests.register": "falls due by itself",
    "editions.ask_for_approval": "falls due by itself",
    "feedback.check_returned_mail": "falls due by itself",
    "feedback.remember_mailbox": "falls due by itself",
    "feedback.record": "told by servers and providers, and taken from the ledger",
    "keys.see": "belongs to the program that has the key",
    "maintenance.forget_people": "falls due by itself",
    "maintenance.raise_alarms": "falls due by itself",
    **{
        action: "belongs to the browser of a staff member"
        for action in CHANGES
        if action.startswith(("credentials.", "sessions."))
    },
    "staff.set_up": "belongs to the browser of the first owner, by the link that `serve` prints",
}


def files(*names: str) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        yield from [path] if path.suffix else sorted(path.rglob("*.py"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def begins_to_write(call: ast.Call) -> bool:
    """Whether a call is `database.write()`, not `file.write(text)`."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"write", "begin", "commit", "connect_to_migrate"}
        and not call.args
    )


def actions_named_in(path: Path) -> set[str]:
    """The actions that a file references: `alias.function` of modules of actions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "newsletter.actions"
        for alias in node.names
    }
    return {
        f"{modules[node.value.id]}.{node.attr.rstrip('_')}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    }


def named_in(*names: str) -> set[str]:
    return set().union(*(actions_named_in(path) for path in files(*names)))


@pytest.mark.parametrize(
    "path", list(files(*ABOVE_ACTIONS)), ids=lambda p: str(p.relative_to(ROOT))
)
def test_no_face_opens_a_transaction_to_write(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [call.lineno for call in calls(tree) if begins_to_write(call)]
    assert not found, f"{path}, line {found}: call an action of newsletter/actions instead"


@pytest.mark.parametrize("path", list(files("actions")), ids=lambda p: p.stem)
def test_only_the_action_decorator_opens_transactions(path: Path) -> None:
    if path == FRAME:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        call.lineno
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "write"
    ]
    assert not found, f"{path}, line {found}: use @action, or job.transaction()"


def test_every_action_can_be_called_by_a_command_or_is_named_with_its_reason() -> None:
    by_command = named_in("cli")
    assert_registered(
        NOT_BY_COMMAND,
        set(CHANGES) - by_command,
        where="tests/newsletter/actions/test_reachability.py, NOT_BY_COMMAND",
        what_for="it says why no command of newsletter/cli calls it (or write the command)",
    )


def test_every_action_without_a_command_is_called_by_the_site_or_the_schedule() -> None:
    unused = sorted(set(NOT_BY_COMMAND) - named_in("web", "console", "scheduling"))
    assert not unused, (
        f"nothing calls {', '.join(unused)}: call it as `module.function` in newsletter/web, "
        "newsletter/console or newsletter/scheduling, or remove the action"
    )
