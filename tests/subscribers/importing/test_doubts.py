"""Whoever may have left, by words that only their writer understands, is not confirmed."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from list_files import analysed, states_in

from newsletter.errors import InvalidInput
from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.states import ListState

ANN, BEN = "ann@example.org", "ben@example.org"
SECTIONS = ["Only by post", "NE PAS ENVOYER DE MAIL", "Choir:"]
LEAVERS = ["Unsubscribed:", "Anciens membres:", "OPGEZEGD", "Abgemeldet (1)"]
NAMES = [
    "BEN LEFT",
    "Ben (no)",
    "Ben (ex)",
    "Ben XXXX",
    "Ben (moved away)",
    "Ben (verzogen)",
]


@pytest.mark.parametrize("line", SECTIONS)
def test_rows_below_a_section_heading_stay_unconfirmed(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"name,town,email\nAnn,Upton,{ANN}\n{line},,\nBen,Upton,{BEN}\n")
    assert states_in(path) == {ANN: "subscribed", BEN: "unconfirmed"}


@pytest.mark.parametrize("line", LEAVERS)
def test_rows_below_a_heading_of_leaving_have_left(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.csv"
    rows = f"Ann,Upton,{ANN}\n{line},,\nBen,Upton,{BEN}\nBo,Up,ton,bo@example.org\n"
    path.write_text(f"name,town,email\n{rows}Members,,\nCai,Upton,cai@example.org\n")
    assert states_in(path) == {
        ANN: "subscribed",
        **dict.fromkeys((BEN, "bo@example.org"), "left"),
        "cai@example.org": "unconfirmed",
    }


@pytest.mark.parametrize("name", ["[x] Ben", "[ ] Ben", "☐ Ben"])
def test_a_box_beside_a_name_leaves_a_doubt(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_text(f"email,name\n{ANN},Ann\n{BEN},{name}\n", "utf-8")
    assert states_in(tmp_path / "list.csv") == {ANN: "subscribed", BEN: "unconfirmed"}


@pytest.mark.parametrize("name", NAMES)
def test_a_remark_beside_a_name_leaves_a_doubt(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_text(f"email,name\n{ANN},Ann (Annie)\n{BEN},{name}\n")
    assert states_in(tmp_path / "list.csv") == {ANN: "subscribed", BEN: "unconfirmed"}


@pytest.mark.parametrize("note", ["asked not to be e-mailed", "XX", "не хочет писем", "vill inte"])
def test_notes_that_are_not_understood_leave_a_doubt_and_are_told(
    tmp_path: Path, note: str
) -> None:
    (tmp_path / "list.csv").write_text(f"email,notes\n{ANN},\n{BEN},{note}\n", encoding="utf-8")
    answers = AdministratorAnswers(columns={"notes": ["notes"]})
    assert states_in(tmp_path / "list.csv", answers) == {ANN: "subscribed", BEN: "unconfirmed"}
    _, found = analysed(tmp_path / "list.csv", answers)
    assert f"1 people have a note that may say anything, and stay pending: “{note}”" in "".join(
        found.notes
    )


def test_a_code_has_no_meaning_for_two_columns_at_once(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,kind,mails\n{ANN},0,1\n{BEN},3,0\n")
    answers = AdministratorAnswers(
        columns={"status": ["kind", "mails"]},
        words={"0": ListState.SUBSCRIBED, "3": ListState.LEFT},
    )
    with pytest.raises(InvalidInput, match="need not mean the same in both"):
        analysed(path, answers)


@pytest.mark.parametrize("heading", ["Remarks", "Bemerkungen", "Uwagi", "備考", "Membership notes"])
def test_a_column_of_free_words_is_asked_about(tmp_path: Path, heading: str) -> None:
    words = "asked in spring for no more of this"
    path = tmp_path / "list.csv"
    path.write_text(f"email,{heading}\n{ANN},\n{BEN},{words}\n", encoding="utf-8")
    _, found = analysed(path)
    assert [(each.heading, each.guess) for each in found.open_columns] == [(heading, "notes")]


def test_sentences_below_an_unknown_heading_are_asked_about(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        f"email,Xq7\n{ANN},keeps the keys of the hall\n{BEN},fed up with what we write\n", "utf-8"
    )
    _, analysis = analysed(tmp_path / "list.csv")
    assert [(each.heading, each.guess) for each in analysis.open_columns] == [("Xq7", "notes")]


def test_a_note_of_a_known_program_leaves_a_doubt_too(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text(
        f"email,note,subscribed_to_emails,labels\n{ANN},,true,\n{BEN},wants out,true,\n", "utf-8"
    )
    assert states_in(tmp_path / "members.csv") == {ANN: "subscribed", BEN: "unconfirmed"}


def test_a_word_document_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "list.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(InvalidInput, match="is a Word document; copy its table"):
        analysed(tmp_path / "list.docx")


@pytest.mark.parametrize("width", ["email", "email,town"])
def test_a_line_with_a_colon_divides_a_list(tmp_path: Path, width: str) -> None:
    rows = [f"{who},Afonwen" if "," in width else who for who in (ANN, BEN)]
    (tmp_path / "list.csv").write_text(
        f"{width}\n{rows[0]}\nNot wanted by:\n{rows[1]}\n", encoding="utf-8"
    )
    _, analysis = analysed(tmp_path / "list.csv")
    assert analysis.fitness.below == {BEN}


@pytest.mark.parametrize(
    ("role", "heading", "state"),
    [
        ("doubtful", "Mail ok", "unconfirmed"),
        ("doubtful", "Not bounced", "unconfirmed"),
        ("doubtful", "Bounced count", "subscribed"),
        ("notes", "Anything else", "unconfirmed"),
        ("received", "Letters", "unconfirmed"),
        ("agreed", "Zusage", "unconfirmed"),
    ],
)
def test_a_plain_no_confirms_only_below_a_heading_of_leaving(
    tmp_path: Path, role: str, heading: str, state: str
) -> None:
    (tmp_path / "list.csv").write_text(f"email,{heading}\n{ANN},no\n", "utf-8")
    answers = AdministratorAnswers(columns={role: [heading]})
    assert states_in(tmp_path / "list.csv", answers) == {ANN: state}


@pytest.mark.parametrize("heading", ["Signed up", "Mailing list", "Newsletters", "Opted in date"])
def test_a_yes_or_no_below_a_heading_of_something_else_is_asked_about(
    tmp_path: Path, heading: str
) -> None:
    (tmp_path / "list.csv").write_text(f"email,{heading}\n{ANN},yes\n{BEN},no\n", "utf-8")
    _, found = analysed(tmp_path / "list.csv")
    assert [column.guess for column in found.open_columns] == ["status"]


@pytest.mark.parametrize(
    ("heading", "value", "state"),
    [
        ("joined", "left 2021", "left"),
        ("joined", "never", "unconfirmed"),
        ("tags", "no", "unconfirmed"),
        ("tags", "NE", "subscribed"),
    ],
)
def test_words_of_leaving_below_a_heading_of_something_else_count(
    tmp_path: Path, heading: str, value: str, state: str
) -> None:
    rows = f"{ANN},2020-01-01\n{BEN},{value}\n"
    (tmp_path / "list.csv").write_text(f"email,{heading}\n{rows}", "utf-8")
    assert states_in(tmp_path / "list.csv") == {ANN: "subscribed", BEN: state}
