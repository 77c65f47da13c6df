"""An answer that streams is read once a frame: waking up for each token costs more than reading it.

Between two reads the kernel collects. Nothing comes later on the screen for it, since what comes
within a frame of the last is not drawn before the next. Who waits longer for more waits no longer
than before.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx
    from httpcore import AsyncNetworkStream

FRAME = 1 / 28
"""Seconds from one read to the next: no less than between two frames, so that what is read can be
drawn at once."""
_MUCH = 16 * 1024
"""Bytes; what comes so fast is not written by a model, and need not wait."""
_WAITED = 0.001
"""Seconds; what took longer was not there already."""


@contextmanager
def paced(response: httpx.Response) -> Iterator[None]:
    """Read the body of a response at the pace of frames; its connection may be used again after.

    Args:
        response: Streamed, with its head read and none of its body.
    """
    stream = response.extensions.get("network_stream")
    if stream is None or not hasattr(stream, "__dict__"):
        # One that takes no attribute is read as ever.
        yield
        return
    # An answer's own attribute hides the method for as long as it is read.
    vars(stream)["read"] = _Reads(stream).read
    try:
        yield
    finally:
        vars(stream).pop("read", None)


class _Reads:
    """The reads of one answer."""

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._read = stream.read
        self._in_records = stream.get_extra_info("ssl_object") is not None
        """Whether a read gives what the server wrote at once, and there may be more to read."""
        is_plain = os.name == "posix" and not self._in_records
        self._socket = stream.get_extra_info("socket") if is_plain else None
        self._next = 0.0

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - it replaces a method that has it
    ) -> bytes:
        """Do as `AsyncNetworkStream.read` does, but not twice within a frame."""
        pause = self._next - perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
            if (data := self._at_hand(max_bytes)) is not None:
                self._next = perf_counter() + FRAME if len(data) < _MUCH else 0.0
                return data
        began = perf_counter()
        data = await self._read(max_bytes, timeout)
        now = perf_counter()
        is_all = now - began > _WAITED if self._in_records else len(data) < _MUCH
        self._next = now + FRAME if is_all else 0.0
        return data

    def _at_hand(self, most: int) -> bytes | None:
        """What came meanwhile, straight from the kernel; None: nothing, so it must be waited for.

        The last read took all that the layers in between had.
        """
        if self._socket is None:
            return None
        try:
            return os.read(self._socket.fileno(), most)
        except ConnectionError as error:
            import httpcore

            raise httpcore.ReadError(str(error)) from error
        except OSError:
            return None
