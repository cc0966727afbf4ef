"""How many sessions of each transport the threads of a process hold at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Connections:
    """The places there are: as many for each transport as it connects."""

    def __init__(self) -> None:
        self._free: dict[str, threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()

    @contextmanager
    def one_of(self, transport: str, most: int) -> Iterator[bool]:
        """One of a transport's connections while the block runs; False where all are in use."""
        with self._lock:
            places = self._free.setdefault(transport, threading.BoundedSemaphore(most))
        is_free = places.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                places.release()
