"""Actions on segments: add, change, rename and remove a named expression."""

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.errors import Conflict
from newsletter.queries.segments import uses
from newsletter.staff.permissions import Permission
from subscribers.segments import store

KIND = "segment"


@action(Permission.WRITE)
def add(work: UnitOfWork[Context], name: str, expression: str) -> None:
    """Save an expression under a name.

    Raises:
        InvalidInput: the name or the expression is invalid.
        Conflict: there is one of this name.
    """
    work.about(KIND, name)
    store.add(work.session, name, expression, work.now)


@action(Permission.WRITE)
def change(work: UnitOfWork[Context], name: str, expression: str) -> None:
    """Give a segment another expression; its editions keep theirs.

    Raises:
        ResourceNotFound: there is none of this name.
        InvalidInput: the expression is invalid.
    """
    work.about(KIND, name)
    if not store.change(work.session, name, expression):
        work.skip_audit_line()


@action(Permission.WRITE)
def rename(work: UnitOfWork[Context], name: str, new_name: str) -> None:
    """Give a segment another name.

    Raises:
        ResourceNotFound: there is none of this name.
        InvalidInput: the new name is invalid.
        Conflict: the new name is taken, or something uses the segment by its name.
    """
    work.about(KIND, name, new_name=new_name)
    _require_unused(work, name)
    store.rename(work.session, name, new_name)


@action(Permission.WRITE)
def remove(work: UnitOfWork[Context], name: str) -> None:
    """Remove a segment; its editions keep their expression.

    Raises:
        ResourceNotFound: there is none of this name.
        Conflict: something uses it.
    """
    work.about(KIND, name)
    segment = store.by_name(work.session, name)
    _require_unused(work, name)
    work.session.delete(segment)


def _require_unused(work: UnitOfWork[Context], name: str) -> None:
    if users := uses(work.session, work.context.config).get(name):
        raise Conflict(
            f"the segment {name} is used by {', '.join(users)}; choose another segment there first"
        )
