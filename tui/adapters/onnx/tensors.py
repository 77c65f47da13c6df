"""What a tensor message of an ONNX file says of itself."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tui.adapters.onnx import protobuf as pb

if TYPE_CHECKING:
    import numpy as np

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


def array(tensor: memoryview) -> np.ndarray[Any, np.dtype[Any]] | None:
    """Return a tensor of floats or bytes; None where its numbers do not stand in it.

    It is a view of the tensor where the numbers stand there as they are in memory.
    """
    import numpy as np

    kinds: dict[int, np.dtype[Any]] = {
        FLOAT: np.dtype("<f4"),
        UINT8: np.dtype("u1"),
        INT8: np.dtype("i1"),
    }
    kind, dims = kinds.get(element(tensor)), dims_of(tensor)
    if kind is None:
        return None
    found = np.empty(0, kind)
    for number, _, _, start, end in pb.fields(tensor):
        whole = (end - start) % kind.itemsize == 0
        if whole and (number == 9 or (number == 4 and kind.itemsize == 4)):
            found = np.frombuffer(tensor[start:end], kind)
    if not found.size and kind.itemsize == 1:
        found = np.array([number & 0xFF for number in _numbers(tensor, 5)], "u1").view(kind)
    return found.reshape(dims) if found.size == math.prod(dims) else None


def inside(name: str, kind: int, dims: Iterable[int], data: bytes) -> bytes:
    """Return a tensor message that holds its numbers."""
    return _head(name, kind, dims) + pb.write_bytes(9, data)


def outside(name: str, kind: int, dims: Iterable[int], size: int) -> bytes:
    """Return a tensor message whose numbers, so many bytes, are given to onnxruntime apart."""
    place = {"location": "memory", "offset": "0", "length": str(size)}
    entries = [
        pb.write_bytes(13, pb.write_bytes(1, key) + pb.write_bytes(2, value))
        for key, value in place.items()
    ]
    return b"".join((_head(name, kind, dims), *entries, pb.write_number(14, 1)))


def _head(name: str, kind: int, dims: Iterable[int]) -> bytes:
    sizes = b"".join(pb.write_number(1, size) for size in dims)
    return sizes + pb.write_number(2, kind) + pb.write_bytes(8, name)


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
