"""config.example.toml is complete, current and loadable; the reference has every option."""

import re
import tomllib
from pathlib import Path

from reference import configuration_page

from newsletter.cli.operations.init import example_text, transport_kinds
from newsletter.config.example import ExampleTable, is_named, is_table, tables
from newsletter.config.loading import parse_config, validate
from newsletter.config.options import Config, Imprint
from newsletter.transports.registry import KINDS, transport_class

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "config.example.toml"
DOCS = ROOT / "docs" / "configuration.md"
# Where botocore is missing, SES cannot do without a key; an example cannot hold one.
KEYS = {"ses": {"access_key": "AKIAEXAMPLE", "secret_key": "example"}}


def all_tables() -> list[ExampleTable]:
    return tables(transport_kinds(), {})


def uncommented(text: str) -> str:
    """The example with every commented option and table enabled."""
    return re.sub(r"^# (?=(# )?(\[|[a-z_]+ = ))", "", text, flags=re.MULTILINE)


def test_the_example_file_is_up_to_date() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example_text({}), "run scripts/write-reference"


def test_the_example_loads() -> None:
    config = parse_config(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE, {})
    assert list(config.digests) == ["friday"]


def test_the_example_loads_with_every_comment_taken_up() -> None:
    text = uncommented(uncommented(EXAMPLE.read_text(encoding="utf-8")))
    config = parse_config(text, EXAMPLE, {})
    missing = sorted({"default", *KINDS} - {"smtp", *config.transports})
    assert not missing, f"config.example.toml lacks {missing}; run scripts/write-reference"
    for name, table in config.transports.items():
        kind = table["kind"]
        options = {key: value for key, value in table.items() if key != "kind"} | KEYS.get(kind, {})
        validate(transport_class(kind).Options, options, name, EXAMPLE, {})


def test_no_option_is_missing_from_the_example() -> None:
    raw = tomllib.loads(uncommented(uncommented(EXAMPLE.read_text(encoding="utf-8"))))
    for table in all_tables():
        found = raw
        for part in re.findall(r'"[^"]+"|[^.]+', table.path):
            found = found.get(part.strip('"'), {})
        missing = sorted(set(table.model.model_fields) - set(found))
        assert not missing, (
            f"config.example.toml: [{table.path}] has no {', '.join(missing)}; run "
            "scripts/write-reference"
        )


def test_every_table_of_the_file_is_in_the_example() -> None:
    shown = {table.path for table in all_tables()}
    nested = [
        (f"{path}.{key}" if path else key, option.annotation)
        for path, model in [("", Config), *((one.path, one.model) for one in all_tables())]
        for key, option in model.model_fields.items()
        if is_table(option.annotation)
    ]
    missing = [
        path
        for path, kind in nested
        if not any(one.startswith(f"{path}.") if is_named(kind) else one == path for one in shown)
    ]
    assert not missing, (
        f"newsletter/config/example.py: add an ExampleTable for {', '.join(missing)} to "
        "_AFTER_TRANSPORTS, then run scripts/write-reference"
    )


def test_every_option_has_a_description() -> None:
    for table in all_tables():
        for key, option in table.model.model_fields.items():
            is_section = isinstance(option.annotation, type) and option.annotation is Imprint
            assert is_section or option.description, (
                f"{table.path}.{key}: give its Field a description, for the example and reference"
            )


def test_the_options_reference_is_up_to_date() -> None:
    assert DOCS.read_text(encoding="utf-8") == configuration_page(), "run scripts/write-reference"


def test_no_option_is_missing_from_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for table in all_tables():
        for key in table.model.model_fields:
            assert f"`{key}`" in text, (
                f"docs/configuration.md does not name {table.path}.{key}; run "
                "scripts/write-reference"
            )
