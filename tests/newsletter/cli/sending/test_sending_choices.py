"""Options of sending: transport, limits, uncertain deliveries."""

import json
from pathlib import Path

from servers import free_port
from support import Run

SECOND = '[transports.second]\nkind = "maildir"\npath = "second"\n'


def add(site: Path, text: str) -> None:
    path = site / "newsletter.toml"
    path.write_text(path.read_text() + text)


def mails(site: Path, folder: str) -> int:
    return len(list((site / folder / "new").glob("*")))


def test_an_edition_goes_by_the_transport_that_is_named_for_it(run: Run, site: Path) -> None:
    add(site, SECOND)
    assert run("digest", "send", "friday", "--transport", "second").status == 0
    assert (mails(site, "second"), (site / "mails").exists()) == (2, False)


def test_a_bulletin_goes_by_the_route_that_is_named_for_it(run: Run, site: Path) -> None:
    add(site, SECOND + "[routes.both]\nmembers = { default = 1, second = 1 }\n")
    (site / "b.md").write_text("Stay home.")
    text = (site / "newsletter.toml").read_text().replace('undo = "5m"', 'undo = "0s"')
    (site / "newsletter.toml").write_text(text)
    arguments = ("bulletin", "send", "b.md", "--subject", "Flood", "--yes", "--wait")
    assert run(*arguments, "--transport", "both").status == 0
    assert (mails(site, "mails"), mails(site, "second")) == (1, 1)


def test_an_unknown_transport_is_refused_with_the_known_ones(run: Run, site: Path) -> None:
    ran = run("digest", "send", "friday", "--transport", "nowhere")
    assert ran.status == 1
    assert "there is no transport or route 'nowhere'; known: default" in ran.err


def test_sending_reports_a_resting_transport_with_its_reason(run: Run, site: Path) -> None:
    nobody = f'[transports.dead]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {free_port()}\n'
    add(site, nobody + 'security = "plain"\n')
    ran = run("digest", "send", "friday", "--transport", "dead")
    assert ran.status == 3
    assert "The transport dead rests until" in ran.out
    assert "refused" in ran.out


def test_limits_are_shown_with_what_is_used_and_the_day_of_the_warm_up(
    run: Run, site: Path
) -> None:
    add(
        site,
        "[limits.default]\nper_hour = 100\nwarm_up = [1, 2]\n"
        '[limits.default.domains."wexcombe.example"]\nper_day = 50\n',
    )
    assert run("digest", "send", "friday").status == 3
    said = run("limits").out
    assert "1 of 100" in said
    assert "1 of 1 " in said
    assert "warming up, day 1 of 2" in said
    whole, domain = json.loads(run("limits", "--json").out)
    assert (whole["used_in_day"], whole["per_day"]) == (1, 1)
    assert (domain["domain"], domain["used_in_day"]) == ("wexcombe.example", 1)


def test_limits_of_a_site_without_any_are_an_empty_row(run: Run, site: Path) -> None:
    (row,) = json.loads(run("limits", "--json").out)
    assert (row["transport"], row["per_day"], row["note"]) == ("default", 0, "")


def policy(run: Run, number: int) -> str:
    return str(json.loads(run("editions", "show", str(number), "--json").out)["uncertain"])


def test_the_uncertain_policy_is_frozen_with_the_edition(run: Run, site: Path) -> None:
    add(site, '[sending]\nuncertain = "leave"\n')
    run("digest", "send", "friday", "--queue")
    text = (site / "newsletter.toml").read_text().replace('"leave"', '"resend"')
    (site / "newsletter.toml").write_text(text)
    assert policy(run, 1) == "leave"
    assert "Mails in doubt: leave" in run("editions", "show", "1").out


def test_digests_bulletins_and_options_override_the_uncertain_policy(run: Run, site: Path) -> None:
    text = (site / "newsletter.toml").read_text()
    text = text.replace("[digests.friday]", '[digests.friday]\nuncertain = "resend"')
    text = text.replace("[bulletins]", '[bulletins]\nuncertain = "leave"')
    (site / "newsletter.toml").write_text(text)
    (site / "b.md").write_text("Stay home.")
    bulletin = ("bulletin", "send", "b.md", "--yes", "--again", "--subject", "Flood")
    run("digest", "send", "friday", "--queue")
    run(*bulletin)
    run(*bulletin, "--uncertain", "resend")
    run("digest", "send", "housing", "--queue", "--uncertain", "leave")
    assert [policy(run, n) for n in (1, 2, 3, 4)] == ["resend", "leave", "resend", "leave"]
