"""The layers of docs/design.md: imports go down only, and every module is in one."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS_HEADING = "## Floors"
ROOMS_OF_DELIVERY_HEADING = "### Inside delivery"
# Packages of one layer that must not import each other.
APART = (
    ("newsletter.feeds", "newsletter.rendering", "newsletter.transports", "newsletter.linting"),
    ("newsletter.cli", "newsletter.web", "newsletter.console"),
)
# Empty packages that only hold others.
NOWHERE = ("newsletter",)
# Where HTTP statuses and exit codes are decided.
STATUS_ROOMS = {
    "starlette": (
        "newsletter.web",
        "newsletter.console",
        "newsletter.http",
        "newsletter.serving",
    ),
    "click": ("newsletter.cli",),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("newsletter", "subscribers"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" in path.parts or "templates" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


CSV_WRITER = re.compile(r"\bcsv\.(?:writer|DictWriter)\(")
TERMINAL = re.compile(r"\bclick\.(?:echo|secho|confirm|prompt)\b|\bsys\.std(?:out|err)\b")
# A thread that is forked or never ends keeps the whole run from ending.
WAITS = ("join", "wait", "communicate", "result")
# It has no threads.
FORKING = ROOT / "tests" / "command_server.py"
PROGRAMS = ("tests", "benchmarks", "scripts", "docs/examples")

MODULES = dict(modules())


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def drawn_floors(heading: str) -> dict[str, int]:
    """The rooms that the first block under a heading of docs/design.md draws, with their floors.

    A line with a number begins a floor; what stands before two spaces and words is its rooms.
    """
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    block = page.split(f"\n{heading}\n")[1].split("```")[1]
    floors: dict[str, int] = {}
    floor = -1
    for line in block.splitlines():
        if line[:1].isdigit():
            floor = int(line.split()[0])
        for room in re.findall(r"(?:newsletter|subscribers)/[\w/.{},]*", line):
            for path in spread(room):
                floors[path.removesuffix(".py").strip("/").replace("/", ".")] = floor
    return floors


def spread(room: str) -> list[str]:
    """The paths that `a/{b,c}` stands for."""
    if "{" not in room:
        return [room]
    before, _, rest = room.partition("{")
    inner, _, after = rest.partition("}")
    return [f"{before}{name}{after}" for name in inner.split(",")]


FLOORS = drawn_floors(FLOORS_HEADING)
DELIVERY_FLOORS = drawn_floors(ROOMS_OF_DELIVERY_HEADING)


def floor_of(module: str, floors: dict[str, int] = FLOORS) -> int | None:
    """The floor of the longest room name that the module is in."""
    rooms = [room for room in floors if is_in(module, room)]
    return floors[max(rooms, key=len)] if rooms else None


def imported_by(path: Path) -> list[str]:
    """The modules that a file imports, functions included."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written from the root"
            base = node.module or ""
            full_names = (f"{base}.{alias.name}" for alias in node.names)
            found += (full if full in MODULES else base for full in full_names)
    return found


@cache
def imports() -> dict[str, list[str]]:
    """What each module imports; read when the first test asks, not when the tests are collected."""
    return {module: imported_by(path) for module, path in MODULES.items()}


PLACED = [module for module in MODULES if module not in NOWHERE]


def test_every_documented_package_exists() -> None:
    gone = [room for room in (*FLOORS, *DELIVERY_FLOORS) if room not in MODULES]
    assert not gone, f"docs/design.md, the blocks of floors: take out {', '.join(gone)}"


def test_every_module_belongs_to_a_layer() -> None:
    homeless = [module for module in PLACED if floor_of(module) is None]
    assert not homeless, (
        f"docs/design.md, the block below {FLOORS_HEADING}: write the floor of "
        f"{', '.join(homeless)}, above all that it imports and below all that import it"
    )


@pytest.mark.parametrize("floors", [FLOORS, DELIVERY_FLOORS], ids=["all", "delivery"])
def test_imports_point_to_lower_layers_only(floors: dict[str, int]) -> None:
    upward = []
    for module in PLACED:
        here = floor_of(module, floors)
        for imported in imports()[module] if here is not None else ():
            there = floor_of(imported, floors)
            if there is not None and here is not None and there > here:
                upward.append(f"{module} (floor {here}) imports {imported} (floor {there})")
    assert not upward, (
        "imports go down only; move what is shared to the lower floor, or hand it in:\n"
        + "\n".join(upward)
    )


@pytest.mark.parametrize("rooms", APART, ids=" ".join)
def test_rooms_of_a_floor_do_not_import_each_other(rooms: tuple[str, ...]) -> None:
    crossing = [
        f"{module} imports {imported}"
        for own in rooms
        for module in MODULES
        if is_in(module, own) and floor_of(module) == FLOORS[own]
        for imported in imports()[module]
        if any(is_in(imported, room) for room in rooms if room != own)
    ]
    assert not crossing, (
        "rooms of one floor stay apart; move what both need to a floor below:\n"
        + "\n".join(crossing)
    )


def test_init_files_contain_only_a_docstring() -> None:
    inits = [path for path in MODULES.values() if path.name == "__init__.py"]
    bodies = {str(path): ast.parse(path.read_text(encoding="utf-8")).body for path in inits}
    others = [
        path
        for path, body in bodies.items()
        if not (len(body) == 1 and isinstance(body[0], ast.Expr))
    ]
    assert not others, f"leave a docstring of one line, and nothing else, in {', '.join(others)}"


