"""The labels of the fields of a form, read from its HTML: a summary of errors names each by it."""

from typing import Any

from lxml import html as trees

from newsletter.console.frame.presentation.forms import Trouble

# Beside the words of a label: that a field is optional, or an hour's zone.
ASIDE = "optional"
NAMED = "string(//label[@for=$field][1])"
GROUPED = (
    "string((//*[@id=$field]/ancestor::fieldset[contains(@aria-describedby, $error)])[1]/legend)"
)


def named_errors(trouble: Trouble, fields: str, suffix: str = "") -> dict[str, str]:
    """The id of each field that is wrong, with its label and what is wrong: “Title: fill this in.”

    Args:
        fields: the form's HTML.
        suffix: of the ids of its fields.
    """
    tree = trees.fragment_fromstring(fields, create_parent="div")
    for aside in tree.find_class(ASIDE):
        aside.drop_tree()
    return {
        f"field-{name}{suffix}": _named(_label(tree, f"{name}{suffix}"), words)
        for name, words in trouble.fields.items()
    }


def _label(tree: Any, name: str) -> str:
    group = tree.xpath(GROUPED, field=f"field-{name}", error=f"error-{name}")
    return " ".join((group or tree.xpath(NAMED, field=f"field-{name}")).split())


def _named(label: str, words: str) -> str:
    return f"{label.rstrip('.:?…')}: {_small(words)}" if label else words


def _small(words: str) -> str:
    """Without its capital letter, but for a word that has others, such as “CSV”."""
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words
