"""Precedence of layers: default < stored setting < file < environment."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.layers import (
    FILE_ONLY,
    Layer,
    is_file_only,
    is_in_file,
    kind_of,
    option_keys,
    origin_of,
    parse_text,
)
from newsletter.config.loading import check_config
from newsletter.config.options import Config
from newsletter.errors import ConfigurationError

PATH = Path("/srv/news/newsletter.toml")
LAYERS = (Layer.SETTING, Layer.FILE, Layer.ENVIRONMENT)


def read(
    raw: dict[str, Any], stored: dict[str, Any], environment: dict[str, str] | None = None
) -> Config:
    return check_config(raw, PATH, environment or {}, stored)


@given(st.sets(st.sampled_from(LAYERS)))
def test_the_highest_layer_that_gives_an_option_wins(layers: set[Layer]) -> None:
    raw = {"site": {"name": "file"}} if Layer.FILE in layers else {}
    stored = {"site.name": "setting"} if Layer.SETTING in layers else {}
    environment = {"NEWSLETTER_SITE_NAME": "environment"} if Layer.ENVIRONMENT in layers else {}
    expected = next((layer for layer in reversed(LAYERS) if layer in layers), Layer.DEFAULT)
    assert origin_of("site.name", raw, environment, stored) is expected
    names = {Layer.DEFAULT: "Our newsletter"}
    assert read(raw, stored, environment).site.name == names.get(expected, expected.value)


def test_settings_and_file_may_give_options_of_one_table() -> None:
    config = read(
        {"digests": {"friday": {"name": "The Friday digest"}}},
        {"digests.friday.stories": 3, "digests.monday.name": "Monday"},
    )
    assert config.digests["friday"].name == "The Friday digest"
    assert config.digests["friday"].stories == 3
    assert config.digests["monday"].name == "Monday"


def test_a_transport_in_the_file_takes_nothing_from_settings() -> None:
    raw = {"transports": {"main": {"kind": "maildir", "path": "mails"}}}
    config = read(raw, {"transports.main.host": "mail.wexcombe.example"})
    assert config.transports["main"] == {"kind": "maildir", "path": "mails"}


def test_a_secret_named_by_file_counts_as_given_by_the_file() -> None:
    assert is_in_file({"site": {"secret_key_file": "key"}}, "site.secret_key")


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("NEWSLETTER_WEB_PORT", "8080", "port", 8080),
        ("NEWSLETTER_WEB_ARCHIVE", "false", "archive", False),
        ("NEWSLETTER_WEB_HOST", "[::1]", "host", "[::1]"),
    ],
)
def test_the_environment_gives_any_option(variable: str, text: str, key: str, value: Any) -> None:
    assert getattr(read({}, {}, {variable: text}).web, key) == value


def test_the_environment_gives_lists_as_toml() -> None:
    hubs = '["https://hub.example", "https://other.example"]'
    config = read({}, {}, {"NEWSLETTER_FEEDS_HUBS": hubs})
    assert config.feeds.hubs == ("https://hub.example", "https://other.example")


def test_a_wrong_setting_is_told_with_its_key_and_how_to_remove_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read({}, {"site.timezone": "Mars"})
    assert "site.timezone: found 'Mars'" in str(caught.value)
    assert "newsletter settings unset site.timezone" in str(caught.value)


def test_a_wrong_option_of_the_file_is_not_blamed_on_settings() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read({"site": {"timezone": "Mars"}}, {"site.name": "Wexcombe"})
    assert "unset" not in str(caught.value)


@pytest.mark.parametrize("key", FILE_ONLY)
def test_every_option_of_the_file_alone_exists(key: str) -> None:
    known = {known for known, _ in option_keys(Config, Config())}
    assert key in known or any(name.startswith(f"{key}.") for name in known)


def test_options_of_a_file_only_table_are_file_only() -> None:
    assert is_file_only("database.url")
    assert not is_file_only("databases.url")


@pytest.mark.parametrize("key", [key for key, _ in option_keys(Config, Config())])
def test_every_option_has_a_type(key: str) -> None:
    assert kind_of(key) is not None


@pytest.mark.parametrize(
    "key", ["site", "site.nmae", "digests", "digests.friday", "nowhere.at.all"]
)
def test_an_unknown_option_has_no_type(key: str) -> None:
    assert kind_of(key) is None


def test_a_text_option_keeps_brackets_as_they_are() -> None:
    assert parse_text("[draft]", str) == "[draft]"


def test_a_list_that_is_not_toml_stays_text_to_be_refused() -> None:
    assert parse_text("[a, b", tuple) == "[a, b"
