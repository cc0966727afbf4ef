"""Archives of lists, as Mailchimp gives them: a file for each state, which names the state."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from newsletter.errors import InvalidInput
from newsletter.unpacking import UNPACKING_ERRORS
from subscribers.importing.formats.signatures import ZIP_MARK

MAX_FILES = 20
MAX_BYTES = 500_000_000
"""Of the lists of an archive on disk, unpacked."""
SUFFIXES = (*(".csv", ".tsv", ".txt", ".vcf", ".ldif", ".json", ".jsonl", ".xls", ".xlsx", ".ods"),)
# Members of spreadsheets, which are archives as well (ECMA-376, part 2; OpenDocument 1.3, part 2).
_OF_SPREADSHEETS = frozenset({"[Content_Types].xml", "content.xml", "mimetype"})


def lists_in(file: str, content: bytes, max_bytes: int) -> list[tuple[str, bytes]]:
    """The lists in an archive, by name; what is no archive is itself the only one.

    One of several names the archive after its own name: beside others a list that names no state
    may be that of those who left (`is_of_archive`).

    Args:
        max_bytes: of all that is unpacked.

    Raises:
        InvalidInput: the archive is damaged, holds no list, too many, or too much.
    """
    if not content.startswith(ZIP_MARK):
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


@contextmanager
def lists_on_disk(path: Path) -> Iterator[list[tuple[str, Path]]]:
    """The lists of an archive as private files, by name, while the block runs.

    What is no archive is itself the only one.

    Raises:
        InvalidInput: the archive is damaged, holds no list, too many, or too much.
    """
    is_archive = path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)
    lists = lists_in(path.name, path.read_bytes(), MAX_BYTES) if is_archive else []
    if not lists or lists[0][0] == path.name:
        yield [(path.name, path)]
        return
    with TemporaryDirectory() as folder:
        files = []
        for number, (name, content) in enumerate(lists):
            bare = name.removesuffix(f" ({path.name})")
            target = Path(folder) / f"{number}{PurePosixPath(bare).suffix}"
            target.write_bytes(content)
            files.append((name, target))
        yield files


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
        lists.append((PurePosixPath(member.filename).name, content))
    return lists if len(lists) == 1 else [(f"{name} ({file})", each) for name, each in lists]
