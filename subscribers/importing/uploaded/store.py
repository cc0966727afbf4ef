"""Uploaded lists in the database. Never commits."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from subscribers.importing.list_reading import ListRequest
from subscribers.importing.uploaded import views
from subscribers.importing.uploaded.instructions import UploadAnswers, answers_of, corrections_of
from subscribers.importing.uploaded.jobs import require_idle
from subscribers.importing.values.cells import one_line
from subscribers.models import ListUpload, UploadPhase

MAX_BYTES = 50_000_000
KEPT_FOR = timedelta(days=7)
MAX_NAME_LENGTH = 60
NAMELESS = "list"


def add(session: Session, file: str, content: bytes, by: str, now: datetime) -> ListUpload:
    """Keep a list for a week.

    Raises:
        InvalidInput: it is empty or too large.
    """
    if not content:
        raise InvalidInput("choose the file with your list; there is nothing in this one")
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            f"the file has {len(content) // 1_000_000} MB, and at most {MAX_BYTES // 1_000_000} MB "
            "can be uploaded; save it in several parts"
        )
    upload = ListUpload(
        file=file_name(file),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=now,
        uploaded_by=by,
        expires_at=now + KEPT_FOR,
        phase=UploadPhase.READING,
        answers={},
        mends={},
        analysis={},
        outcome={},
    )
    session.add(upload)
    session.flush()
    return upload


def file_name(sent_name: str) -> str:
    """A file's name without its folders."""
    name = one_line(sent_name.replace("\\", "/").rpartition("/")[2])
    return name[-MAX_NAME_LENGTH:].strip(". ") or NAMELESS


def by_number(session: Session, number: int) -> ListUpload:
    """The upload without its content; raises ResourceNotFound if there is none."""
    upload = session.get(ListUpload, number)
    if upload is None:
        raise ResourceNotFound(
            "this list is not here any more: uploaded lists are deleted after a week; "
            "upload it again"
        )
    return upload


def every(session: Session) -> list[ListUpload]:
    """All uploads, newest first."""
    return list(session.scalars(select(ListUpload).order_by(ListUpload.id.desc())))


def drop_expired(session: Session, now: datetime) -> int:
    """Delete the lists whose time is over; how many."""
    statement = delete(ListUpload).where(ListUpload.expires_at < now).returning(ListUpload.id)
    dropped = session.scalars(statement, execution_options={"synchronize_session": False})
    return len(dropped.all())


def answer(session: Session, number: int, answers: UploadAnswers, now: datetime) -> None:
    """Say how a list is to be read.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: it is being read, or is entered.
    """
    upload = by_number(session, number)
    require_idle(upload, now)
    if upload.import_id is not None:
        raise Conflict(
            f"{upload.file} is entered already; take import {upload.import_id} back first"
        )
    upload.answers = answers.as_json()


def correct_rows(
    session: Session, number: int, cells: Mapping[int, Sequence[str]], now: datetime
) -> None:
    """Replace the cells of refused rows.

    Raises:
        ResourceNotFound: the list is deleted.
        Conflict: it is being read.
        InvalidInput: one of these rows was not refused.
    """
    upload = by_number(session, number)
    require_idle(upload, now)
    refused = {row["row"]: row for row in upload.outcome.get("refused", ())}
    if not cells.keys() <= refused.keys():
        raise InvalidInput("only rows that were refused can be mended; look at the list again")
    new = {
        str(row): views.mended(upload.analysis, refused[row], said) for row, said in cells.items()
    }
    upload.mends = {**upload.mends, **new}


def with_content(session: Session, number: int) -> ListUpload:
    """The upload with its content; raises ResourceNotFound if there is none."""
    by_number(session, number)
    query = select(ListUpload).where(ListUpload.id == number).options(undefer(ListUpload.content))
    return session.scalars(query, execution_options={"populate_existing": True}).one()


@contextmanager
def on_disk(upload: ListUpload, consent: str) -> Iterator[ListRequest]:
    """The list as a file that only this user can read, while the block runs.

    Args:
        upload: from `with_content`.

    Raises:
        InvalidInput: as raised in the block, without the file's path.
    """
    answers = answers_of(upload)
    # mkdtemp makes folders for their owner alone.
    with TemporaryDirectory(prefix="newsletter-list-") as folder:
        path = Path(folder) / upload.file
        path.write_bytes(upload.content)
        request = ListRequest(
            path=path,
            file=upload.file,
            consent=consent,
            answers=answers.of_analysis,
            sheet=answers.sheet,
            tags=answers.tags,
            updates=answers.updates,
            mends=corrections_of(upload),
        )
        try:
            yield request
        except InvalidInput as error:
            raise InvalidInput(without_path(request, error)) from error


def without_path(request: ListRequest, error: Exception) -> str:
    """A message without the path of the file."""
    return str(error).replace(str(request.path), request.file)
