"""Forms: what was typed, what is wrong with it, and reading it by a pydantic model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from newsletter.errors import InvalidInput, NewsletterError
from newsletter.http.error_words import without_command

ModelT = TypeVar("ModelT", bound=BaseModel)

# Pydantic's kinds of errors, in words for people; the rest have its own message.
WORDS: Mapping[str, str] = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_too_long": "Shorten this to {max_length} characters.",
    "string_pattern_mismatch": "This is not written as it should be.",
    "int_parsing": "Write a whole number.",
    "float_parsing": "Write a number.",
    "greater_than_equal": "Write a number of at least {ge}.",
    "less_than_equal": "Write a number of at most {le}.",
    "enum": "Choose one of the list.",
    "literal_error": "Choose one of the list.",
    "date_from_datetime_parsing": "Write a date as 2026-11-27.",
    "date_parsing": "Write a date as 2026-11-27.",
    "datetime_from_date_parsing": "Write a date and a time as 2026-11-27 18:00.",
    "bool_parsing": "Choose yes or no.",
}
MISSING = WORDS["missing"]
# What pydantic says before the reason.
PREFIX = re.compile(r"Value error, |value is not a valid email address: ")
SUMMARY = "Something below is missing or not right yet."


class FormErrors(InvalidInput):
    """A form that cannot be taken: a message for each field."""

    def __init__(self, fields: Mapping[str, str], message: str = SUMMARY) -> None:
        super().__init__(message)
        self.fields = dict(fields)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a form is shown again, and what had been typed."""

    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, error: NewsletterError, form: FormData) -> "Trouble":
        fields = error.fields if isinstance(error, FormErrors) else {}
        return cls(message=message_of(error), fields=fields, typed=typed_in(form))


@dataclass(frozen=True, kw_only=True)
class FormState:
    """The fields of a form as a page shows them: what was typed, or else the defaults.

    A text or choice that was not sent belongs to another form of the page; a box was not ticked.
    """

    defaults: Mapping[str, Any]
    trouble: Trouble | None = None

    def value(self, name: str) -> str:
        """The text in a field."""
        typed = self._typed(name)
        if typed is not None:
            return next(iter(typed), "")
        value = self.defaults.get(name, "")
        return "" if value is None else str(value)

    def chosen(self, name: str) -> list[str]:
        """What is ticked in a group of boxes, or chosen in a list."""
        typed, value = self._typed(name), self.defaults.get(name)
        if typed is not None:
            return list(typed)
        if self.trouble is not None and self.trouble.typed and not isinstance(value, str):
            return []
        if value is None or value is False or value == "":
            return []
        if value is True:
            return ["yes"]
        several = not isinstance(value, str) and isinstance(value, Sequence | set | frozenset)
        return [str(one) for one in value] if several else [str(value)]

    def _typed(self, name: str) -> Sequence[str] | None:
        return self.trouble.typed.get(name) if self.trouble is not None else None

    def error(self, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return self.trouble.fields.get(name, "") if self.trouble else ""


def read_form(form: FormData, model: type[ModelT]) -> ModelT:
    """The form as a model: texts stripped, several values of a name as a list.

    Raises:
        FormErrors: a field is missing or wrong.
    """
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        texts = form.getlist(info.alias or name)
        if _takes_several(info.annotation):
            values[name] = [_stripped(one) for one in texts]
        elif texts:
            values[name] = _stripped(texts[-1])
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise FormErrors(_by_field(error)) from error


def typed_in(form: FormData) -> dict[str, list[str]]:
    """The texts of a form; files, and passwords, are not shown again."""
    typed: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and "password" not in name and name != "csrf":
            typed.setdefault(name, []).append(value)
    return typed


def message_of(error: NewsletterError) -> str:
    """What went wrong, as a sentence."""
    return sentence(without_command(error))


def sentence(reason: str) -> str:
    """A message with a capital letter and a full stop."""
    ended = full_stop(reason)
    return f"{ended[:1].upper()}{ended[1:]}"


def full_stop(reason: str) -> str:
    """A message with a full stop, as where it begins with the name of a file."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _by_field(error: ValidationError) -> dict[str, str]:
    errors: dict[str, str] = {}
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        reason = MISSING if problem["input"] == "" else PREFIX.sub("", problem["msg"])
        words = WORDS.get(problem["type"], reason)
        errors.setdefault(name, sentence(words.format(**problem.get("ctx", {}))))
    return errors


def _takes_several(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in {list, tuple, set, frozenset}


def _stripped(value: str | UploadFile) -> str | UploadFile:
    return value.strip() if isinstance(value, str) else value
