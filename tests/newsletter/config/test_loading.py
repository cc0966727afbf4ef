"""Loading the configuration: error messages, secrets, relative paths."""

from pathlib import Path

import pytest

from newsletter.config.loading import load_config, parse_config
from newsletter.config.options import Config
from newsletter.errors import ConfigurationError

PATH = Path("/srv/news/newsletter.toml")


def parse(text: str, environment: dict[str, str] | None = None, path: Path = PATH) -> Config:
    return parse_config(text, path, environment or {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[site]\nnmae = 'x'", "site.nmae: no such option; did you mean name? allowed here: "),
        ("[sight]\n", "sight: no such option; did you mean site?"),
        ("[site]\nlanguage = 5", "site.language: found 5; "),
        ("[site]\ntimezone = 'Mars'", "site.timezone: found 'Mars'; not a time zone; write a name"),
        ("[site]\nbase_url = 'ftp://x'", "site.base_url: found 'ftp://x'; "),
        ('[site]\nname = "a\\nb"', "site.name: found 'a\\nb'; "),
        ("[web]\nport = 70000", "web.port: found 70000; "),
        ("[bulletins]\nundo = 'soon'", "bulletins.undo: found 'soon'; not a duration; write"),
        ("[digests.friday]\n", "digests.friday.name: missing; The digest's name"),
        ("[digests.Friday]\nname = 'F'", "lower-case letters, digits and single hyphens"),
        (
            "[digests.f]\nname='F'\nschedule='9 FRI'",
            "digests.f.schedule: found '9 FRI'; a schedule",
        ),
        (
            "[digests.f]\nname='F'\nschedule='61 9 * * *'",
            "digests.f.schedule: found '61 9 * * *'; ",
        ),
        ("[senders.default]\naddress = 'nobody'", "senders.default.address: found 'nobody'; "),
    ],
)
def test_an_invalid_option_is_reported_with_path_value_and_fix(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert told in str(caught.value)
    assert str(PATH) in str(caught.value)


def test_all_errors_are_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse("[site]\ntimezone = 'Mars'\n[web]\nport = -1")
    assert "site.timezone" in str(caught.value)
    assert "web.port" in str(caught.value)


def test_invalid_toml_is_reported_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match=r"newsletter\.toml is not TOML: .*line 1"):
        parse("[site\n")


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="newsletter init"):
        load_config(tmp_path / "newsletter.toml")


def test_a_secret_comes_from_the_environment() -> None:
    config = parse("", {"NEWSLETTER_SITE_SECRET_KEY": "from outside"})
    assert config.site.secret_key.get_secret_value() == "from outside"


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    text = "[site]\nsecret_key_file = 'key'"
    config = parse(text, path=tmp_path / "newsletter.toml")
    assert config.site.secret_key.get_secret_value() == "from a file"


def test_the_environment_wins_over_the_file() -> None:
    config = parse("[site]\nsecret_key = 'a'", {"NEWSLETTER_SITE_SECRET_KEY": "b"})
    assert config.site.secret_key.get_secret_value() == "b"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[site]\nsecret_key_file = 'nowhere'", "site.secret_key_file: nowhere cannot be read"),
        ("[site]\nsecret_key_file = 3", "site.secret_key_file: found 3"),
        ("[site]\nsecret_key='a'\nsecret_key_file='b'", "are both given; keep one"),
    ],
)
def test_an_unreadable_secret_file_is_reported(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        parse(text)


def test_secrets_are_masked_in_every_representation() -> None:
    assert "hidden" not in repr(parse("[site]\nsecret_key = 'hidden'"))


def test_an_invalid_secret_is_reported_without_its_value() -> None:
    with pytest.raises(ConfigurationError, match=r"site\.secret_key: found something else") as e:
        parse("[site]\nsecret_key = 31415926")
    assert "31415926" not in str(e.value)


def test_relative_paths_are_beside_the_file() -> None:
    config = parse("[web]\ncaught_mails = 'mails'")
    assert config.database.url == "sqlite:////srv/news/newsletter.db"
    assert config.web.caught_mails == "/srv/news/mails"
    assert config.sending.state_folder == "/srv/news/state"


def test_an_absolute_database_stays_where_it_is() -> None:
    config = parse("[database]\nurl = 'sqlite:////var/lib/news.db'")
    assert config.database.url == "sqlite:////var/lib/news.db"
