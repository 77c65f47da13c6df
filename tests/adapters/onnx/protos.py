"""Small ONNX models written by hand, hostile ones among them."""

from __future__ import annotations

import struct

from tui.adapters.onnx.graph import value_info
from tui.adapters.onnx.protobuf import write_bytes, write_number

FLOAT, INT64, BOOL = 1, 7, 9


def node(
    op: str, inputs: list[str], outputs: list[str], *attributes: bytes, domain: str = ""
) -> bytes:
    parts = [write_bytes(1, name) for name in inputs] + [write_bytes(2, name) for name in outputs]
    parts += [write_bytes(4, op), *(write_bytes(5, attribute) for attribute in attributes)]
    return b"".join([*parts, write_bytes(7, domain)] if domain else parts)


def graph_attribute(name: str, graph: bytes) -> bytes:
    return write_bytes(1, name) + write_bytes(6, graph) + write_number(20, 5)


def shaped(name: str, element: int, *dims: int | str) -> bytes:
    sizes = b"".join(
        write_bytes(1, write_number(1, dim) if isinstance(dim, int) else write_bytes(2, dim))
        for dim in dims
    )
    kind = write_number(1, element) + write_bytes(2, sizes)
    return write_bytes(1, name) + write_bytes(2, write_bytes(1, kind))


def tensor(name: str, element: int, dims: list[int], raw: bytes) -> bytes:
    head = b"".join(write_number(1, dim) for dim in dims) + write_number(2, element)
    return head + write_bytes(8, name) + write_bytes(9, raw)


def outside(name: str, dims: list[int], **place: str) -> bytes:
    """A tensor of floats that claims to lie in another file: location, offset, length."""
    head = b"".join(write_number(1, dim) for dim in dims) + write_number(2, FLOAT)
    entries = [
        write_bytes(13, write_bytes(1, key) + write_bytes(2, value)) for key, value in place.items()
    ]
    return b"".join([head, write_bytes(8, name), *entries, write_number(14, 1)])


def graph(
    nodes: list[bytes], weights: list[bytes], inputs: list[bytes], outputs: list[bytes]
) -> bytes:
    parts = [write_bytes(1, item) for item in nodes] + [write_bytes(2, "g")]
    parts += [write_bytes(5, item) for item in weights]
    parts += [write_bytes(11, item) for item in inputs]
    return b"".join([*parts, *(write_bytes(12, item) for item in outputs)])


def model(body: bytes) -> bytes:
    opset = write_bytes(8, write_number(2, 14))
    return write_number(1, 8) + opset + write_bytes(7, body)


PIXELS = shaped("pixel_values", FLOAT, "b", 3, "h", "w")
HIDDEN = shaped("last_hidden_state", FLOAT, "b", "n", "d")


def endless() -> bytes:
    """An encoder that never comes to an end."""
    body = graph(
        [node("Identity", ["go"], ["go_on"]), node("Identity", ["x"], ["y"])],
        [],
        [shaped("i", INT64), shaped("go", BOOL), value_info("x", FLOAT)],
        [shaped("go_on", BOOL), value_info("y", FLOAT)],
    )
    most = tensor("most", INT64, [], struct.pack("<q", 2**62))
    yes = tensor("yes", BOOL, [], b"\1")
    loop = node("Loop", ["most", "yes", "pixel_values"], ["z"], graph_attribute("body", body))
    flat = tensor("flat", INT64, [3], struct.pack("<3q", 1, -1, 120))
    reshape = node("Reshape", ["z", "flat"], ["last_hidden_state"])
    return model(graph([loop, reshape], [most, yes, flat], [PIXELS], [HIDDEN]))


def foreign() -> bytes:
    """An encoder that wants an operation from a library of its own."""
    return model(
        graph(
            [node("Evil", ["pixel_values"], ["last_hidden_state"], domain="com.evil")],
            [],
            [PIXELS],
            [HIDDEN],
        )
    )


def escaping(location: str) -> bytes:
    """An encoder whose weights claim to lie at `location`."""
    add = node("Add", ["pixel_values", "secret"], ["last_hidden_state"])
    return model(graph([add], [outside("secret", [1000], location=location)], [PIXELS], [HIDDEN]))


def enormous() -> bytes:
    """An encoder that asks for four terabytes."""
    shape = tensor("shape", INT64, [2], struct.pack("<2q", 2**20, 2**20))
    expand = node("Expand", ["pixel_values", "shape"], ["big"])
    return model(
        graph(
            [expand, node("Identity", ["big"], ["last_hidden_state"])],
            [shape],
            [PIXELS],
            [HIDDEN],
        )
    )
