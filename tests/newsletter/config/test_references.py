"""Dangling references are reported at start."""

from pathlib import Path

import pytest

from newsletter.config.loading import parse_config
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


def test_a_route_is_accepted_wherever_a_transport_is() -> None:
    text = MAIN + '[routes.both]\nmembers = { main = 1 }\n[bulletins]\ntransport = "both"'
    assert list(dangling_references(parse_config(text, Path("newsletter.toml"), {}))) == []
