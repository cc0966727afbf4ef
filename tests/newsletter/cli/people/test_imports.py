"""`newsletter subscribers import`: consent, suppression, questions and reports."""

import csv
import json
from pathlib import Path

import pytest
from imports import PROOF, imported, shown
from support import Run

pytestmark = pytest.mark.usefixtures("site")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "members.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_an_import_without_consent_option_is_refused(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email\nnew@example.org\n")
    ran = run("subscribers", "import", str(path))
    assert ran.status == 1
    assert "--unconfirmed" in ran.err


def test_each_persons_proof_names_file_and_row(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name\nnew@example.org,Nia New\n")
    assert imported(run, path, *PROOF) == {"confirmed": 1}
    shown = json.loads(run("subscribers", "show", "new@example.org", "--json").out)
    assert shown["consent"][-1]["source"] == ("import of members.csv, row 2: paper forms of 1 May")


def test_without_proof_they_are_pending(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email\nnew@example.org\n")
    assert imported(run, path, "--unconfirmed") == {"pending": 1}


def test_importing_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email\nnew@example.org\nNew@EXAMPLE.org\n")
    imported(run, path, *PROOF)
    assert imported(run, path, *PROOF) == {"unchanged": 2}


@pytest.mark.parametrize(
    "text",
    [
        "Email Address,Address,UNSUB_TIME\nleft@example.org,1 High St,2024-01-01 09:00:00\n",
        "email,subscribed_to_emails\nleft@example.org,false\n",
        "email;status\nleft@example.org;bounced\n",
        "email,active_subscription,email_disabled\nleft@example.org,false,true\n",
        "Email,List status,Global status\nleft@example.org,unsubscribed,subscribed\n",
        "Email Address,UNSUB_TIME,CLEAN_TIME\nleft@example.org,,2024-01-01 09:00:00\n",
        "email,Unsubscribed\nleft@example.org,yes\n",
        "e-mail,unsubscribed-at\nleft@example.org,2024-01-01\n",
    ],
    ids=["Mailchimp", "Ghost", "a status", "Substack", "MailPoet", "cleaned", "a flag", "a moment"],
)
def test_imported_unsubscribes_are_suppressed(run: Run, tmp_path: Path, text: str) -> None:
    assert imported(run, written(tmp_path, text), *PROOF) == {"suppressed": 1}
    path = written(tmp_path, "email\nleft@example.org\n")
    assert imported(run, path, *PROOF) == {"refused": 1}


def test_refused_rows_can_be_mended_and_imported_again(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\nnew at example.org,active\nnowhere,active\n")
    assert imported(run, path, *PROOF) == {"refused": 2}
    refused = tmp_path / "members.csv.refused.csv"
    mended = refused.read_text().replace("new at ", "new@").replace("nowhere,", "old@example.org,")
    assert imported(run, written(tmp_path, mended), *PROOF) == {"confirmed": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_survive_every_usual_encoding(run: Run, tmp_path: Path, encoding: str) -> None:
    imported(run, written(tmp_path, "email\tname\nzoe@example.org\tZoë\n", encoding), *PROOF)
    assert json.loads(run("subscribers", "show", "zoe@example.org", "--json").out)["name"] == "Zoë"


def test_a_file_without_any_address_lists_its_columns(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "Kontakt,Wohnort\nnobody,Nia\n")
    ran = run("subscribers", "import", str(path), *PROOF)
    assert "Kontakt, Wohnort" in ran.err
    assert "--column address=" in ran.err


def test_the_column_of_the_address_is_known_by_what_stands_in_it(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "Kontakt,Nom\nnew@example.org,Nia\n")
    assert imported(run, path, *PROOF) == {"confirmed": 1}


def test_an_unsubscribe_row_wins_over_a_duplicate(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\nnew@example.org,active\nNEW@example.org,unsubscribed\n")
    assert imported(run, path, *PROOF) == {"confirmed": 1, "suppressed": 1}
    shown = json.loads(run("subscribers", "show", "new@example.org", "--json").out)
    assert shown["status"] == "ended"
    assert shown["suppressed"]


def test_an_import_does_not_end_an_existing_subscription(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\nann@wexcombe.example,unsubscribed\n")
    assert imported(run, path, *PROOF) == {"refused": 1}


def test_ambiguous_unsubscribe_columns_stop_an_import(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,Flag,Werbung\nnew@example.org,y,n\nold@example.org,n,y\n")
    ran = run("subscribers", "import", str(path), *PROOF)
    assert ran.status == 1
    assert "“Flag”" in ran.err
    assert "“Werbung”" in ran.err
    assert "--column '?=Flag' --column '?=Werbung'" in ran.err or "?=Flag" in ran.err
    said = ("--column", "left=Flag", "--column", "ignored=Werbung")
    assert imported(run, path, *PROOF, *said) == {"suppressed": 1, "confirmed": 1}


def test_an_import_reports_the_role_of_each_column(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,Town,Deleted at\nnew@example.org,Wexcombe,\n")
    err = run("subscribers", "import", str(path), *PROOF).err
    assert "email: address (by its name); 1 value, such as new@example.org" in err
    assert "Town: not read (its name speaks of something else); 1 value, such as Wexcombe" in err
    assert "Deleted at: left (by its name); no values" in err


def test_unknown_status_words_stop_an_import_and_are_counted(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\na@example.org,dabei\nb@example.org,weg\n")
    err = run("subscribers", "import", str(path), *PROOF).err
    assert "“dabei” in 1 rows, “weg” in 1 rows" in err
    said = ("--status", "dabei=subscribed", "--status", "weg=left")
    assert imported(run, path, *PROOF, *said) == {"confirmed": 1, "suppressed": 1}


def test_an_ambiguous_date_order_stops_an_import(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,joined\na@example.org,03/04/2021\n")
    assert "--dates day-first" in run("subscribers", "import", str(path), *PROOF).err
    assert imported(run, path, *PROOF, "--dates", "day-first") == {"confirmed": 1}
    assert "there joined 2021-04-03" in json.dumps(shown(run, "a@example.org"))


def test_tags_become_segments_when_requested(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, 'email,tags\na@example.org,"VIP, Street team"\nb@example.org,VIP\n')
    imported(run, path, *PROOF, "--tags", "segments")
    assert run("subscribers", "segments", "count", "vip").out.strip() == "2"
    assert run("subscribers", "segments", "count", "street-team").out.strip() == "1"


def test_an_import_is_numbered_reported_and_undone(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\na@example.org,active\nb@example.org,left\n")
    ran = run("subscribers", "import", str(path), *PROOF)
    assert "1 confirmed, 1 suppressed. This is import 1." in ran.out
    assert "members.csv" in run("subscribers", "imports").out
    report = run("subscribers", "imports", "1").out
    assert "status: status (by its name); active, left" in report
    assert "sha256: " in report
    ran = run("subscribers", "import", "--undo", "1")
    assert "Import 1 is taken back: 1 are not here any more, 1 are no longer suppressed" in ran.out
    assert imported(run, path) == {"confirmed": 1, "suppressed": 1}


def test_the_imported_file_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    text = "email\nnowhere\n"
    path = written(tmp_path, text)
    assert run("subscribers", "import", str(path), *PROOF, "--refused", str(path)).status == 1
    assert path.read_text() == text


def test_formulas_are_escaped_in_the_file_of_refused_rows(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name\nnowhere,=HYPERLINK(1)\n")
    imported(run, path, *PROOF)
    assert ",'=HYPERLINK(1)" in (tmp_path / "members.csv.refused.csv").read_text()


def test_a_file_that_breaks_off_is_read_to_its_end(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"p{n}@example.org\n" for n in range(50))
    path = written(tmp_path, f'email\nnowhere\n{rows}"open')
    assert imported(run, path) == {"refused": 2, "confirmed": 50}
    assert "nowhere" in (tmp_path / "members.csv.refused.csv").read_text()


def test_an_untrusted_file_structure_confirms_no_subscriber(run: Run, tmp_path: Path) -> None:
    shifted = "".join(f"p{n}@example.org,Carter, Ann,x,active\n" for n in range(5))
    path = written(tmp_path, f"email,name,status\na@example.org,Ann,left\n{shifted}")
    ran = run("subscribers", "import", str(path), *PROOF)
    assert ran.status == 1
    assert "cannot be trusted to its end" in ran.err
    assert imported(run, path, "--unconfirmed") == {"suppressed": 1, "refused": 5}


def test_an_invalid_utf8_byte_loses_no_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes("email,name\nzoe@example.org,Zoë\nann@example.org,".encode() + b"Ann\xeb\n")
    assert imported(run, path) == {"confirmed": 2}
    assert shown(run, "ann@example.org")["name"] == "Annë"


def foreseen(run: Run, path: Path, *options: str) -> list[dict[str, object]]:
    ran = run("subscribers", "import", str(path), *options, "--dry-run", "--json")
    assert ran.status == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


MIXED = (
    "email,status\nnew@example.org,active\nnowhere,active\nNEW@example.org,active\n"
    "gone@example.org,bounced\nann@wexcombe.example,active\n"
)


def test_a_dry_run_reports_the_outcome_of_every_row(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, MIXED)
    rows = foreseen(run, path, *PROOF)
    outcomes = [row["outcome"] for row in rows]
    assert outcomes == ["confirmed", "refused", "unchanged", "suppressed", "unchanged"]
    assert rows[1] == {
        "row": 3,
        "address": "nowhere",
        "outcome": "refused",
        "reason": "'nowhere' is not a mail address: An email address must have an @-sign.",
    }
    assert imported(run, path, *PROOF) == {
        outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)
    }


def test_a_dry_run_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, MIXED)
    before = run("subscribers", "list", "--json").out
    assert foreseen(run, path, *PROOF) == foreseen(run, path, *PROOF)
    assert run("subscribers", "list", "--json").out == before
    assert not (tmp_path / "members.csv.refused.csv").exists()


def test_a_dry_run_report_escapes_formulas(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email\n=new@example.org\n")
    out = run("subscribers", "import", str(path), *PROOF, "--dry-run").out
    assert out.splitlines() == [
        "row,address,outcome,reason",
        "2,'=new@example.org,confirmed,",
    ]


def test_a_default_state_can_be_given_for_a_file(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email\nleft@example.org\n")
    assert imported(run, path, *PROOF, "--state", "left") == {"suppressed": 1}


def test_a_rows_worse_state_wins_over_the_default_state(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,status\na@example.org,active\nb@example.org,bounced\n")
    counts = imported(run, path, *PROOF, "--state", "unconfirmed")
    assert counts == {"pending": 1, "suppressed": 1}


def test_an_ambiguous_file_name_asks_for_the_state(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "unsubscribed people.csv"
    path.write_text("email\nleft@example.org\n")
    assert "--state" in run("subscribers", "import", str(path), *PROOF).err
    assert imported(run, path, *PROOF, "--state", "left") == {"suppressed": 1}


def test_columns_are_stored_as_attributes_for_segments(run: Run, tmp_path: Path) -> None:
    text = "email,My ward,Phone\nnew@example.org,Abbey,1\nb@example.org,Mill,2\n"
    options = ("--attribute", "My ward", "--column", "attribute.tel=Phone")
    imported(run, written(tmp_path, text), *options)
    expression = "attribute.My_ward = Abbey and attribute.tel = 1"
    found = json.loads(run("subscribers", "list", "--segment", expression, "--json").out)
    assert [person["address"] for person in found] == ["new@example.org"]


def test_first_and_last_name_are_joined(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,First Name,Last Name\nzoe@example.org,Zoë,Haywood\n")
    imported(run, path, *PROOF)
    assert shown(run, "zoe@example.org")["name"] == "Zoë Haywood"


def test_the_original_signup_date_is_kept_in_the_proof(run: Run, tmp_path: Path) -> None:
    path = written(
        tmp_path, "email,OPTIN_TIME,CONFIRM_TIME\nnew@example.org,2019-05-01,2019-05-02\n"
    )
    imported(run, path, *PROOF)
    proof = "paper forms of 1 May; there agreed 2019-05-01, confirmed 2019-05-02"
    history = shown(run, "new@example.org")["consent"]
    assert isinstance(history, list)
    assert history[-1]["source"] == f"import of members.csv, row 2: {proof}"


@pytest.mark.parametrize(
    ("column", "word"), [("frequency", "daily"), ("digests", "monday"), ("attributes", "[1]")]
)
def test_an_unknown_preference_is_not_guessed(
    run: Run, tmp_path: Path, column: str, word: str
) -> None:
    path = written(tmp_path, f"email,{column}\nnew@example.org,{word}\n")
    assert imported(run, path, *PROOF) == {"refused": 1}
    assert word in (tmp_path / "members.csv.refused.csv").read_text()
    assert imported(run, path, *PROOF, "--column", f"ignored={column}") == {"confirmed": 1}


def exported(run: Run, path: Path) -> list[dict[str, str]]:
    assert run("subscribers", "export", str(path)).status == 0
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_export_imports_as_the_same_subscribers(run: Run, site: Path, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "email,name,topics,digests,frequency,attributes,paused\n"
        'new@example.org,"=Zoë, the 1st",housing,friday,weekly,"{""ward"":""Abbey""}",\n'
        "old@example.org,,,,everything,,2027-01-01T00:00:00+00:00\n",
    )
    imported(run, path, *PROOF)
    assert run("subscribers", "suppress", "ann@wexcombe.example").status == 0
    before = exported(run, tmp_path / "list.csv")
    (site / "newsletter.db").rename(site / "old.db")
    assert run("db", "upgrade").status == 0
    counts = imported(run, tmp_path / "list.csv", *PROOF)
    assert counts == {"suppressed": 1, "confirmed": 3, "pending": 1}
    after = exported(run, tmp_path / "again.csv")
    kept = {"email", "name", "topics", "digests", "frequency", "language", "attributes", "paused"}
    assert [{name: row[name] for name in kept} for row in after] == [
        {name: row[name] for name in kept} for row in before if row["status"] != "suppressed"
    ]


def test_suppressed_addresses_are_exported_as_suppressed(run: Run, tmp_path: Path) -> None:
    assert run("subscribers", "suppress", "ann@wexcombe.example").status == 0
    rows = exported(run, tmp_path / "list.csv")
    assert {row["email"]: row["status"] for row in rows} == {
        "ann@wexcombe.example": "suppressed",
        "ben@wexcombe.example": "confirmed",
        "cat@wexcombe.example": "pending",
    }


def test_an_update_replaces_imported_values(run: Run, tmp_path: Path) -> None:
    imported(run, written(tmp_path, "email,name,topics\nnew@example.org,Nia,housing\n"), *PROOF)
    path = written(tmp_path, "email,name,topics,Ward\nnew@example.org,Nia New,transport,Mill\n")
    options = (*PROOF, "--attribute", "Ward")
    assert imported(run, path, *options) == {"unchanged": 1}
    assert [row["outcome"] for row in foreseen(run, path, *options, "--update")] == ["updated"]
    assert imported(run, path, *options, "--update") == {"updated": 1}
    assert imported(run, path, *options, "--update") == {"unchanged": 1}
    found = shown(run, "new@example.org")
    assert (found["name"], found["topics"]) == ("Nia New", ["transport"])
    assert isinstance(found["consent"], list)
    assert [event["kind"] for event in found["consent"]] == ["asked", "given", "changed"]


def test_an_update_keeps_values_absent_from_the_file(run: Run, tmp_path: Path) -> None:
    imported(run, written(tmp_path, "email,name,topics\nnew@example.org,Nia,housing\n"), *PROOF)
    path = written(tmp_path, "email,name\nnew@example.org,Nia New\n")
    assert imported(run, path, *PROOF, "--update") == {"updated": 1}
    found = shown(run, "new@example.org")
    assert (found["name"], found["topics"]) == ("Nia New", ["housing"])


def test_an_update_keeps_preferences_chosen_by_the_subscriber(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "email,name,topics\nben@wexcombe.example,Other,transport\n")
    assert imported(run, path, *PROOF, "--update") == {"unchanged": 1}
    assert shown(run, "ben@wexcombe.example")["topics"] == ["housing"]


@pytest.mark.parametrize(
    ("column", "word", "outcome"),
    [
        ("subscribed", "yes", "confirmed"),
        ("subscribed", "no", "suppressed"),
        ("Opt-in", "0", "suppressed"),
        ("opt_out", "true", "suppressed"),
        ("opt_out", "", "confirmed"),
        ("confirmed", "yes", "confirmed"),
        ("confirmed", "False", "pending"),
        ("subscribed", "2019-05-01", "confirmed"),
    ],
)
def test_yes_and_no_are_read_as_states(
    run: Run, tmp_path: Path, column: str, word: str, outcome: str
) -> None:
    path = written(tmp_path, f"email,{column}\nnew@example.org,{word}\n")
    assert imported(run, path) == {outcome: 1}
