"""Actions on segments: add and remove a named expression."""

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
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
def remove(work: UnitOfWork[Context], name: str) -> None:
    """Remove a segment; its editions keep their expression.

    Raises:
        ResourceNotFound: there is none of this name.
    """
    work.about(KIND, name)
    work.session.delete(store.by_name(work.session, name))
