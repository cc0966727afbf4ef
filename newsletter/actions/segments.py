"""What is done to segments: an expression is given a name, and the name taken away."""

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.staff.permissions import Permission
from subscribers.segments import store

KIND = "segment"


@action(Permission.WRITE)
def add(work: UnitOfWork[Context], name: str, expression: str) -> None:
    """Keep an expression under a name.

    Raises:
        InvalidInput: the name is none, or the expression cannot be understood.
        Conflict: there is one of this name.
    """
    work.about(KIND, name)
    store.add(work.session, name, expression, work.now)


@action(Permission.WRITE)
def remove(work: UnitOfWork[Context], name: str) -> None:
    """Forget a segment; editions made for it keep their expression.

    Raises:
        ResourceNotFound: there is none of this name.
    """
    work.about(KIND, name)
    work.session.delete(store.by_name(work.session, name))
