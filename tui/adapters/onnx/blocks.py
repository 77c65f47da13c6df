"""Multiply a step's rows with weights that lie as they are read, rounding in small blocks.

The hub's quantized decoders hold each weight matrix with its outputs side by side, and round a
whole row to eight bits before they multiply it, in five operations. onnxruntime's MatMulNBits does
all of it in one and reads memory faster, but wants each output's weights one after the other. So
they are turned once, at load. The weights stay the same eight bits; what they are multiplied with
is rounded in small blocks instead of whole rows, so that a few large numbers do not coarsen all
others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx import sessions, tensors
from tui.adapters.onnx.graph import Node

if TYPE_CHECKING:
    import numpy as np

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

DOMAIN, OPERATION = "com.microsoft", "MatMulNBits"
SIZES = (128, 64, 32, 16)
"""How many numbers may be rounded together; the largest that divides the width is the fastest.

256 is no faster, and rounds more than the file's own operations do.
"""
ACCURACY = 4
"""onnxruntime's number for rounding rows to eight bits before they are multiplied; 1 does not."""
_PADDED = 32
"""Size of a block where none divides the width."""
_MIDDLE = 128
"""The unsigned byte that stands for zero where nothing is said."""
_INTEGER = pb.write_number(20, 2)
_TILE = 32
"""Rows that are turned together, so that what is written stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The nodes of a step whose rows are multiplied in blocks, and the weights that this adds."""

    nodes: tuple[Node, ...]
    weights: tuple[bytes, ...]
    arrays: Mapping[str, Array]
    """Name -> bytes of a weight that `weights` only announces."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What replaces one product of rows."""

    node: Node
    weights: tuple[bytes, ...]
    arrays: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class _Product:
    """What one product of rows is made of."""

    rows: str
    integer: Node
    last: Node
    """What makes the result: the sum with a bias, or the scaled product."""
    scale: Array
    stored: Array
    """Unsigned bytes: width, outputs."""
    flip: int
    """The bits that differ between the stored bytes and the unsigned numbers they stand for."""
    zero: Array
    """The number that stands for zero, for each output or for all."""
    bias: str


def blocks(
    nodes: tuple[Node, ...], weights: Mapping[str, memoryview], wanted: Iterable[str]
) -> Blocks | None:
    """Multiply rows in blocks wherever they are multiplied in eight bits.

    Args:
        nodes: In an order that can be run.
        weights: The graph's.
        wanted: The outputs.

    Returns:
        The nodes in an order that can be run, some of which may not be needed any more; or None
        where no such product was found.
    """
    reader = _Reader(nodes, weights, wanted)
    found = [reader.product(node) for node in nodes if node.op == "MatMulInteger"]
    products = [each for each in found if each is not None]
    if not products:
        return None
    with ThreadPoolExecutor(sessions.threads()) as pool:
        made = list(pool.map(_in_blocks, products))
    replaced = {id(old.last): new.node for old, new in zip(products, made, strict=True)}
    return Blocks(
        tuple(replaced.get(id(node), node) for node in nodes),
        # What is said twice is a weight that two products share.
        tuple(dict.fromkeys(message for each in made for message in each.weights)),
        {name: array for each in made for name, array in each.arrays.items()},
    )


def block_size(width: int) -> int:
    """Return how many numbers of so many are rounded together; 0 where no size divides them."""
    return next((size for size in SIZES if width % size == 0), 0)


def product(inputs: Sequence[str], output: str, sizes: tuple[int, int, int]) -> Node:
    """Return the operation that multiplies rows with eight-bit weights in blocks.

    Args:
        inputs: Rows, weights, scales, zeros, order, bias: the last ones may be left out, others
            be empty.
        output: The result's name.
        sizes: Numbers in a row, outputs, numbers in a block.
    """
    width, outputs, size = sizes
    attributes = {"K": width, "N": outputs, "bits": 8, "block_size": size}
    attributes["accuracy_level"] = ACCURACY
    parts = [pb.write_bytes(1, name) for name in inputs]
    parts += [pb.write_bytes(2, output), pb.write_bytes(4, OPERATION)]
    parts += [
        pb.write_bytes(5, pb.write_bytes(1, name) + pb.write_number(3, value) + _INTEGER)
        for name, value in attributes.items()
    ]
    parts.append(pb.write_bytes(7, DOMAIN))
    raw = memoryview(b"".join(parts))
    return Node(raw, OPERATION, tuple(filter(None, inputs)), (output,), {})


