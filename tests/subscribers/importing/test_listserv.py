"""Members of LISTSERV lists: columns of spaces, with options."""

from pathlib import Path

from list_files import states_in

GET = """*  Society news
*
*  Owner=        owner@afonwen.example (The Owner)
*  Notebook=     Yes,A,Monthly
*
ann@afonwen.example        Ann Adler
ben@afonwen.example        Ben Berg
*
* Total number of users subscribed to the list:      2
"""
OPTIONS = """ann@afonwen.example   Ann Adler   MAIL REPRO
ben@afonwen.example   Ben Berg    NOMAIL REPRO
cleo@afonwen.example  Cleo Car    DIGEST NOREPRO
"""


def test_members_are_read_below_the_lines_of_the_list_itself(tmp_path: Path) -> None:
    (tmp_path / "news.list").write_text(GET, "utf-8")
    assert states_in(tmp_path / "news.list") == {
        "ann@afonwen.example": "subscribed",
        "ben@afonwen.example": "subscribed",
    }


def test_members_who_take_no_mail_have_left(tmp_path: Path) -> None:
    (tmp_path / "news.list").write_text(OPTIONS, "utf-8")
    assert states_in(tmp_path / "news.list") == {
        "ann@afonwen.example": "subscribed",
        "ben@afonwen.example": "left",
        "cleo@afonwen.example": "subscribed",
    }


def test_a_single_space_may_part_address_name_and_options(tmp_path: Path) -> None:
    members = "ann@afonwen.example Ann Adler MAIL\nben@afonwen.example Ben Berg NOMAIL\n"
    (tmp_path / "news.list").write_text(f"* Owner= owner@afonwen.example\n{members}", "utf-8")
    assert states_in(tmp_path / "news.list") == {
        "ann@afonwen.example": "subscribed",
        "ben@afonwen.example": "left",
    }
