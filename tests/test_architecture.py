"""The layers of docs/design.md: imports go down only, and every module is in one."""

import ast
import re
from collections.abc import Iterator
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


@pytest.mark.parametrize("room", [*FLOORS, *DELIVERY_FLOORS])
def test_every_documented_package_exists(room: str) -> None:
    assert room in MODULES


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written from the root"
            base = node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base


@pytest.mark.parametrize("module", [name for name in MODULES if name not in NOWHERE])
def test_every_module_belongs_to_a_layer(module: str) -> None:
    assert floor_of(module) is not None


@pytest.mark.parametrize("floors", [FLOORS, DELIVERY_FLOORS], ids=["all", "delivery"])
@pytest.mark.parametrize("module", [name for name in MODULES if name not in NOWHERE])
def test_imports_point_to_lower_layers_only(module: str, floors: dict[str, int]) -> None:
    here = floor_of(module, floors)
    if here is None:
        return
    for imported in imports_of(MODULES[module]):
        there = floor_of(imported, floors)
        if there is not None:
            assert there <= here, f"{module} (floor {here}) imports {imported} (floor {there})"


@pytest.mark.parametrize("rooms", APART, ids=" ".join)
def test_rooms_of_a_floor_do_not_import_each_other(rooms: tuple[str, ...]) -> None:
    for own in rooms:
        for module, path in MODULES.items():
            if is_in(module, own) and floor_of(module) == FLOORS[own]:
                found = [i for i in imports_of(path) for r in rooms if r != own and is_in(i, r)]
                assert not found, f"{module} imports {found}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/**/__init__.py")), ids=str)
def test_init_files_contain_only_a_docstring(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] not in {"newsletter", "subscribers"}:
        return
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("library", STATUS_ROOMS)
def test_http_statuses_and_exit_codes_are_used_in_their_package_only(library: str) -> None:
    for module, path in MODULES.items():
        if not any(is_in(module, room) for room in STATUS_ROOMS[library]):
            found = [name for name in imports_of(path) if is_in(name, library)]
            assert not found, f"{module} imports {found}"


def test_subscribers_import_nothing_above_them() -> None:
    for module, path in MODULES.items():
        if is_in(module, "subscribers"):
            ours = [name for name in imports_of(path) if is_in(name, "newsletter")]
            assert all(floor_of(name) == 0 for name in ours), module


def test_there_are_no_import_cycles() -> None:
    arrows = {m: {i for i in imports_of(p) if i in MODULES} for m, p in MODULES.items()}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for imported in arrows[module]:
                visit(imported, (*way, module))
            done.add(module)

    for module in arrows:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_files_stay_below_the_line_limit(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 400


def test_every_file_that_the_design_page_names_exists() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+/[\w/]+\.py)`", page))
    missing = [n for n in named if not any((ROOT / r / n).exists() for r in ("", "newsletter"))]
    assert not missing
