"""Lists imported on a page: looked at, asked about, mended, entered, taken back."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from console_support import Client, Console

from newsletter.clock import FixedClock
from newsletter.console.people.import_notes import STATE_LABEL, in_words_of_form
from newsletter.errors import InvalidInput
from newsletter.staff.permissions import Role
from subscribers import store as people
from subscribers.importing import archives
from subscribers.importing.storage import history
from subscribers.importing.uploaded import jobs, store
from subscribers.models import ListUpload, SubscriberStatus

MARKUP = "<script>alert(1)</script>"
LIST = (
    b"email,name,status\nann@wexcombe.example,Ann,subscribed\n"
    b"ben at wexcombe.example,Ben,subscribed\ncat@wexcombe.example,Cat,unsubscribed\n"
)
MAILCHIMP = "Email Address,MEMBER_RATING,OPTIN_TIME\n"
PROOF = {"consent": "proof", "proof": "paper forms", "act": "enter"}


@pytest.fixture
def owner(console: Console) -> Client:
    return console.as_role(Role.OWNER)


def bring(owner: Client, content: bytes = LIST, name: str = "members.csv") -> str:
    """Upload a list; the path of its page."""
    given = owner.send("/people/import", files={"file": (name, content)})
    assert given.status_code == 303, given.text
    return str(given.headers["location"].removeprefix("/console"))


def upload(console: Console, path: str) -> ListUpload:
    with console.app.database.read() as session:
        return store.by_number(session, int(path.rpartition("/")[2]))


def status(console: Console, address: str) -> SubscriberStatus | None:
    with console.app.database.read() as session:
        found = people.find_by_address(session, address)
        return found.status if found else None


def test_a_list_is_looked_at_before_anybody_is_added(console: Console, owner: Client) -> None:
    page = owner.get(bring(owner)).text
    assert "What would come of it" in page
    assert "cat@wexcombe.example" in page
    assert status(console, "ann@wexcombe.example") is None


def test_a_mended_list_is_entered_in_one_step(console: Console, owner: Client) -> None:
    path = bring(owner)
    mended = {"cell-3-0": "ben@wexcombe.example", "cell-3-1": "Ben"}
    owner.send(f"{path}/enter", PROOF | mended)
    assert "What came of it" in owner.get(path).text
    assert status(console, "ben@wexcombe.example") is SubscriberStatus.CONFIRMED
    assert status(console, "cat@wexcombe.example") is None


def test_a_refused_row_is_mended_after_the_import(console: Console, owner: Client) -> None:
    path = bring(owner)
    owner.send(f"{path}/enter", PROOF)
    owner.send(f"{path}/enter", {"cell-3-0": "ben@wexcombe.example", "act": "enter"})
    assert status(console, "ben@wexcombe.example") is SubscriberStatus.CONFIRMED


def test_the_mark_of_a_leaver_is_no_field(owner: Client) -> None:
    page = owner.get(bring(owner)).text
    assert 'name="cell-3-0"' in page
    assert 'name="cell-3-2"' not in page


def test_without_an_answer_about_consent_nobody_is_entered(console: Console, owner: Client) -> None:
    path = bring(owner)
    answer = owner.send(f"{path}/enter", {"consent": "proof", "proof": "", "act": "enter"})
    assert "Say how and when they agreed" in answer.text
    assert status(console, "ann@wexcombe.example") is None


def test_without_proof_they_wait(console: Console, owner: Client) -> None:
    owner.send(f"{bring(owner)}/enter", {"consent": "none", "act": "enter"})
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.PENDING


def test_a_column_in_question_is_answered_on_the_page(console: Console, owner: Client) -> None:
    path = bring(owner, b"email,stage\nann@wexcombe.example,A\nben@wexcombe.example,B\n")
    page = owner.get(path).text
    assert "may tell who left or agreed" in page
    assert "/enter" not in page
    owner.send(f"{path}/columns", {"role-0": "address", "role-1": "status"})
    assert "What does “A” mean?" in owner.get(path).text
    owner.send(
        f"{path}/columns",
        {"role-0": "address", "role-1": "status", "word-0": "subscribed", "word-1": "left"},
    )
    owner.send(f"{path}/enter", PROOF)
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.CONFIRMED
    assert status(console, "ben@wexcombe.example") is None


LISTMONK = (
    b"uuid,email,name,attributes,status,created_at,updated_at\n"
    b"6c6b2f7e-5a0e-4a0e-9a57-0d7a9f5a4a01,ann@wexcombe.example,Ann,{},enabled,"
    b"2024-05-01T09:00:00Z,2024-05-01T09:00:00Z\n"
)


def test_an_export_that_hides_who_left_is_confirmed_by_a_field_that_its_note_names(
    console: Console, owner: Client
) -> None:
    path = bring(owner, LISTMONK)
    page = owner.get(path).text
    assert "“How everybody in it stands at best: Subscribed”" in page
    assert "--state" not in page
    owner.send(f"{path}/columns", {"state": "subscribed"})
    owner.send(f"{path}/enter", PROOF)
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.CONFIRMED


@pytest.mark.parametrize(
    ("note", "of_form"),
    [
        ("take the first with --state left.", "take the first with “{state}: Left”."),
        ('say --column ignored="notes".', "say “Is read as: Pass it over” for “notes”."),
        ('write --column address="…"', "write “Is read as: Mail address”"),
        ("--status X=subscribed, y=left", "choose that “X” means Subscribed, “y” means Left"),
        ("import them with --unconfirmed.", "import them with “I have no proof”."),
    ],
)
def test_notes_name_fields_of_the_form(note: str, of_form: str) -> None:
    assert in_words_of_form(note) == of_form.format(state=STATE_LABEL)


def test_an_export_that_hides_who_left_confirms_nobody_by_itself(
    console: Console, owner: Client
) -> None:
    owner.send(f"{bring(owner, LISTMONK)}/enter", PROOF)
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.PENDING


def test_a_column_is_kept_for_segments(console: Console, owner: Client) -> None:
    path = bring(owner, b"email,Home ward\nann@wexcombe.example,Abbey\n")
    owner.send(f"{path}/columns", {"role-0": "address", "role-1": "attribute"})
    owner.send(f"{path}/enter", PROOF)
    with console.app.database.read() as session:
        found = people.by_address(session, "ann@wexcombe.example")
    assert found.attributes == {"Home_ward": "Abbey"}


def test_a_file_that_cannot_be_read_says_so(owner: Client) -> None:
    assert "members.pdf is a PDF" in owner.get(bring(owner, b"%PDF-1.7", "members.pdf")).text


def test_an_empty_form_says_what_to_choose(owner: Client) -> None:
    answer = owner.send("/people/import", files={"file": ("", b"")})
    assert "Choose the file with your list" in answer.text


def test_markup_in_a_list_is_shown_as_text(owner: Client) -> None:
    content = f"email,{MARKUP}\n{MARKUP},{MARKUP}\n{MARKUP}@x,{MARKUP}\nann@b.example,x\n"
    path = bring(owner, content.encode(), f"{MARKUP}.csv")
    owner.send(f"{path}/columns", {"role-0": "address", "role-1": "attribute"})
    for page in (path, "/people/import"):
        assert MARKUP not in owner.get(page).text, page
    owner.send(f"{path}/enter", PROOF)
    for page in (path, "/people/import", "/people/imports/1", "/segments/new", "/people"):
        assert MARKUP not in owner.get(page).text, page


def test_a_job_that_died_is_told_and_goes_on(
    console: Console, owner: Client, clock: FixedClock
) -> None:
    path = bring(owner)
    with console.app.database.write() as session:
        jobs.begin_entering(session, upload(console, path).id, "paper", clock.now())
    assert "goes on by itself" in owner.get(path).text
    clock.at += timedelta(minutes=2)
    assert "This was interrupted" in owner.get(path).text
    owner.send(f"{path}/again")
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.CONFIRMED


def test_an_import_is_taken_back(console: Console, owner: Client) -> None:
    owner.send(f"{bring(owner)}/enter", PROOF)
    owner.send("/people/imports/1/undo")
    assert status(console, "ann@wexcombe.example") is None
    with console.app.database.read() as session:
        assert history.by_number(session, 1).undone_at is not None
    assert "Taken back" in owner.get("/people/imports/1").text


def test_an_archive_of_a_file_for_each_state_is_as_many_lists(
    console: Console, owner: Client
) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, person in (("subscribed", "ann"), ("unsubscribed", "cat")):
            row = f"{person}@wexcombe.example,2,2024-05-01 10:00:00\n"
            archive.writestr(f"a/{name}_members_export_1.csv", f"{MAILCHIMP}{row}")
    assert bring(owner, packed.getvalue(), "export.zip") == "/people/import"
    for number in (1, 2):
        owner.send(f"/people/import/{number}/enter", PROOF)
    assert status(console, "ann@wexcombe.example") is SubscriberStatus.CONFIRMED
    assert status(console, "cat@wexcombe.example") is None


def test_an_archive_of_too_much_is_refused() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("members.csv", "a" * 2_000_001)
    with pytest.raises(InvalidInput, match="more than 2 MB"):
        archives.lists_in("export.zip", packed.getvalue(), 2_000_000)


def test_an_uploaded_list_is_deleted(console: Console, owner: Client) -> None:
    path = bring(owner)
    owner.send(f"{path}/discard")
    assert owner.get(path).status_code == 404


def test_why_a_list_cannot_be_entered_is_told(owner: Client) -> None:
    path = bring(owner)
    owner.send(f"{path}/enter", PROOF)
    answer = owner.send(f"{path}/enter", {"act": "enter"})
    assert answer.status_code == 409
    assert "Mend a row first" in answer.text
