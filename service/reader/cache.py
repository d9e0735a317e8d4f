"""Finished pages in memory: what anonymous readers get, by all that the page rests on (pure).

A page in here holds no byte that depends on the request, the person or the hour. Nothing is ever thrown out because
something changed: the key has the versions of what the page shows, so a changed page simply has another key.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

ROOM = 32 * 1024 * 1024
SMALLEST_WORTH_PACKING = 500


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page: its bytes as they are and packed, and the strong ETag of each."""

    body: bytes
    packed: bytes
    etag: str
    packed_etag: str

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        return len(self.body) + len(self.packed)


def finish(html: str) -> Page:
    """Return the page of this HTML."""
    body = html.encode()
    packed = gzip.compress(body, compresslevel=6, mtime=0) if len(body) >= SMALLEST_WORTH_PACKING else b""
    digest = hashlib.sha256(body).hexdigest()[:32]
    return Page(body, packed, f'"{digest}"', f'"{digest}-gzip"')


class PageCache:
    """The pages of this process, the least recently used thrown out when they take more than `room` bytes."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._taken = 0
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, key: Hashable, render: Callable[[], str]) -> Page:
        """Return the page for `key`, rendered if it is not here.

        Two threads may render the same page at once; that costs time and harms nothing.
        """
        found = self.known(key)
        if found is not None:
            return found
        made = finish(render())
        self._keep(key, made)
        return made

    def known(self, key: Hashable) -> Page | None:
        """Return the page for `key` if it is here."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def _keep(self, key: Hashable, page: Page) -> None:
        with self._lock:
            replaced = self._pages.pop(key, None)
            self._taken += page.size - (replaced.size if replaced else 0)
            self._pages[key] = page
            while self._taken > self._room and self._pages:
                _key, dropped = self._pages.popitem(last=False)
                self._taken -= dropped.size
