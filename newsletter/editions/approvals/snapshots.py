"""Snapshots of editions as plain values, with fingerprint and differences. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.sections import Section

Snapshot = Mapping[str, Any]


def snapshot_of(composition: Composition) -> dict[str, Any]:
    """What is mailed, as JSON.

    The subject is for showing only: it may hold the edition's number, which is not known before.
    """
    edition = composition.edition
    return {
        "subject": edition.subject,
        "text": edition.body_html,
        "sections": [_section(section) for section in composition.sections],
        "audience": [edition.topics, edition.segment],
        "template": edition.template,
        "masthead": edition.masthead,
    }


def fingerprint(snapshot: Snapshot) -> str:
    """The same for equal content, and for no other."""
    content = {key: value for key, value in snapshot.items() if key != "subject"}
    if not content["sections"]:
        content["subject"] = snapshot["subject"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def fingerprint_of(composition: Composition) -> str:
    """The fingerprint of what is mailed."""
    return fingerprint(snapshot_of(composition))


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """What has changed, a sentence each."""
    lines = []
    if before["subject"] != after["subject"]:
        lines.append(f"The subject was “{before['subject']}”, and is “{after['subject']}”.")
    if before["text"] != after["text"]:
        lines.append("The text was changed.")
    if before["audience"] != after["audience"]:
        lines.append("It goes to other people.")
    lines += _story_changes(before["sections"], after["sections"])
    if before["template"] != after["template"] or before["masthead"] != after["masthead"]:
        lines.append("The sender, the imprint or the look was changed.")
    return lines


def _section(section: Section) -> dict[str, Any]:
    return {
        "digest": section.digest,
        "title": section.title,
        "introduction": section.introduction,
        "stories": [
            {
                "article": article.id,
                "title": section.titles.get(article.id) or article.title,
                "content": article.content_hash,
            }
            for article in section.articles
        ],
        "corrections": [[a.article.id, a.number, a.note] for a in section.amendments],
    }


def _story_changes(before: Sequence[Snapshot], after: Sequence[Snapshot]) -> Iterator[str]:
    greetings = [[section["introduction"] for section in side] for side in (before, after)]
    if greetings[0] != greetings[1]:
        yield "The greeting was changed."
    old, new = _stories(before), _stories(after)
    for number in old.keys() - new.keys():
        yield f"Dropped: “{old[number]['title']}”."
    for number in new.keys() - old.keys():
        yield f"Came in: “{new[number]['title']}”."
    for number in old.keys() & new.keys():
        yield from _story_change(old[number], new[number])
    both = old.keys() & new.keys()
    if [n for n in old if n in both] != [n for n in new if n in both]:
        yield "The stories stand in another order."
    if _corrections(before) != _corrections(after):
        yield "The corrections have changed."


def _story_change(old: Snapshot, new: Snapshot) -> Iterator[str]:
    if old["title"] != new["title"]:
        yield f"“{old['title']}” is now called “{new['title']}”."
    elif old["content"] != new["content"]:
        yield f"The text of “{new['title']}” was changed."


def _stories(sections: Sequence[Snapshot]) -> dict[int, Snapshot]:
    return {story["article"]: story for section in sections for story in section["stories"]}


def _corrections(sections: Sequence[Snapshot]) -> list[Any]:
    return [section["corrections"] for section in sections]
