"""Dangling references are reported at start."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from newsletter.config.loading import parse_config
from newsletter.config.options import Config
from newsletter.config.references import dangling_references

MAIN = '[transports.main]\nkind = "console"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[bulletins]\ntransport = "nowhere"', "bulletins.transport: found 'nowhere'"),
        ('[alarms]\ntransport = "nowhere"', "alarms.transport: found 'nowhere'"),
        ('[sending]\ntransport = "nowhere"', "sending.transport: found 'nowhere'"),
        (
            '[digests.a]\nname = "A"\ntransport = "b"\n[senders.default]\naddress="a@b.example"',
            "digests.a.transport: found 'b'",
        ),
        ('[digests.a]\nname = "A"', "digests.a.sender: found 'default'"),
        ("[limits.other]\nper_day = 1", "limits.other: there is no table"),
        ("[routes.both]\nmembers = { main = 1, second = 1 }", "routes.both: 'second' is to carry"),
        ('[routes.both]\nmembers = { main = 1 }\nfallback = "spare"', "'spare' is to carry"),
        ("[routes.main]\nmembers = { main = 1 }", "routes.main: there is a transport of this name"),
    ],
)
def test_a_dangling_reference_is_reported_with_its_path(text: str, told: str) -> None:
    config = parse_config(MAIN + text, Path("newsletter.toml"), {})
    assert [told in problem for problem in dangling_references(config)] == [True]


def naming_a_transport() -> Iterator[tuple[str, Config]]:
    """Each option `transport` of a table, with a configuration that names one that is not there."""
    for section, field in Config.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        for model in kinds:
            if isinstance(model, type) and issubclass(model, BaseModel):
                if "transport" not in model.model_fields:
                    continue
                is_named = model is not field.annotation
                table = model.model_construct({"transport"}, transport="nowhere")
                value = {"one": table} if is_named else table
                path = f"{section}.one" if is_named else section
                yield f"{path}.transport", Config().model_copy(update={section: value})


@pytest.mark.parametrize(("path", "config"), list(naming_a_transport()))
def test_an_option_that_names_a_missing_transport_is_reported(path: str, config: Config) -> None:
    problems = list(dangling_references(config))
    assert any(problem.startswith(f"{path}: found 'nowhere'") for problem in problems), (
        f"newsletter/config/references.py, `dangling_references`: check {path}"
    )


def test_a_route_is_accepted_wherever_a_transport_is() -> None:
    text = MAIN + '[routes.both]\nmembers = { main = 1 }\n[bulletins]\ntransport = "both"'
    assert list(dangling_references(parse_config(text, Path("newsletter.toml"), {}))) == []
