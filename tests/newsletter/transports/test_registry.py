"""Building transports from configuration tables."""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.config.durations import write_duration
from newsletter.errors import ConfigurationError
from newsletter.transports.registry import KINDS, load_transport, transport_class

Load = Callable[..., Any]
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5IQ=="
DOCS = Path(__file__).parents[3] / "docs" / "transports.md"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Puts a module of the user's own where Python finds it."""
    folder, names = tmp_path / "own", []
    folder.mkdir()
    sys.path.insert(0, str(folder))

    def put(text: str) -> str:
        names.append(f"own_{abs(hash(tmp_path))}_{len(names)}")
        (folder / f"{names[-1]}.py").write_text(text, encoding="utf-8")
        return names[-1]

    yield put
    sys.path.remove(str(folder))
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_shipped_kind_has_a_description(kind: str) -> None:
    options = transport_class(kind).Options
    for name, field in options.model_fields.items():
        assert field.description, f"{kind}.{name}"


@pytest.mark.parametrize(
    "kind", [None, "", "smpt", 7, "smtp:", ":x", ["smtp"], "base", "smtp_wire"]
)
def test_an_unknown_kind_error_lists_the_kinds(load: Load, kind: Any) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(kind)
    assert f"transports.main.kind: found {kind!r}" in str(error.value)
    assert f"write one of {', '.join(KINDS)}, or " in str(error.value)


def test_a_folder_without_a_transport_is_named_in_the_error(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="transports/api has no module transport"):
        load("api")


def test_a_helper_is_named_in_the_error(load: Load) -> None:
    with pytest.raises(ConfigurationError, match=r"transports/base\.py is named a helper"):
        load("base")


def test_a_missing_kind_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"transports\.main\.kind: found None"):
        load_transport("main", {}, Path("newsletter.toml"), {})


@pytest.mark.parametrize("kind", ["no_such_module_here:X", "no_such.module.here:X"])
def test_a_missing_module_is_an_error(load: Load, kind: str) -> None:
    with pytest.raises(ConfigurationError, match=r"transports\.main\.kind: .*no_such"):
        load(kind)


def test_a_module_that_fails_to_import_is_an_error(load: Load, own: Callable[[str], str]) -> None:
    name = own("import no_such_thing_in_wexcombe")
    with pytest.raises(ConfigurationError, match=r"cannot be imported: ModuleNotFoundError"):
        load(f"{name}:X")
    with pytest.raises(ConfigurationError, match=r"cannot be imported: SyntaxError"):
        load(f"{own('def')}:X")


def test_a_missing_attribute_is_an_error(load: Load, own: Callable[[str], str]) -> None:
    with pytest.raises(ConfigurationError, match="has no attribute 'X'"):
        load(f"{own('')}:X")


@pytest.mark.parametrize(
    "text",
    [
        "X = 7",
        "class X: pass",
        "class X:\n    Options = dict\n    def open(self): pass",
        "from pydantic import BaseModel\nclass X:\n    Options = BaseModel",
        "from pydantic import BaseModel\nclass X:\n    Options = BaseModel\n    def open(self): 0",
    ],
)
def test_an_attribute_that_is_no_transport_is_an_error(
    load: Load, own: Callable[[str], str], text: str
) -> None:
    with pytest.raises(ConfigurationError, match="is not a transport; a transport is a class"):
        load(f"{own(text)}:X")


def test_a_transport_without_connections_is_an_error(load: Load, own: Callable[[str], str]) -> None:
    text = (
        "from newsletter.config.kinds import OptionTable\n"
        "class X:\n    Options = type('Options', (OptionTable,), {})\n"
        "    def __init__(self, options): pass\n    def open(self): pass"
    )
    with pytest.raises(ConfigurationError, match="`connections`"):
        load(f"{own(text)}:X")


def test_relative_paths_are_resolved_against_the_configuration_file(
    load: Load, tmp_path: Path
) -> None:
    load("maildir", path="caught").open()
    assert (tmp_path / "caught" / "new").is_dir()


def test_absolute_paths_are_unchanged(load: Load, tmp_path: Path) -> None:
    load("maildir", path=str(tmp_path / "elsewhere")).open()
    assert (tmp_path / "elsewhere" / "new").is_dir()


def shown(default: object) -> str:
    """A default in the documentation's format."""
    if hasattr(default, "get_secret_value"):
        return '`""`'
    if isinstance(default, timedelta):
        return f'`"{write_duration(default)}"`'
    return f'`"{default}"`' if isinstance(default, str) else f"`{str(default).lower()}`"


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_is_documented_with_its_default(kind: str) -> None:
    section = DOCS.read_text(encoding="utf-8").partition(f"\n## `{kind}`")[2].partition("\n## ")[0]
    assert section, f"docs/transports.md: write a section ## `{kind}`"
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))
    fields = transport_class(kind).Options.model_fields
    expected = {n: "needed" if f.is_required() else shown(f.default) for n, f in fields.items()}
    assert rows == expected, (
        f"docs/transports.md: the table in the section {kind} is behind its options; put "
        f"<!-- options of `{kind}` --> and <!-- end --> there and run scripts/write-reference"
    )


def test_the_readme_names_every_provider() -> None:
    readme = (DOCS.parents[1] / "README.md").read_text(encoding="utf-8")
    providers = [
        getattr(transport_class(kind), "provider", None) for kind in KINDS if kind != "http"
    ]
    missing = [each.name for each in providers if each and each.name not in readme]
    assert not missing, f"README.md: name {', '.join(missing)} among the ways for mail to leave"


def test_every_kind_is_in_the_table_of_kinds() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("| kind |")[2].partition("\n\n")[0]
    missing = set(KINDS) - set(re.findall(r"`(\w+)`", table))
    assert not missing, f"docs/transports.md: add {', '.join(missing)} to the table of kinds"


def test_every_documented_example_is_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    examples = [
        (name, table)
        for block in blocks
        for name, table in tomllib.loads(block)["transports"].items()
        if table["kind"] in KINDS
    ]
    missing = set(KINDS) - {table["kind"] for _, table in examples}
    assert not missing, f"docs/transports.md: give {', '.join(missing)} an example in TOML"
    for name, table in examples:
        for option, file in table.items():
            if option.endswith("_file") and option != "ca_file":
                (tmp_path / file).write_text(SECRET, encoding="utf-8")
        assert load_transport(name, table, tmp_path / "newsletter.toml", {})
