"""Knowing which Salon processes that use the same database are alive.

Each locks one byte of a file, at a place of its own choice. The kernel lets go of it however the
process ends, so a byte that can be locked belonged to a process that is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import zlib
from pathlib import Path

_CHATS = 1 << 41
"""Bytes from here on say which chat is shown; those of processes are below."""


class Presence:
    """This process's sign of life beside a database."""

    def __init__(self, path: Path) -> None:
        self.id = int.from_bytes(os.urandom(5)) + 1
        """Written to rows while this process works on them."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Some network file systems cannot lock; then everybody else counts as gone.
        # Nobody holds another's place for long, so waiting for it is safe.
        with contextlib.suppress(OSError):
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, self.id)
        self._shown = 0

    def show(self, chat_id: str) -> bool:
        """Let others know which chat is shown here; whether one of them shows it, too."""
        # Not `hashlib`, with which all of OpenSSL would be loaded at the start.
        place = _CHATS + zlib.crc32(chat_id.encode())
        if self._shown and self._shown != place:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, self._shown)
        self._shown = place
        try:
            # Alone is who can have it alone; then it is shared, so that the next one finds out.
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            fcntl.lockf(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            with contextlib.suppress(OSError):
                fcntl.lockf(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, place)
            return True
        except OSError:
            return False
        return False

    def alive(self, other: int) -> bool:
        """Tell whether another process with this id still runs."""
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, other)
        except BlockingIOError:
            return True
        except OSError:
            return False
        with contextlib.suppress(OSError):
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, other)
        return False

    def alone(self) -> bool:
        """Tell whether no other process uses the database.

        From then on others that come wait until this one is closed or `let_in` is called.
        """
        try:
            for length, start in ((self.id, 0), (0, self.id + 1)):
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except BlockingIOError:
            self.let_in()
            return False
        except OSError:
            return True  # locks are not to be had: as if nobody else were there
        return True

    def let_in(self) -> None:
        """End what `alone` began."""
        for length, start in ((self.id, 0), (0, self.id + 1)):
            with contextlib.suppress(OSError):
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, length, start)

    def close(self) -> None:
        """Go."""
        os.close(self._descriptor)
