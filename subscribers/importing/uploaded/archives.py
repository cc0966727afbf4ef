"""Archives of lists, as Mailchimp gives them: a file for each state, which names the state."""

import zipfile
from io import BytesIO

from newsletter.errors import InvalidInput
from newsletter.unpacking import UNPACKING_ERRORS

MAX_FILES = 20
SUFFIXES = (".csv", ".tsv", ".txt", ".vcf", ".ldif", ".json")
# Members of spreadsheets, which are archives as well (ECMA-376, part 2; OpenDocument 1.3, part 2).
_OF_SPREADSHEETS = frozenset({"[Content_Types].xml", "content.xml", "mimetype"})


def lists_in(file: str, content: bytes, max_bytes: int) -> list[tuple[str, bytes]]:
    """The lists in an archive, by name; what is no archive is itself the only one.

    Args:
        max_bytes: of all that is unpacked.

    Raises:
        InvalidInput: the archive is damaged, holds no list, too many, or too much.
    """
    if not content.startswith(b"PK\x03\x04"):
        return [(file, content)]
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if not _OF_SPREADSHEETS.isdisjoint(names):
                return [(file, content)]
            return _unpacked(archive, file, max_bytes)
    except InvalidInput:
        raise
    except UNPACKING_ERRORS as error:
        raise InvalidInput(f"{file} cannot be unpacked; unpack it, and choose its files") from error


def _unpacked(archive: zipfile.ZipFile, file: str, max_bytes: int) -> list[tuple[str, bytes]]:
    entries = [
        member
        for member in archive.infolist()
        if member.filename.lower().endswith(SUFFIXES) and not member.filename.startswith("__MACOSX")
    ]
    if not entries:
        raise InvalidInput(f"{file} holds no list; unpack it, and choose the file with the people")
    if len(entries) > MAX_FILES:
        raise InvalidInput(f"{file} holds {len(entries)} lists; unpack it, and choose some of them")
    lists, left = [], max_bytes
    for member in entries:
        # What an archive says of its sizes may be a lie.
        with archive.open(member) as opened:
            content = opened.read(left + 1)
        left -= len(content)
        if left < 0:
            raise InvalidInput(
                f"{file} holds more than {max_bytes // 1_000_000} MB; unpack it, and choose its "
                "files one by one"
            )
        lists.append((member.filename, content))
    return lists
