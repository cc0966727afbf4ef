"""`newsletter settings`: changes are atomic, validated and recorded."""

import json
from pathlib import Path

import pytest
from support import Run


@pytest.fixture
def new_site(tmp_path: Path, run: Run) -> Path:
    """A site made by `newsletter init`."""
    assert run("init", "--address", "news@wexcombe.example").status == 0
    return tmp_path


@pytest.mark.usefixtures("new_site")
def test_a_setting_applies_to_the_next_command(run: Run) -> None:
    assert run("settings", "set", "site.name=Wexcombe Forward").status == 0
    assert run("settings", "get", "site.name").out == "Wexcombe Forward\n"


@pytest.mark.usefixtures("new_site")
def test_a_wrong_change_is_refused_with_its_path_and_changes_nothing(run: Run) -> None:
    before = run("settings", "list", "--all").out
    for change, told in (
        ("site.timezone=Mars", "site.timezone: found 'Mars'"),
        ("site.nmae=x", "site.nmae: no such option"),
        ("digests.friday.stories=0", "digests.friday.stories: found '0'"),
        ("digests.friday.sender=nobody", "there is no table [senders.nobody]"),
        ("transports.default.prot=25", "transports.default.prot: no such option"),
        ("database.url=sqlite:///other.db", "write it into newsletter.toml"),
        ("site.base_url=https://other.example", "change it there"),
        ("site.name", "write KEY=VALUE"),
        ("site.languages={ xx-y = 3 }", "site.languages"),
        ("site.imprint=x", "site.imprint: no such option"),
    ):
        ran = run("settings", "set", "site.description=good", change)
        assert (ran.status, told in ran.err) == (1, True), (change, ran.err)
    assert run("settings", "list", "--all").out == before


@pytest.mark.usefixtures("new_site")
def test_a_new_table_can_be_set_in_one_command(run: Run) -> None:
    made = run("settings", "set", "digests.m.name=Monday", "digests.m.schedule=0 8 * * MON")
    assert made.status == 0, made.err
    assert "Monday" in run("digest", "list").out


@pytest.mark.usefixtures("new_site")
def test_lists_are_written_as_in_the_file(run: Run) -> None:
    assert run("settings", "set", 'digests.friday.topics=["housing"]').status == 0
    assert run("settings", "get", "digests.friday.topics").out == '["housing"]\n'


@pytest.mark.usefixtures("new_site")
def test_the_environment_locks_an_option(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SITE_NAME", "From outside")
    found = run("settings", "set", "site.name=Mine")
    assert found.status == 1
    assert "environment variable" in found.err
    listed = json.loads(run("settings", "list", "site.name", "--json").out)
    assert [(o["value"], o["origin"], o["is_locked"]) for o in listed] == [
        ('"From outside"', "environment", True)
    ]


@pytest.mark.usefixtures("new_site")
def test_the_history_lists_every_value_and_unset(run: Run) -> None:
    for name in ("One", "Two"):
        run("settings", "set", f"site.description={name}")
    assert run("settings", "unset", "site.description").status == 0
    told = json.loads(run("settings", "history", "site.description", "--json").out)
    assert [entry["value"] for entry in told] == [None, '"Two"', '"One"']
    assert all(entry["changed_by"].startswith("operator:") for entry in told)


@pytest.mark.usefixtures("new_site")
def test_a_table_is_unset_as_a_whole(run: Run) -> None:
    assert run("settings", "unset", "digests.friday").status == 0
    assert "friday" not in run("digest", "list").out


@pytest.mark.usefixtures("new_site")
def test_an_option_not_set_cannot_be_unset(run: Run) -> None:
    found = run("settings", "unset", "site.contact")
    assert found.status == 1
    assert "site.contact is not set" in found.err


@pytest.mark.usefixtures("new_site")
def test_a_referenced_table_cannot_be_unset(run: Run) -> None:
    found = run("settings", "unset", "senders.default")
    assert found.status == 1
    assert "there is no table [senders.default]" in found.err


@pytest.mark.usefixtures("new_site")
def test_a_secret_is_stored_and_never_shown(run: Run) -> None:
    set_ = ("settings", "set", "transports.default.username=u", "transports.default.password=hush")
    assert run(*set_).status == 0
    shown = [
        run("settings", "list", "--all"),
        run("settings", "get", "transports.default.password"),
        run("settings", "history", "transports.default.password"),
        run("audit", "list", "--json"),
    ]
    assert not any("hush" in found.out + found.err for found in shown)
    assert "(secret)" in shown[0].out


def test_a_long_file_of_every_option_keeps_working(tmp_path: Path, run: Run) -> None:
    example = Path(__file__).parents[4] / "config.example.toml"
    (tmp_path / "newsletter.toml").write_text(example.read_text())
    assert run("db", "upgrade").status == 0
    found = run("settings", "set", "site.name=Mine")
    assert found.status == 1
    assert "change it there" in found.err


@pytest.mark.usefixtures("new_site")
def test_an_invalid_combination_names_file_and_setting(new_site: Path, run: Run) -> None:
    run("settings", "set", "theme.accent=#0d5a62")
    with (new_site / "newsletter.toml").open("a") as file:
        file.write('[theme]\npaper = "#104048"\nink = "#ffffff"\n')
    found = run("digest", "list")
    assert found.status == 1
    assert "theme.accent" in found.err
    assert "newsletter settings unset theme.accent" in found.err
