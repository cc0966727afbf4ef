"""Exports of other programs: their headers, invented people."""

import json
from pathlib import Path

import pytest
from imports import imported, refusal, shown
from support import Run

pytestmark = pytest.mark.usefixtures("site")
GWEN = "gwen@example.org"
MAILCHIMP = "MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES,TAGS"
MAILCHIMP_HEAD = f"Email Address,First Name,Last Name,Address,{MAILCHIMP}"
MAILCHIMP_REST = '"Gwen",Pym,1 High St,2,,,"2015-03-16 14:40:47",,1,ab12,,"""Housing"""'
UNSUBSCRIBED = "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER"
CLEANED = "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID"

LISTS = {
    "listmonk": (
        "subscribers.csv",
        (
            "uuid,email,name,attributes,status,created_at,updated_at\n"
            '5e91,gwen@example.org,Gwen Pym,"{""ward"": ""Abbey"", ""age"": 40}",enabled,'
            "2024-01-01T10:00:00Z,2024-01-01T10:00:00Z\n"
            "5e92,gone@example.org,Gone,{},blocklisted,2024-01-01T10:00:00Z,2024-01-01T10:00:00Z\n"
        ),
    ),
    "Ghost": (
        "members.2026-01-01.csv",
        (
            "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
            "deleted_at,labels,tiers\n"
            "a1,gwen@example.org,Gwen Pym,,true,false,,2024-01-15T10:00:00.000Z,,housing,\n"
            "a2,gone@example.org,Gone,,false,false,,2024-01-15T10:00:00.000Z,,,\n"
        ),
    ),
    "Substack": (
        "email_list.wexcombe.csv",
        (
            "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
            "gwen@example.org,false,,other,false,2025-01-01T00:00:00.000Z,\n"
            "gone@example.org,false,,other,true,2025-01-01T00:00:00.000Z,\n"
        ),
    ),
    "Buttondown": (
        "subscribers.csv",
        (
            "email_address,notes,metadata,tags,type,source,creation_date,unsubscription_date\n"
            'gwen@example.org,,{},"housing",regular,organic,2025-01-01,\n'
            "gone@example.org,,{},,unsubscribed,organic,2025-01-01,2025-02-01\n"
        ),
    ),
    "MailPoet": (
        "MailPoet_export_ab12.csv",
        (
            '\ufeff"Email","First name","Last name","Subscription IP","Subscription time",'
            '"Confirmation time","Confirmation IP","List status","Global status","List"\n'
            '"gwen@example.org","Gwen \\"Win\\"","Pym","","2024-01-01 10:00:00",'
            '"2024-01-01 10:05:00","","subscribed","subscribed","News"\n'
            '"gone@example.org","","","","","","","subscribed","bounced","News"\n'
        ),
    ),
    "The Newsletter Plugin": (
        "newsletter-subscribers.csv",
        (
            '\ufeff"Email";"Name";"Surname";"Gender";"Status";"Date";"Token";"Profile 1";"List 1";'
            '"Feed by mail";"Follow up";"IP";\n'
            '"gwen@example.org";"Gwen";"Pym";"f";"C";"2024-01-01";"ab";"";"1";"0";"0";"";\n'
            '"gone@example.org";"";"";"n";"U";"2024-01-01 10:00:00";"cd";"";"0";"0";"0";"";\n'
        ),
    ),
    "Constant Contact": (
        "contact_export.csv",
        (
            "Email address,Email status,Email permission status,Email update source,"
            "Confirmed Opt-Out Date,Confirmed Opt-Out Source,Confirmed Opt-Out Reason,Notes\n"
            "gwen@example.org,Active,Express,Account,,,,\n"
            "gone@example.org,Active,Express,Contact,2024-01-01 10:00,Visitor,,\n"
        ),
    ),
    "Drip": (
        "people.csv",
        (
            "email,status,eu_consent,lead_score,utc_offset\n"
            "gwen@example.org,active,unknown,12,0\n"
            "gone@example.org,active,denied,12,0\n"
        ),
    ),
    "Dotdigital": (
        "contacts.csv",
        (
            "Email,OptInType,EmailType,Status\n"
            "gwen@example.org,Unknown,Html,Subscribed\n"
            "gone@example.org,Double,Html,SharedSuppression\n"
        ),
    ),
    "LimeSurvey": (
        "tokens.csv",
        (
            "tid,email,emailstatus,token,invited,usesleft\n"
            "1,gwen@example.org,OK,ab,N,1\n"
            "2,gone@example.org,OptOut,cd,2024-01-01 10:00,1\n"
        ),
    ),
    "Mailchimp, by a note": (
        "subscribed_members_export_3f2a.csv",
        (
            "Email Address,LEID,EUID,NOTES\n"
            "gwen@example.org,1,ab,\n"
            "gone@example.org,2,cd,2024: asked to be unsubscribed\n"
        ),
    ),
    "an address book, by a note": (
        "contacts.vcf",
        (
            "BEGIN:VCARD\nVERSION:4.0\nFN:Gwen Pym\nEMAIL:gwen@example.org\n"
            "END:VCARD\n"
            "BEGIN:VCARD\nVERSION:3.0\nFN:Gone\nN:;Gone;;;\nEMAIL:gone@example.org\n"
            "NOTE:do not email\nEND:VCARD\n"
        ),
    ),
}


