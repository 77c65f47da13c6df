"""Frames that the app and its child processes speak over stdin and stdout.

A frame is eight bytes (two big-endian lengths), a JSON object, and raw bytes that JSON would only
bloat, such as a picture. Both sides bound what they accept before they read it.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:  # the worker needs no event loop, and starts sooner without
    import asyncio

Fields = dict[str, Any]

_HEAD = struct.Struct(">II")
MAX_FIELDS = 4 * 1024 * 1024
MAX_DATA = 256 * 1024 * 1024


class WireError(Exception):
    """The other side sent something that is no frame; nothing after it can be trusted."""


def pack(fields: Fields, data: bytes = b"") -> bytes:
    """Return one frame.

    Raises:
        WireError: The parts are larger than the other side accepts.
    """
    text = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
    if len(text) > MAX_FIELDS or len(data) > MAX_DATA:
        raise WireError("frame too large")
    return b"".join((_HEAD.pack(len(text), len(data)), text, data))


def read(stream: BinaryIO) -> tuple[Fields, bytes] | None:
    """Read one frame from a blocking stream; None at its end.

    Raises:
        WireError: What came is no frame, or was cut off.
    """
    head = _exactly(stream, _HEAD.size)
    if not head:
        return None
    text_size, data_size = _sizes(head)
    text, data = _exactly(stream, text_size), _exactly(stream, data_size)
    if len(text) < text_size or len(data) < data_size:
        raise WireError("frame cut off")
    return _fields(text), data


async def read_async(stream: asyncio.StreamReader) -> tuple[Fields, bytes] | None:
    """Read one frame; None at the end of the stream.

    Raises:
        WireError: What came is no frame, or was cut off.
    """
    from asyncio import IncompleteReadError

    try:
        head = await stream.readexactly(_HEAD.size)
    except IncompleteReadError as error:
        if error.partial:
            raise WireError("frame cut off") from error
        return None
    text_size, data_size = _sizes(head)
    try:
        text = await stream.readexactly(text_size)
        data = await stream.readexactly(data_size)
    except IncompleteReadError as error:
        raise WireError("frame cut off") from error
    return _fields(text), data


def _exactly(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _sizes(head: bytes) -> tuple[int, int]:
    if len(head) < _HEAD.size:
        raise WireError("frame cut off")
    text_size, data_size = _HEAD.unpack(head)
    if text_size > MAX_FIELDS or data_size > MAX_DATA:
        raise WireError("frame too large")
    return text_size, data_size


def _fields(text: bytes) -> Fields:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("frame is no JSON") from error
    if not isinstance(fields, dict):
        raise WireError("frame is no JSON object")
    return fields
