"""Registers of names: a failure says which name to write or to remove, where, and for what."""

from collections.abc import Iterable


def assert_registered(
    registered: Iterable[str], existing: Iterable[str], *, where: str, what_for: str
) -> None:
    """Fail unless a register has just the names that exist.

    Args:
        where: the file and the name of the register.
        what_for: what becomes of a name that stands there, after "so that".
    """
    known, names = set(registered), set(existing)
    missing, left_over = sorted(names - known), sorted(known - names)
    assert not missing, f"{where}: add {', '.join(missing)}, so that {what_for}"
    assert not left_over, f"{where}: remove {', '.join(left_over)}, which does not belong there"
