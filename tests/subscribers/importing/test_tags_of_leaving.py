"""A tag, a group or a unit that states leaving, in each form that has them."""

import json
from pathlib import Path

import pytest
from list_files import analysed, states_in

from subscribers.importing.values.tags import tag_states_leaving

ANN, BEN = "ann@example.org", "ben@example.org"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Some One\nEMAIL:{address}\nCATEGORIES:{tag}\nEND:VCARD\n"
ENTRY = "dn: cn={address},ou={tag},o=Club\ncn: Some One\nsn: One\nmail: {address}\n\n"
OUTLOOK = "First Name,E-mail Address,Home Phone,Categories\n"


def people_tagged(form: str, tags: dict[str, str]) -> str:
    if form == "json":
        return json.dumps([{"email": address, "tags": [tag]} for address, tag in tags.items()])
    if form == "named.json":
        people = [{"email": who, "groups": [{"name": tag}]} for who, tag in tags.items()]
        return json.dumps(people)
    if form == "google.csv":
        rows = [f"Some,{address},{tag} ::: * myContacts\n" for address, tag in tags.items()]
        return "First Name,E-mail 1 - Value,Labels\n" + "".join(rows)
    if form == "outlook.csv":
        rows = [f"Some,{address},,Board;{tag}\n" for address, tag in tags.items()]
        return OUTLOOK + "".join(rows)
    form_of_one = CARD if form == "vcf" else ENTRY
    return "".join(form_of_one.format(address=who, tag=tag) for who, tag in tags.items())


@pytest.mark.parametrize("form", ["vcf", "ldif", "json", "named.json", "google.csv", "outlook.csv"])
@pytest.mark.parametrize("tag", ["Désabonnés", "Ausgetretene", "Uitgeschreven"])
def test_a_tag_of_leaving_means_left_in_each_form(tmp_path: Path, form: str, tag: str) -> None:
    path = tmp_path / f"list.{form}"
    path.write_text(people_tagged(form, {ANN: "Infolettre", BEN: tag}), encoding="utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


@pytest.mark.parametrize(
    "tag",
    [
        *("désabonnées", "Abgemeldete", "disiscritti", "wypisani", "Odhlášení", "cyn aelodau"),
        *("Leiratkozottak", "Avregistrerade", "Отписались", "退会者", "הוסרו", "Left 2021"),
        *("Ex-Mitglieder", "membres décédés", "Liste noire", "Unsubscribers"),
    ],
)
def test_a_tag_states_leaving_in_many_languages(tag: str) -> None:
    assert tag_states_leaving(tag)


@pytest.mark.parametrize(
    "tag", ["Forms", "Blackburn", "Formation", "Stop the road", "2021", "Exmoor"]
)
def test_a_tag_of_something_else_states_no_leaving(tag: str) -> None:
    assert not tag_states_leaving(tag)


def test_a_unit_of_everybody_in_a_directory_is_no_tag(tmp_path: Path) -> None:
    path = tmp_path / "list.ldif"
    path.write_text(people_tagged("ldif", {ANN: "People", BEN: "People"}), encoding="utf-8")
    table, _ = analysed(path)
    assert "directory unit" not in table.header


@pytest.mark.parametrize("said", ["möchte keine E-Mails", "verstorben"])
def test_a_description_in_a_directory_is_read_as_notes(tmp_path: Path, said: str) -> None:
    people = people_tagged("ldif", {ANN: "People", BEN: "People"})
    path = tmp_path / "list.ldif"
    path.write_text(f"{people.strip()}\ndescription: Chair\ndescription: {said}\n", "utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


def test_the_units_of_a_directory_are_read_as_they_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "list.ldif"
    path.write_text(people_tagged("ldif", {ANN: "News", BEN: r"D\C3\A9sabonn\C3\A9s"}), "utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left"}


@pytest.mark.parametrize("tag", ["Newsletter - left", "Ex-subscribers", "Former newsletter"])
def test_an_english_tag_of_several_words_states_leaving(tag: str) -> None:
    assert tag_states_leaving(tag)
