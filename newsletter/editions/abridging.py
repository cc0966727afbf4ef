"""How much of each story a digest tells: everything, or less where the mail would be too long.

Gmail shows no more than 102 KB of a mail's HTML and hides the rest, with the imprint and the link
to leave at its foot, behind "View entire message".
"""

from collections.abc import Iterator
from dataclasses import dataclass

# 102 KiB as Gmail counts them, of the decoded HTML.
GMAIL_CLIPS_AT_BYTES = 104_448
# What a person's name and addresses may add to the compiled mail.
ROOM_FOR_PERSONAL_BYTES = 2_000
LARGEST_HTML_BYTES = GMAIL_CLIPS_AT_BYTES - ROOM_FOR_PERSONAL_BYTES
SHORT_EXCERPT_CHARACTERS = 140
LONG_BODY_CHARACTERS = 60_000
SHORT_BODY_CHARACTERS = 6_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much a mail tells."""

    stories: int
    """How many are told with an excerpt; the others stand as titles."""
    shown: int
    """How many are named at all; the others are "n more on the web"."""
    excerpt_characters: int = 0
    """How long an excerpt is at most; 0: as it was written."""
    body_characters: int = 0
    """How much of a whole article is told; 0: all of it."""

    def difference(self, full: "Plan", count: int) -> str:
        """What was left out, for the preview; empty where nothing was."""
        told = []
        if self.excerpt_characters:
            told.append("the excerpts were shortened")
        if self.body_characters:
            told.append("the article was shortened")
        if self.stories < min(full.stories, count):
            told.append(f"{min(full.stories, count) - self.stories} stories stand as titles alone")
        if self.shown < count:
            told.append(f"{count - self.shown} more are left to the web")
        return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def plans(count: int, stories: int) -> Iterator[Plan]:
    """Ever shorter ways to tell `count` stories, the full one first.

    Args:
        stories: how many are told with an excerpt where there is room.
    """
    yield Plan(stories=stories, shown=count)
    short = {
        "excerpt_characters": SHORT_EXCERPT_CHARACTERS,
        "body_characters": LONG_BODY_CHARACTERS,
    }
    fewer = [stories, stories // 2, 1]
    for told in sorted({number for number in fewer if number}, reverse=True):
        yield Plan(stories=told, shown=count, **short)
    shown = count
    short["body_characters"] = SHORT_BODY_CHARACTERS
    while shown > 1:
        shown = shown * 2 // 3
        yield Plan(stories=1, shown=shown, **short)
