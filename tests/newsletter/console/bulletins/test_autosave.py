"""A bulletin that its editor saves by itself."""

from console_support import Client, Console

from newsletter.actions import bulletins
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.writing import Writing, writing_of
from newsletter.staff import audit
from newsletter.staff.actors import operator
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import Role

FLOOD = {"subject": "Flood", "text": "Stay home.", "audience": "everybody"}


def written(console: Console, number: int) -> Writing:
    with console.app.database.read() as session:
        return writing_of(store.by_id(session, number))


def keep(client: Client, **fields: str) -> dict[str, object]:
    answer: dict[str, object] = client.send("/bulletins/keep", FLOOD | fields).json()
    return answer


def test_the_first_words_make_a_bulletin_and_the_next_go_into_it(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    assert keep(editor) == {"number": 1, "version": 1, "is_saved": True}
    told = keep(editor, number="1", revision="1", text="Stay upstairs.")
    assert told["version"] == 2
    assert written(console, 1) == Writing(subject="Flood", text="Stay upstairs.")


def test_a_change_by_another_is_not_overwritten(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    keep(editor)
    snow = Writing(subject="Snow", text="Stay warm.")
    bulletins.save(console.app, operator("ben"), snow, number=1)
    answer = editor.send("/bulletins/keep", FLOOD | {"number": "1", "revision": "1", "text": "x"})
    assert (answer.status_code, written(console, 1)) == (409, snow)
    assert "changed by somebody else meanwhile" in answer.json()["message"]


def test_topics_of_which_none_is_ticked_are_not_taken_for_everybody(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    answer = editor.send("/bulletins/keep", FLOOD | {"audience": "topics"})
    assert answer.status_code == 400
    assert answer.json() == {"message": "Choose a topic, or everybody."}


def test_of_each_author_the_first_words_stand_in_the_audit_log(console: Console) -> None:
    ann, ben = console.as_role(Role.EDITOR), console.as_role(Role.EDITOR)
    keep(ann)
    for who, revision in ((ann, 1), (ann, 2), (ben, 3), (ben, 4)):
        keep(who, number="1", revision=str(revision), text=f"Words {revision}")
    with console.app.database.read() as session:
        lines = audit.page(session, Filters(action="bulletins"), limit=9)
    assert [line.actor for line in lines] == ["staff:2", "staff:1"]


def test_a_revision_that_is_no_number_is_told_beside_what_was_typed(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    answer = editor.send("/bulletins/new", FLOOD | {"revision": "x"})
    assert (answer.status_code, "Stay home." in answer.text) == (400, True)
