"""Multiply rows where they lie, without working out how they are to be laid flat and back.

The hub's GPT-2 decoders lay what they multiply flat before each quantized product and back after
it, and ask for every size that this takes anew: of about 1,700 operations of a step two in three
only work out shapes. A product of rows does not care how the rows are grouped, and a size that is
copied from the same value can be written as such; the numbers stay the same to the last bit.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx import tensors
from tui.adapters.onnx.graph import Node

_HIGHEST_AXIS = 64
"""A larger one is negative: it counts from the end."""
_COPIED = 0
"""A size that Reshape takes over from what it is given."""
_UNGROUPED = "/rows"
"""Ends the names of values that have another shape than the file says."""
_ROWS = ("Add", "Mul", "Cast", "MatMulInteger", "DynamicQuantizeLinear")
"""What stands between laying flat and back, the last first."""


@dataclass(frozen=True, slots=True)
class Straight:
    """The nodes that are left, and the shapes that they are given."""

    nodes: tuple[Node, ...]
    weights: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Size:
    """Size number `axis` of a value."""

    value: str
    axis: int


def straight(
    nodes: tuple[Node, ...], weights: Mapping[str, memoryview], wanted: Iterable[str]
) -> Straight | None:
    """Take out what only works out shapes.

    Args:
        nodes: In an order that can be run.
        weights: The graph's.
        wanted: The outputs.

    Returns:
        The nodes in an order that can be run, or None where no product of rows was found.
    """
    wanted = tuple(wanted)
    reader = _Reader(nodes, weights, wanted)
    changed: dict[int, Node] = {}
    gone: set[int] = set()
    shapes: dict[str, bytes] = {}
    for node in nodes:
        sizes = reader.sizes(node) if node.op == "Reshape" else None
        if sizes is None:
            continue
        rows = reader.rows(node, sizes)
        if rows:
            gone.add(id(node))
            changed.update(_ungrouped(rows, node))
        elif reader.copied(node, sizes):
            numbers = [_COPIED if isinstance(size, _Size) else size for size in sizes]
            name = "shape " + " ".join(map(str, numbers))
            shapes[name] = _shape(name, numbers)
            changed[id(node)] = _renamed(node, {node.inputs[1]: name})
    if not gone:
        return None
    left = [changed.get(id(node), node) for node in nodes if id(node) not in gone]
    return Straight(needed(left, wanted), tuple(shapes.values()))


class _Reader:
    """Answers what a shape is made of."""

    def __init__(
        self, nodes: Iterable[Node], weights: Mapping[str, memoryview], wanted: Iterable[str]
    ) -> None:
        self._weights = weights
        self._makers = {name: node for node in nodes for name in node.outputs}
        self._uses = Counter(name for node in nodes for name in node.inputs)
        self._uses.update(wanted)

    def sizes(self, reshape: Node) -> list[int | _Size] | None:
        """Return the sizes that a Reshape asks for; None where one is made in another way."""
        concat = self._makers.get(reshape.inputs[1]) if len(reshape.inputs) == 2 else None
        if concat is None or concat.op != "Concat" or not _usual(reshape):
            return None
        found: list[int | _Size] = []
        for name in concat.inputs:
            size = self._size(name)
            if size is None:
                return None
            found.append(size)
        return found

    def rows(self, back: Node, sizes: list[int | _Size]) -> list[Node]:
        """Return the nodes from laying flat to before `back`, the last first; [] for others."""
        source = sizes[0].value if isinstance(sizes[0], _Size) else ""
        grouped = [_Size(source, 0), _Size(source, 1)]
        if len(sizes) != 3 or sizes[:2] != grouped or isinstance(sizes[2], _Size):
            return []
        chain: list[Node] = []
        name = back.inputs[0]
        for op in (*_ROWS, "Reshape"):
            node = self._makers.get(name)
            if node is None or node.op != op or self._uses[name] != 1:
                return []
            chain.append(node)
            name = self._before(node)
        wide = self._dims(chain[_ROWS.index("MatMulInteger")].inputs[1])[1:] == [sizes[2]]
        same = any(self._dims(name) == [sizes[2]] for name in chain[0].inputs)
        return chain if wide and same and chain[-1].inputs[0] == source else []

    def _op(self, name: str) -> str:
        node = self._makers.get(name)
        return node.op if node else ""

    def _dims(self, name: str) -> list[int]:
        tensor = self._weight(name)
        return [] if tensor is None else tensors.dims_of(tensor)

    def _weight(self, name: str) -> memoryview | None:
        """Return a weight, which may stand for others of the same numbers."""
        node = self._makers.get(name)
        alike = node.inputs[0] if node is not None and node.op == "Identity" else name
        return self._weights.get(alike)

    def copied(self, reshape: Node, sizes: list[int | _Size]) -> bool:
        """Whether each size that is not a number is the one in the same place before."""
        asked = [(place, size) for place, size in enumerate(sizes) if isinstance(size, _Size)]
        value = reshape.inputs[0]
        return all(
            size.axis == place and (size.value == value or self._parted(size, value))
            for place, size in asked
        )

    def _parted(self, size: _Size, value: str) -> bool:
        """Whether the size is one that `value` has too: both were cut from one, along another."""
        cut = self._makers.get(value)
        if cut is None or cut.op != "Split" or self._makers.get(size.value) is not cut:
            return False
        axis = next((each.get(3) for each in _attributes(cut)), 0)
        return isinstance(axis, int) and size.axis < axis < _HIGHEST_AXIS

    def _before(self, node: Node) -> str:
        """Return the input that has rows: a sum's and a product's other one is the same for all."""
        if node.op == "Add":
            return next((name for name in node.inputs if self._weight(name) is None), "")
        if node.op == "Mul":
            return next((name for name in node.inputs if self._op(name) == "Cast"), "")
        return node.inputs[0]

    def _maker(self, name: str, op: str) -> Node | None:
        """Return what makes a value where it is this operation in its usual form."""
        node = self._makers.get(name)
        return node if node is not None and node.op == op and _usual(node) else None

    def _size(self, name: str) -> int | _Size | None:
        number = self._number(name)
        if number is not None:
            return number or None
        unsqueeze = self._maker(name, "Unsqueeze")
        gather = self._maker(unsqueeze.inputs[0], "Gather") if unsqueeze else None
        if gather is None:
            return None
        shape, axis = self._maker(gather.inputs[0], "Shape"), self._number(gather.inputs[1])
        return None if shape is None or axis is None else _Size(shape.inputs[0], axis)

    def _number(self, name: str) -> int | None:
        """Return the only whole number of a constant."""
        tensor = self._weights.get(name)
        node = self._makers.get(name)
        if tensor is None and node is not None and node.op == "Constant":
            tensor = _tensor(node)
        return None if tensor is None else tensors.integer(tensor)


def _ungrouped(rows: list[Node], back: Node) -> dict[int, Node]:
    """Return the rows' nodes as they are without laying flat and back, by the id of the old."""
    flat, *middle = reversed(rows)
    names = {node.outputs[0]: node.outputs[0] + _UNGROUPED for node in middle}
    names[flat.outputs[0]] = flat.inputs[0]
    names[rows[0].outputs[0]] = back.outputs[0]
    return {id(node): _renamed(node, names) for node in middle}


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    """Return a node that reads and makes values of other names."""
    parts: list[bytes] = []
    for number, kind, value, start, end in pb.fields(node.raw):
        data = node.raw[start:end]
        if kind == pb.VARINT:
            parts.append(pb.write_number(number, value))
        elif number in (1, 2):
            name = pb.text(data)
            parts.append(pb.write_bytes(number, names.get(name, name)))
        else:
            parts.append(pb.write_bytes(number, data))
    inputs, outputs = (
        tuple(names.get(name, name) for name in each) for each in (node.inputs, node.outputs)
    )
    return Node(memoryview(b"".join(parts)), node.op, inputs, outputs, node.graphs)


