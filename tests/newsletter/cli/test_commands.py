"""The commands end to end: from a new folder to mail in a Maildir, and their errors."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import click
import pytest
from reference import commands_page
from support import Run

from newsletter.cli.main import COMMANDS, cli
from newsletter.demo.catcher import MailCatcher

ROOT = Path(__file__).resolve().parents[3]


def mails(site: Path) -> dict[str, EmailMessage]:
    """Sent mails by recipient."""
    found = {}
    for path in (site / "mails" / "new").iterdir():
        mail = cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=policy.SMTP))
        found[str(mail["To"])] = mail
    return found


def test_a_digest_is_sent_once_to_confirmed_subscribers(site: Path, run: Run) -> None:
    first = run("digest", "send", "friday")
    assert first.status == 0, first.err
    assert "2 sent" in first.out
    assert set(mails(site)) == {"Ann <ann@wexcombe.example>", "ben@wexcombe.example"}
    second = run("digest", "send", "friday")
    assert "nothing to say: no new articles. No mail was sent" in second.out
    assert len(mails(site)) == 2


def test_importing_again_changes_nothing(site: Path, run: Run) -> None:
    before = run("articles", "list", "--json").out
    assert run("articles", "import", "articles").status == 0
    assert run("articles", "list", "--json").out == before


def test_every_mail_has_an_imprint_and_an_unsubscribe_link(site: Path, run: Run) -> None:
    run("digest", "send", "friday")
    for mail in mails(site).values():
        for kind in ("plain", "html"):
            body = cast(EmailMessage, mail.get_body((kind,))).get_content()
            assert "M. Hallam" in body
            assert "4 Mill Lane" in body
            assert "https://wexcombe.example/unsubscribe/" in body


def test_all_editions_can_be_paused_at_once(site: Path, run: Run) -> None:
    run("digest", "send", "friday", "--queue")
    assert "Edition 1 is paused" in run("editions", "pause", "--all").out
    assert "Nothing is being sent" in run("editions", "pause", "--all").out
    assert run("editions", "send", "1").status == 3
    assert not (site / "mails").exists()


def test_pausing_without_number_or_all_is_refused(site: Path, run: Run) -> None:
    assert "by its number, or give --all" in run("editions", "pause").err


def test_retrying_an_edition_without_failures_is_reported(site: Path, run: Run) -> None:
    run("digest", "send", "friday")
    assert "Nothing of edition 1 has failed" in run("editions", "retry", "1").out


@pytest.mark.parametrize("missing", ["promoter", "promoter_address"])
def test_nothing_is_sent_while_the_imprint_is_incomplete(
    site: Path, run: Run, missing: str
) -> None:
    config = site / "newsletter.toml"
    lines = [ln for ln in config.read_text().splitlines() if not ln.startswith(f"{missing} =")]
    config.write_text("\n".join(lines))
    refused = run("digest", "send", "friday")
    assert refused.status == 1
    assert f"fill in site.imprint.{missing}" in refused.err
    assert not (site / "mails").exists()
    assert f"site.imprint.{missing}" in run("check").err


def test_a_preview_shows_the_audience_and_sends_nothing(site: Path, run: Run) -> None:
    shown = run("digest", "preview", "friday")
    assert "2 would receive it." in shown.out
    assert "1 would not: not confirmed." in shown.out
    assert "Homes at last" in shown.out
    assert run("editions", "list", "--json").out.strip() == "[]"
    assert not (site / "mails").exists()


def test_a_preview_as_a_subscriber_shows_their_choice(site: Path, run: Run) -> None:
    hers = run("digest", "preview", "friday", "--subscriber", "ben@wexcombe.example", "--json")
    text = json.loads(hers.out)["text"]
    assert "Homes at last" in text
    assert "A late bus" not in text


def test_a_preview_is_written_to_a_folder(site: Path, run: Run) -> None:
    assert run("digest", "preview", "friday", "--to", "shown").status == 0
    assert "Homes at last" in (site / "shown" / "preview.html").read_text()
    assert "Homes at last" in (site / "shown" / "preview.txt").read_text()


def test_a_test_mail_goes_to_one_address_and_is_marked(site: Path, run: Run) -> None:
    sent = run("digest", "preview", "friday", "--test", "me@wexcombe.example")
    assert sent.status == 0, sent.err
    (mail,) = mails(site).values()
    assert mail["To"] == "me@wexcombe.example"
    assert mail["Subject"].startswith("[Test] ")
    assert "2 sent" in run("digest", "send", "friday").out


def test_the_schedule_shows_five_runs_in_the_zone_and_in_utc(site: Path, run: Run) -> None:
    runs = json.loads(run("digest", "schedule", "friday", "--json").out)
    assert len(runs) == 5
    assert {run["local"].split()[0] for run in runs} == {"Fri"}
    assert run("digest", "schedule").out.count("friday") == 5


def test_a_bulletin_asks_for_confirmation_with_the_number_of_recipients(
    site: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "flood.md").write_text("The river is **rising**.")
    asked = []
    monkeypatch.setattr(click, "confirm", lambda text, **_: asked.append(text))
    said = run("bulletin", "send", "flood.md", "--subject", "Flood")
    assert asked == ["Send “Flood” to 2 people?"]
    assert "Nothing was sent." in said.out
    assert run("editions", "list", "--json").out.strip() == "[]"


def test_a_bulletin_can_be_undone_before_it_leaves(site: Path, run: Run) -> None:
    (site / "flood.md").write_text("The river is **rising**.")
    said = run("bulletin", "send", "flood.md", "--subject", "Flood", "--yes")
    assert "To undo it: newsletter editions cancel 1" in said.out
    assert run("editions", "cancel", "1", "--yes").status == 0
    run("editions", "send", "1")
    assert json.loads(run("editions", "show", "1", "--json").out)["state"] == "cancelled"
    assert not (site / "mails").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("digest", "send", "monday"), "there is no digest 'monday' in the configuration; known:"),
        (("digest", "schedule", "monday"), "known: friday, housing"),
        (("editions", "show", "9"), "there is no edition 9"),
        (("editions", "cancel", "9", "--yes"), "there is no edition 9"),
        (("subscribers", "show", "no@wexcombe.example"), "no subscriber has the address"),
        (("subscribers", "add", "nonsense"), "'nonsense' is not a mail address"),
        (("bulletin", "send", "none.md", "--subject", "x"), "none.md cannot be read"),
        (("bulletin", "send", "empty.md", "--subject", "x"), "the bulletin has no text"),
        (("bulletin", "send", "bytes.md", "--subject", "x"), "bytes.md is not UTF-8 text"),
        (("bulletin", "send", "ok.md", "--subject", " "), "the subject is empty"),
        (("bulletin", "send", "ok.md", "--subject", "x", "--at", "noon"), "'noon' is no time"),
        (("bulletin", "send", "ok.md", "--subject", "x", "--at", "2020-01-01"), "has passed"),
        (("bulletin", "send", "ok.md", "--subject", "x", "--topic", "x"), None),
        (("feeds", "write", "newsletter.toml/x"), "newsletter.toml"),
        (("articles", "show", "nothing-of-the-kind"), "nothing-of-the-kind"),
    ],
)
def test_errors_are_one_line_without_traceback(
    site: Path, run: Run, arguments: tuple[str, ...], told: str | None
) -> None:
    (site / "empty.md").write_text(" ")
    (site / "ok.md").write_text("Fine.")
    (site / "bytes.md").write_bytes(b"\xff\xfe\xfa")
    found = run(*arguments, *(("--yes",) if arguments[0] == "bulletin" else ()))
    if told is not None:
        assert found.status == 1
        assert told in found.err
    assert not (site / "mails").exists()


def test_a_template_with_an_error_names_file_and_line(site: Path, run: Run) -> None:
    own = site / "own" / "digest"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("one\n{% if %}\n")
    config = site / "newsletter.toml"
    config.write_text(config.read_text().replace('folder = ""', 'folder = "own"'))
    found = run("digest", "send", "friday")
    assert found.status == 1
    assert "body.txt, line 2" in found.err
    (own / "body.txt").unlink()
    assert run("editions", "resume", "1").status == 0
    assert "2 sent" in run("editions", "send", "1").out


def test_init_makes_a_site_complete_but_for_its_imprint(tmp_path: Path, run: Run) -> None:
    assert run("init", "--name", "Wexcombe", "--address", "n@wexcombe.example").status == 0
    assert (tmp_path / "newsletter.toml").stat().st_mode & 0o077 == 0
    found = run("check")
    assert found.status == 3
    assert "site.imprint.promoter" in found.err
    assert "database" not in found.err


@pytest.mark.parametrize(("transport", "advised"), [("", True), ("other", False)])
def test_a_check_advises_a_separate_transport_for_alarms(
    site: Path, run: Run, transport: str, advised: bool
) -> None:
    with (site / "newsletter.toml").open("a") as file:
        file.write(f'[alarms]\naddress = "it@wexcombe.example"\ntransport = "{transport}"\n')
        file.write('[transports.other]\nkind = "maildir"\npath = "other"\n')
    found = run("check")
    assert found.status == 0
    assert ("alarms.transport" in found.err) is advised


def test_a_check_that_sends_reports_the_server_and_sends_one_mail(site: Path, run: Run) -> None:
    with MailCatcher(site / "caught") as catcher:
        with (site / "newsletter.toml").open("a") as file:
            file.write(
                '[transports.main]\nkind = "smtp"\nhost = "127.0.0.1"\nsecurity = "plain"\n'
                f"port = {catcher.port}\n"
            )
        found = run("check", "--send", "it@wexcombe.example", "--transport", "main")
    assert found.status == 0
    assert re.search(r"^  server +\S+ at 127.0.0.1$", found.out, re.MULTILINE)
    assert re.search(r"^  extensions +.*8BITMIME", found.out, re.MULTILINE)
    assert "it took the mail to it@wexcombe.example: 250" in found.out
    (mail,) = (site / "caught" / "new").iterdir()
    assert b"To: it@wexcombe.example" in mail.read_bytes()


def test_a_check_that_cannot_send_says_why(site: Path, run: Run) -> None:
    with (site / "newsletter.toml").open("a") as file:
        file.write(
            '[transports.main]\nkind = "smtp"\nhost = "127.0.0.1"\nsecurity = "plain"\nport = 1\n'
        )
    found = run("check", "--send", "it@wexcombe.example", "--transport", "main")
    assert found.status == 3
    assert "did not take the mail: 127.0.0.1:1 cannot be reached: Connection refused" in found.out


def test_a_check_sends_by_a_transport_that_cannot_be_asked(site: Path, run: Run) -> None:
    found = run("check", "--send", "it@wexcombe.example")
    assert found.status == 0
    assert len(list((site / "mails" / "new").iterdir())) == 1


def test_init_never_overwrites(tmp_path: Path, run: Run) -> None:
    (tmp_path / "newsletter.toml").write_text("mine")
    assert run("init").status == 1
    assert (tmp_path / "newsletter.toml").read_text() == "mine"


def test_every_command_without_configuration_names_init(run: Run) -> None:
    for arguments in (("digest", "list"), ("articles", "list"), ("check",)):
        found = run(*arguments)
        assert found.status == 1
        assert "newsletter init" in found.err


def test_a_subscriber_can_be_removed_suppressed_and_erased(site: Path, run: Run) -> None:
    assert "has left" in run("subscribers", "remove", "ann@wexcombe.example").out
    assert "is suppressed" in run("subscribers", "suppress", "Ann@wexcombe.example").out
    refused = run("subscribers", "add", "ann@wexcombe.example", "--consent", "x")
    assert refused.status == 1
    assert "unsuppress" in refused.err
    assert run("subscribers", "erase", "ben@wexcombe.example", "--yes").status == 0
    assert "ben@" not in run("subscribers", "list").out
    run("digest", "send", "friday")
    assert not (site / "mails").exists()


def test_every_command_answers_help_and_is_documented() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help
        names = [f"newsletter {name}"]
        if isinstance(command, click.Group):
            names = [f"newsletter {name} {sub}" for sub in command.commands]
        for full in names:
            assert f"# {full}\n" in documented, f"docs/commands.md has no heading for {full}"


def test_the_command_reference_is_up_to_date() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert documented == commands_page(), "run scripts/write-reference"