class _Reader:
    """Finds products of rows in a graph."""

    def __init__(
        self, nodes: Iterable[Node], weights: Mapping[str, memoryview], wanted: Iterable[str]
    ) -> None:
        self._weights = weights
        self._makers: dict[str, Node] = {}
        self._users: dict[str, list[Node]] = {}
        for node in nodes:
            self._makers.update(dict.fromkeys(node.outputs, node))
            for name in node.inputs:
                self._users.setdefault(name, []).append(node)
        self._wanted = Counter(wanted)

    def product(self, node: Node) -> _Product | None:
        """Return Add(Cast(MatMulInteger(rows, weights)) * scales, bias), the sum left out or not.

        None where it is of another form.
        """
        left = self._makers.get(node.inputs[0]) if len(node.inputs) == 4 else None
        if left is None or left.op != "DynamicQuantizeLinear" or left.outputs[2] != node.inputs[2]:
            return None
        cast = self._only_user(node, "Cast")
        scaled = self._only_user(cast, "Mul") if cast else None
        if cast is None or scaled is None:
            return None
        scale = self._scale(scaled, cast.outputs[0], left.outputs[1])
        stored, zero = (self._bytes(node.inputs[place]) for place in (1, 3))
        if scale is None or stored is None or zero is None or stored.ndim != 2 or not stored.size:
            return None
        flip = _MIDDLE if self._signed(node.inputs[1]) else 0
        if any(part.ndim > 1 or part.size not in (1, stored.shape[1]) for part in (scale, zero)):
            return None
        added = self._only_user(scaled, "Add")
        bias = self._bias(added, scaled.outputs[0], stored.shape[1]) if added else ""
        last = added if added and bias else scaled
        return _Product(left.inputs[0], node, last, scale, stored, flip, zero ^ flip, bias)

    def _only_user(self, node: Node, op: str) -> Node | None:
        name = node.outputs[0]
        users = self._users.get(name, [])
        return (
            users[0] if len(users) == 1 and users[0].op == op and not self._wanted[name] else None
        )

    def _scale(self, scaled: Node, product: str, rows: str) -> Array | None:
        """Return the weights' scale, which is multiplied with that of the rows first."""
        other = [name for name in scaled.inputs if name != product]
        both = self._makers.get(other[0]) if len(other) == 1 else None
        if both is None or both.op != "Mul" or rows not in both.inputs:
            return None
        names = [name for name in both.inputs if name != rows]
        tensor = self._weights.get(names[0]) if len(names) == 1 else None
        if tensor is None or tensors.element(tensor) != tensors.FLOAT:
            return None
        return tensors.array(tensor)

    def _bytes(self, name: str) -> Array | None:
        """Return a weight of bytes, with a sign or without, as bytes."""
        tensor = self._weights.get(name)
        if tensor is None or tensors.element(tensor) not in (tensors.UINT8, tensors.INT8):
            return None
        found = tensors.array(tensor)
        return None if found is None else found.view("u1")

    def _signed(self, name: str) -> bool:
        return tensors.element(self._weights[name]) == tensors.INT8

    def _bias(self, added: Node, scaled: str, width: int) -> str:
        """Return the name of what is added, where it is one number for each output."""
        names = [name for name in added.inputs if name != scaled]
        if len(names) != 1:
            return ""
        made = self._makers.get(names[0])
        alike = made.inputs[0] if made is not None and made.op == "Identity" else names[0]
        tensor = self._weights.get(alike)
        known = tensor is not None and tensors.dims_of(tensor) == [width]
        return names[0] if known else ""


def _in_blocks(found: _Product) -> _Made:
    import numpy as np

    result = found.last.outputs[0]
    width, outputs = found.stored.shape
    size = block_size(width) or _PADDED
    turned = _turned(found, size)
    count = turned.shape[1]
    scales = np.repeat(np.broadcast_to(found.scale, outputs), count).astype("<f4")
    # Its own numbers fill the last block, so the weights are the same only for the same zero.
    places = [f"{found.integer.inputs[1]}/{found.integer.inputs[3]}/turned"]
    places += [f"{result}/{part}" for part in ("scales", "zeros")]
    added = [
        tensors.outside(places[0], tensors.UINT8, turned.shape, turned.size),
        tensors.inside(places[1], tensors.FLOAT, (scales.size,), scales.tobytes()),
    ]
    if (found.zero == _MIDDLE).all():
        places[2] = ""
    else:
        zeros = np.repeat(np.broadcast_to(found.zero, outputs), count)
        added.append(tensors.inside(places[2], tensors.UINT8, (zeros.size,), zeros.tobytes()))
    inputs = [found.rows, *places, "", found.bias]
    multiply = product(inputs, result, (width, outputs, size))
    return _Made(multiply, tuple(added), {places[0]: turned})


def _turned(found: _Product, size: int) -> Array:
    """Return weights as outputs, blocks, numbers in a block; what fills the last one is zero."""
    import numpy as np

    width, outputs = found.stored.shape
    count = -(-width // size)
    turned = np.empty((outputs, count * size), np.uint8)
    for start in range(0, width, _TILE):
        end = min(start + _TILE, width)
        np.bitwise_xor(found.stored[start:end].T, found.flip, out=turned[:, start:end])
    turned[:, width:] = found.zero.reshape(-1, 1)
    return turned.reshape(outputs, count, size)
