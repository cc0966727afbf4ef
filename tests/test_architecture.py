"""The floors of docs/design.md: imports go down only, and every module stands on one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The first name that fits a module decides its floor.
FLOORS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        0,
        (
            "newsletter.clock",
            "newsletter.errors",
            "newsletter.config",
            "newsletter.tokens.signing",
            "newsletter.database",
            "newsletter.fetching",
        ),
    ),
    (1, ("subscribers",)),
    (2, ("newsletter.articles",)),
    (
        3,
        (
            "newsletter.feeds",
            "newsletter.rendering",
            "newsletter.transports",
            "newsletter.linting",
        ),
    ),
    (4, ("newsletter.editions",)),
    (5, ("newsletter.delivery", "newsletter.feedback")),
    (
        6,
        (
            "newsletter.app",
            "newsletter.scheduler",
            "newsletter.schema",
            "newsletter.migrations",
            "newsletter.demo",
        ),
    ),
    (7, ("newsletter.cli", "newsletter.web")),
    (8, ("newsletter.__main__",)),
)
# Neighbours on floor 3 know nothing of each other.
APART = (
    "newsletter.feeds",
    "newsletter.rendering",
    "newsletter.transports",
    "newsletter.linting",
)
# Empty packages that only hold others.
NOWHERE = ("newsletter",)
# Where HTTP statuses and exit codes are decided.
STATUS_ROOMS = {"starlette": ("newsletter.web",), "click": ("newsletter.cli",)}


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


def floor_of(module: str) -> int | None:
    for floor, rooms in FLOORS:
        if any(is_in(module, room) for room in rooms):
            return floor
    return None


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
def test_every_module_stands_on_a_floor(module: str) -> None:
    assert floor_of(module) is not None


@pytest.mark.parametrize("module", [name for name in MODULES if name not in NOWHERE])
def test_imports_go_down_only(module: str) -> None:
    here = floor_of(module)
    assert here is not None
    for imported in imports_of(MODULES[module]):
        there = floor_of(imported)
        if there is not None:
            assert there <= here, f"{module} (floor {here}) imports {imported} (floor {there})"


@pytest.mark.parametrize("module", [m for m in MODULES if any(is_in(m, room) for room in APART)])
def test_neighbours_on_the_third_floor_are_apart(module: str) -> None:
    own = next(room for room in APART if is_in(module, room))
    for imported in imports_of(MODULES[module]):
        assert not any(is_in(imported, room) for room in APART if room != own), imported


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/**/__init__.py")), ids=str)
def test_a_package_file_holds_a_docstring_and_no_imports(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] not in {"newsletter", "subscribers"}:
        return
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("library", STATUS_ROOMS)
def test_statuses_and_exit_codes_are_decided_in_their_room(library: str) -> None:
    for module, path in MODULES.items():
        if not any(is_in(module, room) for room in STATUS_ROOMS[library]):
            found = [name for name in imports_of(path) if is_in(name, library)]
            assert not found, f"{module} imports {found}"


def test_people_point_at_nothing_above_them() -> None:
    for module, path in MODULES.items():
        if is_in(module, "subscribers"):
            ours = [name for name in imports_of(path) if is_in(name, "newsletter")]
            assert all(floor_of(name) == 0 for name in ours), module


def test_nothing_imports_in_a_circle() -> None:
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
def test_a_file_is_one_idea(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 400
