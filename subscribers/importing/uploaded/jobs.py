"""Jobs on uploaded lists: claimed, with signs of life, finished or failed. Never commits.

A job outlives the request that began it. By its signs of life a page tells one that runs from one
whose process has ended.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from subscribers.importing.storage import history
from subscribers.importing.storage.history import ImportStart
from subscribers.importing.uploaded.outcome import OutcomeReport, merged
from subscribers.importing.values.cells import one_line
from subscribers.models import ListUpload, UploadPhase

# Longer than the largest batch takes; after that its job is taken for dead.
SILENCE = timedelta(minutes=1)
UNTRUSTED = (
    "the cells of {misfits} rows cannot be told apart, so nobody in this file can be confirmed; "
    "mend it in a spreadsheet, or enter it without proof"
)
RUNNING = (UploadPhase.READING, UploadPhase.ENTERING)


def is_running(upload: ListUpload, now: datetime) -> bool:
    """Whether a job is at it, as far as its signs of life tell."""
    return upload.phase in RUNNING and not is_interrupted(upload, now)


def is_interrupted(upload: ListUpload, now: datetime) -> bool:
    """Whether its job has died, or never began."""
    last_sign = upload.heartbeat_at or upload.uploaded_at
    return upload.phase in RUNNING and last_sign < now - SILENCE


def require_idle(upload: ListUpload, now: datetime) -> None:
    """
    Raises:
        Conflict: a job is at it.
    """
    if upload.heartbeat_at is not None and is_running(upload, now):
        raise Conflict(f"{upload.file} is being read at the moment; wait until that is done")


def begin_rehearsal(session: Session, number: int, now: datetime) -> None:
    """Claim a list to examine and rehearse it.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: another job is at it, or it is entered.
    """
    upload = _idle(session, number, now)
    if upload.import_id is not None:
        raise Conflict(f"{upload.file} is entered already")
    _claim(session, upload, UploadPhase.READING, now)


def finish_rehearsal(
    session: Session, number: int, view: Mapping[str, Any], report: OutcomeReport
) -> None:
    """Record what a list holds, and if nothing has to be asked what importing it would do."""
    upload = _existing(session, number)
    upload.phase = UploadPhase.READY
    upload.analysis = dict(view)
    upload.outcome = report.as_json() if view["is_clear"] else {}


def begin_entering(
    session: Session, number: int, consent: str, now: datetime
) -> tuple[ListUpload, frozenset[int]]:
    """Claim a list to enter it; with the numbers of the rows, none: all.

    One that broke off goes on under its number. Of an entered one the mended rows are entered.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: another job is at it, something has to be asked, too many rows are damaged, the
            import was undone, or no row was mended.
    """
    upload = _idle(session, number, now)
    if not upload.analysis.get("is_clear"):
        raise Conflict("say first what the columns mean that are asked about")
    again = frozenset[int]()
    if upload.outcome.get("is_entered"):
        refused = {row["row"] for row in upload.outcome["refused"]}
        again = frozenset(refused & set(map(int, upload.mends)))
        if not again:
            raise Conflict("mend a row first; all others are entered")
        if history.by_number(session, upload.import_id or 0).undone_at is not None:
            raise Conflict(f"import {upload.import_id} was taken back; upload the list again")
    else:
        upload.consent = one_line(consent)
        if upload.consent and not upload.analysis["is_trusted"]:
            raise Conflict(UNTRUSTED.format(misfits=upload.analysis["misfits"]))
        begun = ImportStart(
            file=upload.file,
            sha256=upload.sha256,
            consent=upload.consent,
            report=upload.analysis["report"],
        )
        upload.import_id = history.begin(session, begun, now).id
    _claim(session, upload, UploadPhase.ENTERING, now)
    return upload, again


def finish_entering(
    session: Session, number: int, again: Collection[int], report: OutcomeReport, now: datetime
) -> None:
    """Record the outcome with the list and its import."""
    upload = _existing(session, number)
    counts = report.as_json()
    outcome = merged(upload.outcome, again, counts) if again else counts
    upload.phase = UploadPhase.ENTERED
    upload.outcome = {**outcome, "is_entered": True}
    history.finish(session, upload.import_id or 0, outcome["counts"], now)


def fail(session: Session, number: int, phase: UploadPhase, problem: str) -> None:
    """Record why a job could not go on."""
    upload = _existing(session, number)
    upload.phase, upload.problem = phase, problem


def expect(session: Session, number: int, total: int, now: datetime) -> None:
    """Record how many rows are to come."""
    _tell(session, number, done_rows=0, total_rows=total, heartbeat_at=now)


def beat(session: Session, number: int, done: int, now: datetime) -> None:
    """A sign of life, with the number of rows done."""
    _tell(session, number, done_rows=done, heartbeat_at=now)


def _tell(session: Session, number: int, **values: Any) -> None:
    session.execute(
        update(ListUpload).where(ListUpload.id == number).values(**values),
        execution_options={"synchronize_session": False},
    )


def _existing(session: Session, number: int) -> ListUpload:
    upload = session.get(ListUpload, number)
    if upload is None:
        raise ResourceNotFound("this list was deleted meanwhile; upload it again")
    return upload


def _idle(session: Session, number: int, now: datetime) -> ListUpload:
    upload = _existing(session, number)
    require_idle(upload, now)
    if upload.phase is UploadPhase.UNREADABLE and not upload.analysis:
        raise InvalidInput(f"{upload.file} cannot be read: {upload.problem}")
    return upload


def _claim(session: Session, upload: ListUpload, phase: UploadPhase, now: datetime) -> None:
    """Of two jobs that begin at once, the condition lets one through."""
    session.flush()
    claimed = session.execute(
        update(ListUpload)
        .where(ListUpload.id == upload.id)
        .where(ListUpload.heartbeat_at.is_not_distinct_from(upload.heartbeat_at))
        .values(phase=phase, heartbeat_at=now, done_rows=0, total_rows=0, problem="")
        .returning(ListUpload.id),
        execution_options={"synchronize_session": False},
    )
    if claimed.first() is None:
        raise Conflict(f"{upload.file} is being read at the moment; wait until that is done")
    session.refresh(upload)
