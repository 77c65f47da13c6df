"""Frames between the app and its child processes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.onnx import wire

fields = st.dictionaries(
    st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=20)
)


async def read_async(data: bytes) -> tuple[dict[str, Any], bytes] | None:
    stream = asyncio.StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return await wire.read_async(stream)


@given(fields, st.binary(max_size=300))
def test_a_frame_comes_back_on_both_sides(said: dict[str, Any], data: bytes) -> None:
    frame = wire.pack(said, data)
    assert wire.read(io.BytesIO(frame)) == (said, data)
    assert asyncio.run(read_async(frame)) == (said, data)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_frame_an_end_or_an_error(data: bytes) -> None:
    readers: list[Callable[[], Any]] = [
        lambda: wire.read(io.BytesIO(data)),
        lambda: asyncio.run(read_async(data)),
    ]
    for read in readers:
        try:
            found = read()
        except wire.WireError:
            continue
        assert found is None or isinstance(found[0], dict)
        assert (found is None) == (data == b"")


@pytest.mark.parametrize("end", [3, 9, -1])
def test_a_frame_that_is_cut_off_is_an_error(end: int) -> None:
    frame = wire.pack({"a": 1}, b"12345")[:end]
    with pytest.raises(wire.WireError, match="cut off"):
        wire.read(io.BytesIO(frame))
    with pytest.raises(wire.WireError, match="cut off"):
        asyncio.run(read_async(frame))


def test_sizes_are_bounded_before_anything_is_read() -> None:
    with pytest.raises(wire.WireError, match="too large"):
        wire.read(io.BytesIO(b"\xff" * 8))
    with pytest.raises(wire.WireError, match="too large"):
        wire.pack({}, bytes(wire.MAX_DATA + 1))
