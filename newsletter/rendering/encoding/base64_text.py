"""Base64 text with slots for personal values (RFC 2045 section 6.8).

Base64 encodes groups of three bytes, so the encoding of constant text depends on the length of the
values before it. Constant text is encoded in advance for each of the three alignments; per
subscriber only the values and the adjacent bytes are encoded.
"""

from base64 import encodebytes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.rendering.encoding.slots import Slot

GROUP = 3


@dataclass(frozen=True, kw_only=True)
class _Constant:
    """Constant bytes, encoded from the first whole group on."""

    head: bytes
    """The bytes that complete the preceding group."""
    lines: bytes
    tail: bytes
    """The remaining bytes of an incomplete group."""

    @classmethod
    def of(cls, data: bytes, head: int) -> "_Constant":
        end = len(data) - (len(data) - head) % GROUP
        return cls(head=data[:head], lines=base64_lines(data[head:end]), tail=data[end:])


class Base64Text:
    """One text part of a message, as cut by `slots.split_at_placeholders`."""

    def __init__(self, parts: Sequence[str | Slot]) -> None:
        self._parts = [
            part if isinstance(part, Slot) else _prepared(part.encode()) for part in parts
        ]

    def encode(self, values: Mapping[Slot, str]) -> bytes:
        """One subscriber's text, without a final line end."""
        parts: list[bytes] = []
        left = b""
        for part in self._parts:
            if isinstance(part, Slot):
                left += values[part].encode()
            elif isinstance(part, bytes):
                left += part
            else:
                constant = part[-len(left) % GROUP]
                parts += (base64_lines(left + constant.head), constant.lines)
                left = constant.tail
        return b"".join((*parts, base64_lines(left))).removesuffix(b"\r\n")


def base64_lines(data: bytes) -> bytes:
    """Lines of at most 76 characters, each with a line end."""
    return encodebytes(data).replace(b"\n", b"\r\n")


def _prepared(data: bytes) -> bytes | tuple[_Constant, ...]:
    """The constant text for each alignment; a short text as it is."""
    if len(data) < GROUP:
        return data
    return tuple(_Constant.of(data, head) for head in range(GROUP))
