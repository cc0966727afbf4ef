"""A text in base64 in which personal values stand (RFC 2045 section 6.8).

Base64 turns three bytes into four characters, so what follows a value of another length is encoded
otherwise. What is constant is encoded three times beforehand, once for each place in a group of
three at which it may begin; per person only the values and the bytes beside them are encoded.
"""

from base64 import encodebytes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.rendering.encoding.slots import Slot

GROUP = 3


@dataclass(frozen=True, kw_only=True)
class _Constant:
    """Bytes that are the same for all, encoded from the first whole group on."""

    head: bytes
    """What still belongs to the group before."""
    lines: bytes
    tail: bytes
    """What is left over for the group after."""

    @classmethod
    def of(cls, data: bytes, head: int) -> "_Constant":
        end = len(data) - (len(data) - head) % GROUP
        return cls(head=data[:head], lines=base64_lines(data[head:end]), tail=data[end:])


class Base64Text:
    """One text part of a message, as `slots.split_at_marks` cuts it."""

    def __init__(self, parts: Sequence[str | Slot]) -> None:
        self._parts = [
            part if isinstance(part, Slot) else _prepared(part.encode()) for part in parts
        ]

    def encode(self, values: Mapping[Slot, str]) -> bytes:
        """One person's text, without a line end after it."""
        found: list[bytes] = []
        left = b""
        for part in self._parts:
            if isinstance(part, Slot):
                left += values[part].encode()
            elif isinstance(part, bytes):
                left += part
            else:
                constant = part[-len(left) % GROUP]
                found += (base64_lines(left + constant.head), constant.lines)
                left = constant.tail
        return b"".join((*found, base64_lines(left))).removesuffix(b"\r\n")


def base64_lines(data: bytes) -> bytes:
    """Lines of at most 76 characters, each with its line end."""
    return encodebytes(data).replace(b"\n", b"\r\n")


def _prepared(data: bytes) -> bytes | tuple[_Constant, ...]:
    """A text for each number of bytes that the group before lacks; a short one as it is."""
    if len(data) < GROUP:
        return data
    return tuple(_Constant.of(data, head) for head in range(GROUP))
