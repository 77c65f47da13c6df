"""Just enough of the protobuf wire format to take an ONNX file apart and to write a new one.

Works on a memoryview of a mapped file, so weights are never copied.
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTHS = {FIXED64: 8, FIXED32: 4}


class MalformedError(Exception):
    """The bytes are not of the format."""


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number at `at` and where the next thing starts."""
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise MalformedError("cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise MalformedError("number too long")


def fields(data: memoryview) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield each field of a message: number, kind, value, start, end.

    `value` is the number of a VARINT, else 0; `start` and `end` bound the payload within `data`.

    Raises:
        MalformedError: The bytes are not of the format.
    """
    at, size = 0, len(data)
    while at < size:
        key, at = varint(data, at)
        kind, start, value = key & 7, at, 0
        if kind == VARINT:
            value, at = varint(data, at)
        elif kind == BYTES:
            length, start = varint(data, at)
            at = start + length
        elif kind in _WIDTHS:
            at += _WIDTHS[kind]
        else:
            raise MalformedError("unknown kind of field")
        if at > size:
            raise MalformedError("cut off")
        yield key >> 3, kind, value, start, at


def text(data: memoryview) -> str:
    """Decode a name.

    Raises:
        MalformedError: It is no UTF-8.
    """
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("a name is no text") from error


def write_varint(value: int) -> bytes:
    """Encode a number that is not negative."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_number(number: int, value: int) -> bytes:
    """Encode a VARINT field."""
    return write_varint(number << 3) + write_varint(value)


def write_bytes(number: int, payload: bytes | memoryview | str) -> bytes:
    """Encode a BYTES field: bytes, text or a message."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return b"".join((write_varint(number << 3 | BYTES), write_varint(len(raw)), raw))
