"""Limits how many sessions of each transport the threads of a process open at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class SessionSlots:
    """A non-blocking semaphore for each transport."""

    def __init__(self) -> None:
        self._free: dict[str, threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()

    @contextmanager
    def acquire(self, transport: str, most: int) -> Iterator[bool]:
        """Hold a slot while the block runs; yields False where all are in use."""
        with self._lock:
            places = self._free.setdefault(transport, threading.BoundedSemaphore(most))
        is_free = places.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                places.release()
