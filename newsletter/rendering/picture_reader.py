"""Reading of the site's own pictures: from the database, its static files, or by HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from newsletter.errors import FetchError
from newsletter.http_client.fetching import fetch

TOTAL_TIME = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class PictureReader:
    """Reads the pictures of one site.

    Args:
        static_folders: folders of `/static/`, in order; the site need not be reachable from the
            sending machine.
        stored: the bytes of an uploaded picture; None where the address is of no such picture.
        max_bytes: the size limit.
    """

    base_url: str
    static_folders: Sequence[Path]
    max_bytes: int
    stored: Callable[[str], bytes | None] = lambda _address: None

    def read(self, address: str) -> bytes:
        """
        Raises:
            FetchError: not found, or too large.
        """
        stored = self.stored(address)
        if stored is not None:
            return self._bounded(stored, address)
        path = self._path(address)
        if path is None:
            # The base URL is trusted, even on a private network.
            is_ours = address.startswith(f"{self.base_url}/")
            answer = fetch(
                address,
                allow_private=is_ours,
                max_bytes=self.max_bytes,
                total_time=TOTAL_TIME,
            )
            return answer.content
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FetchError(f"{address}: {path} cannot be read: {error.strerror}") from error
        return self._bounded(content, address)

    def _bounded(self, content: bytes, address: str) -> bytes:
        if len(content) > self.max_bytes:
            raise FetchError(f"{address}: the file is larger than {self.max_bytes} bytes")
        return content

    def _path(self, address: str) -> Path | None:
        start = f"{self.base_url}/static/"
        if not address.startswith(start):
            return None
        name = unquote(urlsplit(address).path.removeprefix(urlsplit(start).path))
        for folder in self.static_folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path
        return None