def needed(nodes: Iterable[Node], wanted: Iterable[str]) -> tuple[Node, ...]:
    """Return the nodes that the outputs need; each value is made once, by the last that can."""
    names = set(wanted)
    kept: list[Node] = []
    for node in reversed(tuple(nodes)):
        if names.intersection(node.outputs):
            kept.append(node)
            names.difference_update(node.outputs)
            names.update(node.inputs)
    return tuple(reversed(kept))


def _attributes(node: Node) -> list[dict[int, memoryview | int]]:
    found: list[dict[int, memoryview | int]] = []
    for number, _, _, start, end in pb.fields(node.raw):
        if number == 5:
            data = node.raw[start:end]
            found.append(
                {
                    n: value if kind == pb.VARINT else data[s:e]
                    for n, kind, value, s, e in pb.fields(data)
                }
            )
    return found


def _tensor(node: Node) -> memoryview | None:
    """Return the tensor that is a node's attribute."""
    tensors_in = (each.get(5) for each in _attributes(node))
    return next((tensor for tensor in tensors_in if isinstance(tensor, memoryview)), None)


def _usual(node: Node) -> bool:
    """Whether all its attributes are zero, which is what they are when left out."""
    return not any(each.get(3) for each in _attributes(node))


def _shape(name: str, numbers: list[int]) -> bytes:
    head = pb.write_number(1, len(numbers)) + pb.write_number(2, tensors.INT64)
    return (
        head
        + pb.write_bytes(8, name)
        + pb.write_bytes(9, struct.pack(f"<{len(numbers)}q", *numbers))
    )
