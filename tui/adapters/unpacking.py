"""Answers that come packed, unpacked a piece at a time: a few bytes may stand for gigabytes.

httpx unpacks each chunk whole, and as often as the server says that it was packed; 64 KB packed
three times over would be more than any machine holds.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from tui.domain.errors import ProtocolError
from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    import httpx

PIECE = 64 * 1024
"""Bytes that are unpacked at once."""
TAKEN = "gzip"
"""What is asked for, and the only packing that is understood."""
_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = ("", "identity")


async def unpacked(response: httpx.Response, host: str) -> AsyncGenerator[bytes, None]:
    """Give an answer's body in pieces of bounded size.

    Args:
        response: Streamed, and not read yet.
        host: Whose answer it is, for the words of an error.

    Raises:
        ProtocolError: Packed in another way, or more than once.
        httpx.HTTPError: The connection failed, or what came is damaged.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in _PLAIN:
        async for chunk in response.aiter_raw():
            yield chunk
        return
    if packing not in (TAKEN, f"x-{TAKEN}"):
        raise ProtocolError(
            f"{host} packs its answers in a way that Salon does not take"
            f" ({clean_line(packing, 40)})",
            hint="check the address; a proxy may have packed it",
        )
    machine = zlib.decompressobj(_GZIP)
    async for chunk in response.aiter_raw():
        left, full = chunk, True
        while full and not machine.eof:
            piece = _unpack(machine, left)
            left = machine.unconsumed_tail
            full = len(piece) == PIECE
            if piece:
                yield piece
            if full:
                await asyncio.sleep(0)  # the screen and the keys have their turn in between


def _unpack(machine: zlib._Decompress, chunk: bytes) -> bytes:
    import httpx

    try:
        return machine.decompress(chunk, PIECE)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
