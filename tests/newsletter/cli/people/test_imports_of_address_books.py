"""Address books of telephones, mail programs and directories: vCards of every version, and LDIF."""

from pathlib import Path

import pytest
from imports import PROOF, imported, refusal, shown
from support import Run

pytestmark = pytest.mark.usefixtures("site")
ZOE = "zoe@example.org"


def card(*lines: str, version: str = "2.1") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def book(folder: Path, *cards: str) -> Path:
    path = folder / "people.vcf"
    path.write_text("".join(cards), encoding="utf-8", newline="")
    return path


def directory(folder: Path, text: str) -> Path:
    path = folder / "people.ldif"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "extra",
    [
        "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQ\r\n ABAAD=\r\n",
        "PROFILE:VCARD",
        "KEY;ENCODING=b:@@@",
        "X-SERVICE;=:;;",
    ],
    ids=["picture", "profile", "key", "unknown"],
)
def test_a_damaged_property_that_is_not_read_loses_nobody(
    run: Run, tmp_path: Path, extra: str
) -> None:
    path = book(tmp_path, card("FN:Zoe Pym", f"EMAIL;INTERNET:{ZOE}", extra))
    assert imported(run, path) == {"confirmed": 1}


def test_the_preferred_address_of_an_old_card_is_taken(run: Run, tmp_path: Path) -> None:
    path = book(tmp_path, card("EMAIL;HOME:old@example.org", f"EMAIL;PREF;INTERNET:{ZOE}"))
    assert imported(run, path) == {"confirmed": 1}
    assert shown(run, ZOE)["status"] == "confirmed"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB=20Py=\r\n=C3=B1", "Zoë Pyñ"),
        ("FN;ENCODING=QUOTED-PRINTABLE:Zo=EB Andr=E9e", "Zoë Andrée"),
        ("FN;QUOTED-PRINTABLE:Zo=EB Andr=E9e", "Zoë Andrée"),
        ("item1.FN:Zoë\r\n  Pym", "Zoë Pym"),
    ],
    ids=["two lines", "no charset", "no charset, no name", "group and fold"],
)
def test_names_in_any_encoding_are_read(run: Run, tmp_path: Path, written: str, name: str) -> None:
    assert imported(run, book(tmp_path, card(written, f"EMAIL:{ZOE}"))) == {"confirmed": 1}
    assert shown(run, ZOE)["name"] == name


def test_an_unfinished_card_is_read_and_ends_nothing(run: Run, tmp_path: Path) -> None:
    unfinished = card("EMAIL:ada@example.org").replace("END:VCARD\r\n", "")
    assert imported(run, book(tmp_path, unfinished, card(f"EMAIL:{ZOE}"))) == {"confirmed": 2}


def test_the_card_of_an_agent_is_not_that_of_the_person(run: Run, tmp_path: Path) -> None:
    agent = card("EMAIL:agent@example.org").rstrip()
    path = book(tmp_path, card("AGENT:", agent, f"EMAIL:{ZOE}"))
    assert imported(run, path) == {"confirmed": 1}
    assert shown(run, ZOE)["status"] == "confirmed"


def test_cards_without_an_address_are_told(run: Run, tmp_path: Path) -> None:
    path = book(tmp_path, card("FN:Nobody"), card(f"EMAIL:{ZOE}"))
    done = run("subscribers", "import", str(path), "--consent", PROOF)
    assert "1 cards without an address are passed over." in done.err


def test_entries_of_a_directory_without_an_address_are_told(run: Run, tmp_path: Path) -> None:
    path = directory(tmp_path, f"version:1\n\ndn: ou=people\nou: people\n\ndn: cn=z\nmail: {ZOE}\n")
    done = run("subscribers", "import", str(path), "--consent", PROOF)
    assert "1 entries without an address are passed over." in done.err


@pytest.mark.parametrize("change", ["delete", "modify"])
def test_changes_to_a_directory_are_no_list(run: Run, tmp_path: Path, change: str) -> None:
    path = directory(tmp_path, f"dn: cn=z\nchangetype: {change}\nmail: {ZOE}\n")
    assert "export the entries themselves" in refusal(run, path)