@pytest.mark.parametrize("library", STATUS_ROOMS)
def test_http_statuses_and_exit_codes_are_used_in_their_package_only(library: str) -> None:
    elsewhere = [
        f"{module} imports {imported}"
        for module, found in imports().items()
        if not any(is_in(module, room) for room in STATUS_ROOMS[library])
        for imported in found
        if is_in(imported, library)
    ]
    assert not elsewhere, (
        f"{library} is for {', '.join(STATUS_ROOMS[library])}; raise an error of "
        "newsletter/errors.py, and let the face choose the status:\n" + "\n".join(elsewhere)
    )


def test_subscribers_import_nothing_above_them() -> None:
    above = [
        f"{module} imports {imported}"
        for module, found in imports().items()
        if is_in(module, "subscribers")
        for imported in found
        if is_in(imported, "newsletter") and floor_of(imported) != 0
    ]
    assert not above, "subscribers knows nothing of mail; hand in what it needs:\n" + "\n".join(
        above
    )


def test_there_are_no_import_cycles() -> None:
    arrows = {module: set(found) & set(MODULES) for module, found in imports().items()}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for imported in arrows[module]:
                visit(imported, (*way, module))
            done.add(module)

    for module in arrows:
        visit(module, ())


def test_files_stay_below_the_line_limit() -> None:
    ours = ("newsletter", "subscribers", *PROGRAMS)
    paths = [path for folder in ours for path in (ROOT / folder).rglob("*.py")]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in paths
        if "versions" not in path.parts
    }
    long = {path: length for path, length in lengths.items() if length > 400}
    assert not long, f"a file is one idea, of at most 400 lines; part these: {long}"


def test_every_file_that_the_design_page_names_exists() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+/[\w/]+\.py)`", page))
    missing = [n for n in named if not any((ROOT / r / n).exists() for r in ("", "newsletter"))]
    assert not missing, f"docs/design.md names files that do not exist: {', '.join(missing)}"


def test_every_definition_that_a_row_of_the_design_page_names_is_in_its_file() -> None:
    rows = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").splitlines()
    missing = []
    for row in rows:
        for file, names in re.findall(r"`(\w+/[\w/]+\.py)`((?:, `\w+`)+)", row):
            text = "".join(
                path.read_text(encoding="utf-8")
                for path in (ROOT / file, ROOT / "newsletter" / file)
                if path.exists()
            )
            missing += [
                f"{file}: {name}"
                for name in re.findall(r"\w+", names)
                if not re.search(rf"\b(def|class) {name}\b", text)
            ]
    assert not missing, f"docs/design.md names what is not in its file: {', '.join(missing)}"


def test_a_class_name_has_one_meaning() -> None:
    defined: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined.setdefault(node.name, []).append(module)
    # Each provider has its own, found by these names.
    shared = {
        name: modules
        for name, modules in defined.items()
        if len(modules) > 1 and name not in {"Transport", "Webhook"}
    }
    assert not shared, f"two classes of one name; call each what it alone is: {shared}"


def test_exit_statuses_stand_in_one_module() -> None:
    leaving = re.compile(r"(?:SystemExit|sys\.exit|ctx\.exit)\((?:from|code=)?\s*\d")
    cli = {module: path for module, path in MODULES.items() if is_in(module, "newsletter.cli")}
    texts = {module: path.read_text(encoding="utf-8") for module, path in cli.items()}
    numbered = [module for module, text in texts.items() if leaving.search(text)]
    assert not numbered, (
        f"{', '.join(numbered)}: end with a name of newsletter/cli/exit_statuses.py, not a number"
    )


def test_only_what_sanitises_writes_to_a_terminal() -> None:
    """The transport `console` does so by the same function."""
    writers = {path for _, path in modules() if TERMINAL.search(path.read_text(encoding="utf-8"))}
    sanitising = {
        *("newsletter/cli/context.py", "newsletter/cli/main.py", "newsletter/cli/output.py"),
        "newsletter/cli/progress.py",
        *("newsletter/transports/console.py", "newsletter/uncaught_errors.py"),
        *("newsletter/logging.py", "subscribers/importing/formats/sheets/sheet_reader.py"),
    }
    others = {str(path.relative_to(ROOT)) for path in writers} - sanitising
    assert not others, (
        f"{', '.join(sorted(others))}: write to the terminal by `program.say` or `program.warn` "
        "(newsletter/cli/context.py), which escape control characters"
    )


def test_whatever_writes_csv_escapes_formulas_by_the_one_rule() -> None:
    writers = {
        module: text
        for module, path in modules()
        if CSV_WRITER.search(text := path.read_text(encoding="utf-8"))
    }
    unescaped = {module for module, text in writers.items() if "escape_formula(" not in text}
    # A list in an expression, not a file.
    unescaped -= {"subscribers.segments.conditions"}
    assert not unescaped, (
        f"{', '.join(sorted(unescaped))}: pass every cell through `escape_formula` of "
        "subscribers/exporting.py"
    )


def waits(path: Path) -> list[str]:
    """Where a program waits for a thread, a process or a result without a limit, or forks."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    # A coroutine waits for a signal of its own loop.
    awaiting = {
        inner
        for node in nodes
        if isinstance(node, ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node not in awaiting
    ]
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}: {call.func.attr}"
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and (call.func.attr == "fork" or (call.func.attr in WAITS and not is_given(call)))
    ]


def is_given(call: ast.Call) -> bool:
    return bool(call.args or call.keywords)


def test_no_test_can_wait_for_ever() -> None:
    programs = [p for folder in PROGRAMS for p in sorted((ROOT / folder).rglob("*.py"))]
    endless = [found for path in programs if path != FORKING for found in waits(path)]
    assert not endless, (
        "a thread that never ends keeps the run from ending; give the wait a timeout, as "
        "tests/threads.py does:\n" + "\n".join(endless)
    )
