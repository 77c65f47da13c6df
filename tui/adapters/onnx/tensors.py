"""What a tensor message of an ONNX file says of itself."""

from __future__ import annotations

import struct

from tui.adapters.onnx import protobuf as pb

FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
"""ONNX numbers of element types."""


def dims_of(tensor: memoryview) -> list[int]:
    """Return the sizes of a tensor, whether they are written singly or packed."""
    return _numbers(tensor, 1)


def element(tensor: memoryview) -> int:
    """Return the ONNX number of a tensor's element type, 0 where it has none."""
    return next((value for number, _, value, _, _ in pb.fields(tensor) if number == 2), 0)


def scalar(tensor: memoryview, wanted: int) -> float | None:
    """Return the only value of a tensor of this type; None if it is another or has more."""
    if element(tensor) != wanted or any(size != 1 for size in dims_of(tensor)):
        return None
    for number, _, _, start, end in pb.fields(tensor):
        data = tensor[start:end]
        if wanted == FLOAT and number in (4, 9) and len(data) == 4:
            return float(struct.unpack("<f", data)[0])
        if wanted == UINT8 and number == 9 and len(data) == 1:
            return data[0]
        if wanted == UINT8 and number == 5:
            values = _numbers(tensor, 5)
            return values[0] if len(values) == 1 and values[0] < 256 else None
    return None


def integer(tensor: memoryview) -> int | None:
    """Return the only value of a tensor of int64; None if it is another or has more."""
    if element(tensor) != INT64 or any(size != 1 for size in dims_of(tensor)):
        return None
    for number, _, _, start, end in pb.fields(tensor):
        if number == 9 and end - start == 8:
            return int(struct.unpack("<q", tensor[start:end])[0])
    values = _numbers(tensor, 7)
    return values[0] - (values[0] >> 63 << 64) if len(values) == 1 else None


def highest(tensor: memoryview) -> int | None:
    """Return the largest value of a tensor of bytes; None where they do not stand in it."""
    import numpy as np

    for number, _, _, start, end in pb.fields(tensor):
        if number == 9 and end > start:
            return int(np.frombuffer(tensor[start:end], np.uint8).max())
    return max(_numbers(tensor, 5), default=None)


def _numbers(tensor: memoryview, wanted: int) -> list[int]:
    """Return the numbers in a repeated field, whether they are written singly or packed."""
    found: list[int] = []
    for number, kind, value, start, end in pb.fields(tensor):
        if number == wanted and kind == pb.VARINT:
            found.append(value)
        elif number == wanted:
            data, at = tensor[start:end], 0
            while at < len(data):
                one, at = pb.varint(data, at)
                found.append(one)
    return found
