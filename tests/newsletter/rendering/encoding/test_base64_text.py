"""Base64 with personal values decodes to the filled text, in lines of at most 76."""

from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.encoding.base64_text import Base64Text
from newsletter.rendering.encoding.slots import Slot

VALUES = {Slot.GREETING_HTML: "Αγαπητή Άννα", Slot.UNSUBSCRIBE: "abc.de", Slot.NAME_HTML: ""}
PARTS = st.lists(st.text(max_size=200) | st.sampled_from(sorted(VALUES)), max_size=9)


@given(PARTS)
def test_base64_text_decodes_to_the_filled_text(parts: list[str | Slot]) -> None:
    encoded = Base64Text(parts).encode(VALUES)
    meant = "".join(VALUES[part] if isinstance(part, Slot) else part for part in parts)
    assert b64decode(encoded, validate=False).decode() == meant
    assert b"=" not in encoded.rstrip(b"=")
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
