"""Settings, set-up and look."""

import re
from datetime import timedelta

import pytest
from console_support import Client, Console
from pictures import gradient, saved
from support import RecordingTransport, add_article

from newsletter.actions import settings
from newsletter.config.loading import check_config, read_file
from newsletter.config.options import Config
from newsletter.console.settings.schedules import cron_of, day_and_hour
from newsletter.queries.settings.setup import dns_records
from newsletter.queries.site.look import sample_mail
from newsletter.settings.store import read_settings
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

NAME = "site.description"
SCHEDULE = "digests.friday.schedule"


def current(console: Console) -> Config:
    app = console.app
    stored = read_settings(app.database).values
    return check_config(read_file(app.path), app.path, {}, stored)


def test_an_option_shows_its_value_and_where_that_comes_from(console: Console) -> None:
    text = console.as_role(Role.OWNER).get("/settings?section=site").text
    assert "Wexcombe Forward" in text
    assert "set in newsletter.toml" in text


def test_a_setting_of_the_file_is_locked(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert "/settings/option/site.name" not in owner.get("/settings?section=site").text
    assert owner.send("/settings/option/site.name", {"value": "Other"}).status_code == 409


def test_a_change_is_seen_at_once(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    owner.send(f"/settings/option/{NAME}", {"value": "News for all"})
    assert "News for all" in owner.get("/settings?section=site").text


def test_an_earlier_value_can_be_gone_back_to(console: Console) -> None:
    for value in ("First words", "Second words"):
        settings.change(console.app, operator("ann"), {NAME: value})
    owner = console.as_role(Role.OWNER)
    page = owner.get(f"/settings/option/{NAME}").text
    assert '<input type="hidden" name="value" value="First words">' in page
    assert "by ann, on the command line" in page
    owner.send(f"/settings/option/{NAME}", {"value": "First words"})
    assert current(console).site.description == "First words"


def test_a_day_and_an_hour_make_the_schedule_of_a_digest(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    owner.send("/settings/option/digests.friday.schedule", {"day": "TUE", "hour": "18"})
    assert current(console).digests["friday"].schedule == "0 18 * * TUE"


def test_a_schedule_beyond_day_and_hour_is_shown_in_words(console: Console) -> None:
    settings.change(console.app, operator("ann"), {SCHEDULE: "30 7 * * MON"})
    page = console.as_role(Role.OWNER).get(f"/settings/option/{SCHEDULE}").text
    assert "07:30 on Monday" in page


@pytest.mark.parametrize("cron", ["0 9 * * FRI", "0 18 * * *"])
def test_a_schedule_of_a_day_and_an_hour_is_made_of_them_again(cron: str) -> None:
    chosen = day_and_hour(cron)
    assert chosen
    assert cron_of(*chosen) == cron


def test_a_step_of_the_set_up_that_is_done_is_folded(console: Console) -> None:
    page = console.as_role(Role.OWNER).get("/setup").text
    assert '<details class="card step" id="imprint">' in page


def test_a_step_that_was_just_saved_stays_open(console: Console) -> None:
    page = console.as_role(Role.OWNER).get("/setup?step=imprint").text
    assert '<details class="card step" id="imprint" open>' in page


def test_a_wrong_field_of_the_set_up_leaves_the_other_forms_filled_in(console: Console) -> None:
    page = console.as_role(Role.OWNER).send("/setup/sender", {"address": "nobody"}).text
    assert 'name="address" type="email" value="nobody"' in page
    assert 'name="promoter" type="text" value="M. Hallam"' in page


def test_a_value_that_cannot_be_is_refused_and_kept_in_its_field(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.send("/settings/option/site.contact", {"value": "nobody at all"})
    assert page.status_code == 400
    assert 'value="nobody at all"' in page.text


def test_a_secret_is_never_shown(console: Console) -> None:
    settings.change(console.app, operator("ann"), {"alarms.address": "ann@wexcombe.example"})
    text = console.as_role(Role.OWNER).get("/settings?q=secret").text
    assert console.app.secret not in text


def test_the_set_up_takes_a_digest(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    fields = {"digest_name": "Monday news", "day": "MON", "hour": "7"}
    owner.send("/setup/digest", fields)
    assert current(console).digests["monday-news"].schedule == "0 7 * * MON"


def test_the_set_up_tells_the_time_of_a_digest_in_words(console: Console) -> None:
    page = console.as_role(Role.OWNER).get("/setup").text
    assert "At 09:00 on Friday, London time" in page


def test_a_test_mail_is_sent_and_its_answer_shown(
    console: Console, transport: RecordingTransport
) -> None:
    page = console.as_role(Role.OWNER).send("/setup/test", {"to": "me@elsewhere.example"})
    assert transport.taken[-1].recipient == "me@elsewhere.example"
    assert "250 ok" in page.text


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [(["v=spf1 mx -all"], True), (["v=spf1 mx", "v=spf1 a"], False), ([], False), (None, None)],
)
def test_dns_records_are_compared_with_what_stands_there(
    answer: list[str] | None, is_right: bool | None
) -> None:
    found = dns_records("news@wexcombe.org", None, "mail.wexcombe.org", lambda _: answer)
    assert found[0].is_right is is_right
    assert found[0].value == "v=spf1 a:mail.wexcombe.org mx ~all"


def test_a_colour_that_cannot_be_read_is_refused_beside_its_field(console: Console) -> None:
    page = console.as_role(Role.OWNER).send("/look", {"ink": "#eeeeee", "paper": "#ffffff"})
    assert page.status_code == 400
    assert 'id="error-ink"' in page.text


def test_a_look_is_tried_before_it_is_kept(console: Console) -> None:
    page = console.as_role(Role.OWNER).get("/look?accent=%237a1f5c").text
    assert "/console/look/mail?accent=%237a1f5c" in page
    assert current(console).theme.accent != "#7a1f5c"


def test_the_front_page_is_shown_in_the_colours_that_are_tried(console: Console) -> None:
    now = console.app.clock.now()
    with console.app.database.write() as session:
        add_article(session, "Homes agreed", now - timedelta(hours=1))
    page = console.as_role(Role.OWNER).get("/look/site?accent=%237a1f5c").text
    assert "Homes agreed" in page
    assert "--accent: #7a1f5c" in page


def test_a_colour_that_cannot_be_read_is_shown_and_said_to_be(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    assert "--ink: #eeeeee" in owner.get("/look/site?ink=%23eeeeee").text
    told = owner.get("/look/contrasts?ink=%23eeeeee&paper=%23ffffff").text
    assert re.search(r"Words: contrast 1\.2 .*too little", told)


@pytest.mark.parametrize("wrong", ["accent=blue", "logo_width=wide", "heading_font=}</style>"])
def test_an_invalid_theme_option_leaves_the_preview_unchanged(console: Console, wrong: str) -> None:
    owner = console.as_role(Role.OWNER)
    assert owner.get(f"/look/site?{wrong}").text == owner.get("/look/site").text


def test_a_page_that_is_only_looked_at_runs_no_scripts(console: Console) -> None:
    policy = console.as_role(Role.OWNER).get("/look/site").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("frame-ancestors 'self'; sandbox")


def test_the_sample_mail_is_in_the_colours_that_are_tried(console: Console) -> None:
    config = console.app.config
    shipped = config.templates.model_copy(update={"folder": ""})
    theme = config.theme.model_copy(update={"accent": "#7a1f5c"})
    tried = config.model_copy(update={"templates": shipped, "theme": theme})
    assert "#7a1f5c" in sample_mail(tried, console.app.clock.now())


def test_a_saved_look_is_kept(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.get("/look").text
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
    fields.pop("csrf")
    owner.send("/look", {**fields, "accent": "#7a1f5c"})
    assert current(console).theme.accent == "#7a1f5c"


def look_fields(owner: Client) -> dict[str, str]:
    """The fields of the page as they stand."""
    found = re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', owner.get("/look").text)
    return dict(found) | {"csrf": owner.token()}


def test_a_logo_is_uploaded_and_made_to_fit(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    logo = {"logo_file": ("logo.png", saved(gradient(900, 120), "PNG"), "image/png")}
    owner.send("/look", look_fields(owner), files=logo)
    theme = current(console).theme
    assert re.fullmatch(r"https://wexcombe\.example/media/[0-9a-f]{32}\.(png|jpg)", theme.logo)
    assert (theme.logo_width, theme.logo_height) == (300, 40)


def test_a_logo_that_is_no_picture_is_refused_beside_its_field(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    logo = {"logo_file": ("logo.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")}
    answer = owner.send("/look", look_fields(owner), files=logo)
    assert answer.status_code == 400
    assert 'id="error-logo_file"' in answer.text
