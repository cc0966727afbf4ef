"""What is said of fields that cannot be taken."""

import pytest
from pydantic import BaseModel, EmailStr
from starlette.datastructures import FormData

from newsletter.console.frame.presentation.forms import FormErrors, read_form


class Invitation(BaseModel):
    email: EmailStr


@pytest.mark.parametrize(
    ("typed", "words"),
    [(" ", "Fill this in."), ("ann", "An email address must have an @-sign.")],
    ids=["empty", "wrong"],
)
def test_an_empty_field_is_to_be_filled_in_and_a_wrong_one_to_be_mended(
    typed: str, words: str
) -> None:
    with pytest.raises(FormErrors) as refused:
        read_form(FormData({"email": typed}), Invitation)
    assert refused.value.fields == {"email": words}
