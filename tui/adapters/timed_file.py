"""A file in memory for a decoder that nobody can interrupt."""

from __future__ import annotations

import io
import time


class TimedFile(io.BytesIO):
    """May be read for a while only, by the time of the reading thread alone.

    What Pillow does in loops of its own, once for each part of a file, reads; so a file of
    millions of empty parts is given up, and a slow machine makes no difference.
    """

    def __init__(self, data: bytes, seconds: float) -> None:
        super().__init__(data)
        self.allow(seconds)

    def allow(self, seconds: float) -> None:
        """Let it be read for so long from now on, in seconds of the processor."""
        self._end = time.thread_time() + seconds

    def read(self, size: int | None = -1) -> bytes:
        """Read on. Raises OSError when the time is up."""
        if time.thread_time() > self._end:
            raise OSError("it takes too long to read")
        return super().read(size)
