"""The decorators of actions: permission check, transaction and audit line in one place.

A decorated function takes a `UnitOfWork` (or a `Job`) first, and is called with a context and an
actor instead:

    @action(Permission.STOP)
    def pause(work: UnitOfWork, number: int) -> None: ...

    editions.pause(context, actor, 7)

The decorator checks the permission, opens the transaction, and adds a line to the audit log in it.
A failed action leaves neither changes nor a line; one that changed nothing leaves no line. No other
module of `actions` opens a write transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from newsletter.actions.context import Context
from newsletter.errors import NewsletterError
from newsletter.staff import audit
from newsletter.staff.actors import Actor
from newsletter.staff.audit import AuditSubject
from newsletter.staff.permissions import Permission

ContextT = TypeVar("ContextT", bound=Context)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

ACTIONS: dict[str, Permission] = {}
"""Every action of the imported modules, with its permission."""


@dataclass(kw_only=True)
class _Line(Generic[ContextT]):
    """The context of an action, and its content of the audit line."""

    context: ContextT
    actor: Actor
    action: str
    subject: AuditSubject = field(default_factory=AuditSubject)
    details: dict[str, Any] = field(default_factory=dict)

    def about(self, kind: str, name: object, **details: Any) -> None:
        """Set the subject and details of the audit line.

        Args:
            name: an id or configured name, never an address: audit lines are never deleted.
        """
        self.subject = AuditSubject(kind=kind, name=str(name))
        self.details |= details


@dataclass(kw_only=True)
class UnitOfWork(_Line[ContextT]):
    """A running action of one transaction."""

    session: Session
    now: datetime
    is_recorded: bool = True

    def skip_audit_line(self) -> None:
        """Write no audit line; the transaction is committed all the same."""
        self.is_recorded = False


@dataclass(kw_only=True)
class Job(_Line[ContextT]):
    """A running action of several transactions.

    Its line is written by `begin`, or in its first `transaction`; its counts at the end. A line
    without counts is of a job that is running or was killed.
    """

    counts: dict[str, Any] = field(default_factory=dict)
    """What it has done so far, for the audit log."""
    entry_id: int | None = None

    @property
    def is_begun(self) -> bool:
        """Whether its line is written."""
        return self.entry_id is not None

    def begin(self) -> None:
        """Write the line now, before code with its own transactions changes anything."""
        with self.context.database.write() as session:
            entry_id = self._line(session)
        self.entry_id = entry_id

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork[ContextT]]:
        """One of its transactions; the first one writes the line, unless its block skips that."""
        with self.context.database.write() as session:
            work = UnitOfWork(
                context=self.context,
                actor=self.actor,
                action=self.action,
                session=session,
                now=self.context.clock.now(),
            )
            yield work
            entry_id = self._line(session) if work.is_recorded else self.entry_id
        # Set only once committed.
        self.entry_id = entry_id

    def end(self) -> None:
        """Record the counts; a job that did nothing leaves no line."""
        if self.entry_id is None and not any(self.counts.values()):
            return
        with self.context.database.write() as session:
            now = self.context.clock.now()
            audit.record_outcome(session, self._line(session), self.counts, now)

    def _line(self, session: Session) -> int:
        if self.entry_id is not None:
            return self.entry_id
        return audit.record(
            session,
            self.actor,
            self.action,
            self.subject,
            self.details,
            self.context.clock.now(),
            is_long=True,
        )


Called = Callable[Concatenate[ContextT, Actor, Arguments], Result]
"""The signature for callers."""
OneTransaction = Callable[Concatenate[UnitOfWork[ContextT], Arguments], Result]
"""The signature of an action of one transaction as defined."""
SeveralTransactions = Callable[Concatenate[Job[ContextT], Arguments], Result]
"""The signature of an action of several transactions as defined."""


def action(
    permission: Permission,
) -> Callable[[OneTransaction[ContextT, Arguments, Result]], Called[ContextT, Arguments, Result]]:
    """Decorate an action of one transaction."""

    def decorate(
        body: OneTransaction[ContextT, Arguments, Result],
    ) -> Called[ContextT, Arguments, Result]:
        name = _registered(body, permission)

        @wraps(body)
        def perform(
            context: ContextT, actor: Actor, /, *args: Arguments.args, **options: Arguments.kwargs
        ) -> Result:
            actor.require(permission, name)
            with context.database.write() as session:
                now = context.clock.now()
                work = UnitOfWork(
                    context=context, actor=actor, action=name, session=session, now=now
                )
                result = body(work, *args, **options)
                if work.is_recorded:
                    audit.record(session, actor, name, work.subject, work.details, work.now)
            return result

        return perform

    return decorate


def long_action(
    permission: Permission,
) -> Callable[
    [SeveralTransactions[ContextT, Arguments, Result]], Called[ContextT, Arguments, Result]
]:
    """Decorate an action of several transactions."""

    def decorate(
        body: SeveralTransactions[ContextT, Arguments, Result],
    ) -> Called[ContextT, Arguments, Result]:
        name = _registered(body, permission)

        @wraps(body)
        def perform(
            context: ContextT, actor: Actor, /, *args: Arguments.args, **options: Arguments.kwargs
        ) -> Result:
            actor.require(permission, name)
            job = Job(context=context, actor=actor, action=name)
            try:
                result = body(job, *args, **options)
            except BaseException as error:
                _record_failure(job, error)
                raise
            job.end()
            return result

        return perform

    return decorate


def _record_failure(job: Job[ContextT], error: BaseException) -> None:
    if job.entry_id is None:
        return
    job.counts["stopped"] = type(error).__name__
    # The database itself may be what failed.
    with suppress(NewsletterError):
        job.end()


def _registered(body: Callable[..., Any], permission: Permission) -> str:
    """Register an action; its name in the audit log, such as "editions.pause"."""
    name = f"{body.__module__.rpartition('.')[2]}.{body.__name__.rstrip('_')}"
    ACTIONS[name] = permission
    return name