def bring(run: Run, folder: Path, name: str, text: str, *options: str) -> dict[str, int]:
    """Import a list under its original file name."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return imported(run, path, *options)


@pytest.mark.parametrize("program", LISTS)
def test_active_members_are_imported_and_others_suppressed(
    run: Run, tmp_path: Path, program: str
) -> None:
    # Of listmonk only the administrator knows that the others have not left.
    said = ["--state", "subscribed"] if program == "listmonk" else []
    counts = bring(run, tmp_path, *LISTS[program], *said)
    assert counts == {"confirmed": 1, "suppressed": 1}


def test_members_of_an_export_that_hides_leaving_are_pending(run: Run, tmp_path: Path) -> None:
    assert bring(run, tmp_path, *LISTS["listmonk"]) == {"pending": 1, "suppressed": 1}


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("listmonk", "Gwen Pym"),
        ("Ghost", "Gwen Pym"),
        ("MailPoet", 'Gwen "Win" Pym'),
        ("The Newsletter Plugin", "Gwen Pym"),
    ],
)
def test_names_are_imported(run: Run, tmp_path: Path, program: str, name: str) -> None:
    bring(run, tmp_path, *LISTS[program])
    assert shown(run, GWEN)["name"] == name


@pytest.mark.parametrize("program", ["Ghost", "Buttondown"])
def test_labels_become_topics(run: Run, tmp_path: Path, program: str) -> None:
    bring(run, tmp_path, *LISTS[program])
    assert shown(run, GWEN)["topics"] == ["housing"]


def test_listmonk_attributes_are_queryable(run: Run, tmp_path: Path) -> None:
    bring(run, tmp_path, *LISTS["listmonk"])
    asked = "attribute.ward = Abbey and attribute.age = 40"
    found = json.loads(run("subscribers", "list", "--segment", asked, "--json").out)
    assert [each["address"] for each in found] == ["gwen@example.org"]


@pytest.mark.parametrize(
    ("name", "more", "cells", "outcome"),
    [
        ("subscribed_members_export_3f2a.csv", "", "", "confirmed"),
        ("unsubscribed_members_export_3f2a.csv", UNSUBSCRIBED, "2024-01-01,May,c,,", "suppressed"),
        ("unsubscribed_email_audience_export_1.csv", "", "", "suppressed"),
        ("cleaned_members_export_3f2a.csv", CLEANED, "2024-01-01,May,c1", "suppressed"),
        ("cleaned_email_audience_export_3f2a.csv", "", "", "suppressed"),
        ("nonsubscribed_members_export_3f2a.csv", "", "", "pending"),
    ],
)
def test_mailchimp_file_names_imply_the_state(
    run: Run, tmp_path: Path, name: str, more: str, cells: str, outcome: str
) -> None:
    header = f"{MAILCHIMP_HEAD},{more}".rstrip(",")
    row = f"gwen@example.org,{MAILCHIMP_REST}" + (f",{cells}" if more else "")
    assert bring(run, tmp_path, name, f"{header}\n{row}\n") == {outcome: 1}


def test_mailchimp_names_tags_and_dates_are_imported(run: Run, tmp_path: Path) -> None:
    text = f"{MAILCHIMP_HEAD}\ngwen@example.org,{MAILCHIMP_REST}\n"
    bring(run, tmp_path, "subscribed_members_export_3f2a.csv", text)
    found = shown(run, GWEN)
    assert (found["name"], found["topics"]) == ("Gwen Pym", ["housing"])
    assert "there confirmed 2015-03-16 14:40:47" in json.dumps(found["consent"])


def test_an_unknown_status_word_can_be_mapped(run: Run, tmp_path: Path) -> None:
    text = "email,status\ngwen@example.org,Inactive\n"
    path = tmp_path / "members.csv"
    path.write_text(text)
    assert "“Inactive” in 1 rows" in refusal(run, path)
    counts = bring(run, tmp_path, "members.csv", text, "--status", "inactive=subscribed")
    assert counts == {"confirmed": 1}
