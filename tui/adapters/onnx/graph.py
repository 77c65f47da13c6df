"""An ONNX file as nodes, names and the places of its weights, read without the onnx package.

Only what is needed to cut a decoder in two (see `hoist`) is understood; everything else is kept
as the bytes it was.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx.protobuf import MalformedError

EXTERNAL_FROM = 1024
"""Weights of at least so many bytes stay in the file they are in."""
_GRAPH_FIELD, _FUNCTIONS_FIELD = 7, 25


@dataclass(frozen=True, slots=True)
class Node:
    """One operation."""

    raw: memoryview
    op: str
    inputs: tuple[str, ...]
    """Includes the outer names that graphs inside the node refer to; optional ones left out."""
    outputs: tuple[str, ...]
    graphs: dict[str, Graph]
    """Attribute name -> graph, for If and Loop."""


@dataclass(slots=True)
class Graph:
    """A graph, or one branch of an If."""

    nodes: list[Node] = field(default_factory=list)
    weights: dict[str, memoryview] = field(default_factory=dict)
    """Name -> tensor message."""
    inputs: dict[str, memoryview] = field(default_factory=dict)
    outputs: dict[str, memoryview] = field(default_factory=dict)
    """Name -> value info message, in order."""
    between: list[memoryview] = field(default_factory=list)
    """Value info messages of what nodes hand on."""


class OnnxFile:
    """A mapped .onnx file; keep it open as long as its nodes are used."""

    def __init__(self, path: Path) -> None:
        """Map and read the file.

        Raises:
            MalformedError: It is no ONNX file, or uses something that is not understood here.
            OSError: It cannot be read.
        """
        self._folder = path.parent
        self.path = path.resolve()
        if not self.path.stat().st_size:
            raise MalformedError("it is empty")
        with self.path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._data = memoryview(self._map)
        self._head: list[bytes] = []
        self._domains: set[str] = set()
        body = None
        for number, kind, value, start, end in pb.fields(self._data):
            if number == _FUNCTIONS_FIELD:
                raise MalformedError("model-local functions are not understood")
            if number == _GRAPH_FIELD:
                body = self._data[start:end]
            elif kind == pb.VARINT:
                self._head.append(pb.write_number(number, value))
            elif number == 8:
                self._domains.add(_domain(self._data[start:end]))
                self._head.append(pb.write_bytes(number, self._data[start:end]))
        if body is None:
            raise MalformedError("it holds no graph")
        self.graph = read_graph(body)

    def rest(self) -> None:
        """Give back the memory of what was read of the file; it is read again when it is used."""
        with suppress(AttributeError, OSError):  # not every system can
            self._map.madvise(mmap.MADV_DONTNEED)

    def model(
        self,
        nodes: Iterable[Node],
        weights: Iterable[tuple[str, memoryview]],
        inputs: Iterable[bytes],
        outputs: Iterable[bytes],
        *,
        more: Iterable[bytes] = (),
        domain: str = "",
    ) -> bytes:
        """Write a model whose large weights are read from this file.

        Args:
            nodes: In an order that can be run.
            weights: Name and tensor message.
            inputs: Value info messages.
            outputs: Value info messages; the type may be left out.
            more: Fields of the graph to take in as they are.
            domain: A library of operations that the nodes use beside those they used before.
        """
        parts = [pb.write_bytes(1, node.raw) for node in nodes]
        parts.append(pb.write_bytes(2, "part"))
        parts += [pb.write_bytes(5, self._outside(tensor)) for _, tensor in weights]
        parts += [pb.write_bytes(11, info) for info in inputs]
        parts += [pb.write_bytes(12, info) for info in outputs]
        parts += more
        head = list(self._head)
        if domain and domain not in self._domains:
            head.append(pb.write_bytes(8, pb.write_bytes(1, domain) + pb.write_number(2, 1)))
        return b"".join((*head, pb.write_bytes(_GRAPH_FIELD, b"".join(parts))))

    def outside(
        self, tensor: memoryview, name: str, dims: Iterable[int], *, element: int = 0
    ) -> bytes:
        """Return the same bytes under another name, in another shape or as another type.

        Args:
            tensor: The weights.
            name: What to call them.
            dims: Of the same size.
            element: ONNX number of a type of the same width, 0 to keep it.
        """
        parts = [pb.write_number(1, size) for size in dims]
        parts.append(pb.write_bytes(8, name))
        stub = memoryview(self._outside(tensor))
        for number, kind, value, start, end in pb.fields(stub):
            if kind == pb.VARINT and number != 1:
                changed = element if element and number == 2 else value
                parts.append(pb.write_number(number, changed))
            elif kind == pb.BYTES and number not in (1, 8):
                parts.append(pb.write_bytes(number, stub[start:end]))
        return b"".join(parts)

    def _outside(self, tensor: memoryview) -> bytes | memoryview:
        """Return a tensor message that points at the weights instead of holding them."""
        keep: list[bytes] = []
        place: tuple[str, int, int] | None = None
        location: dict[str, str] = {}
        for number, kind, value, start, end in pb.fields(tensor):
            if number == 9 and end - start >= EXTERNAL_FROM:
                place = (self.path.name, self._offset(tensor) + start, end - start)
            elif number == 13:
                location.update([_entry(tensor[start:end])])
            elif number in (1, 2, 8):
                payload = tensor[start:end]
                keep.append(
                    pb.write_number(number, value)
                    if kind == pb.VARINT
                    else pb.write_bytes(number, payload)
                )
        if location:
            place = self._resolved(location)
        if place is None:
            return tensor
        entries = zip(("location", "offset", "length"), map(str, place), strict=True)
        keep += [
            pb.write_bytes(13, pb.write_bytes(1, k) + pb.write_bytes(2, v)) for k, v in entries
        ]
        keep.append(pb.write_number(14, 1))
        return b"".join(keep)

    def _resolved(self, location: dict[str, str]) -> tuple[str, int, int]:
        """Return name, offset and length of weights in a second file, which must lie beside."""
        name = location.get("location", "")
        if PurePosixPath(name).name != name or name in {"", ".", ".."}:
            raise MalformedError("weights lie outside the model's folder")
        file = (self._folder / name).resolve()
        if file.parent != self.path.parent:
            raise MalformedError("weights lie outside the model's folder")
        offset, length = location.get("offset", "0"), location.get("length", "")
        if not (offset.isdecimal() and length.isdecimal()):
            raise MalformedError("weights without a place")
        return file.name, int(offset), int(length)

    def _offset(self, part: memoryview) -> int:
        """Return where in the file a slice of it starts."""
        import numpy as np

        whole = np.frombuffer(self._data, np.uint8, 1).ctypes.data
        return int(np.frombuffer(part, np.uint8, 1).ctypes.data - whole)


def value_info(name: str, element: int) -> bytes:
    """Return a value info message of a tensor of unknown shape.

    Args:
        name: Of the value.
        element: ONNX number of the element type, 0 to leave the type out.
    """
    if not element:
        return pb.write_bytes(1, name)
    return pb.write_bytes(1, name) + pb.write_bytes(
        2, pb.write_bytes(1, pb.write_number(1, element))
    )


def between(graph: Graph, nodes: Iterable[Node]) -> list[bytes]:
    """Return fields of a graph that say what these nodes hand on, where the file says it.

    onnxruntime finds more to put together when it knows shapes that it cannot infer.
    """
    made = {name for node in nodes for name in node.outputs}
    return [pb.write_bytes(13, info) for info in graph.between if _name(info, 1) in made]


def read_graph(data: memoryview) -> Graph:
    """Take a graph message apart.

    Raises:
        MalformedError: It is broken, or holds sparse weights.
    """
    graph = Graph()
    for number, _, _, start, end in pb.fields(data):
        part = data[start:end]
        if number == 1:
            graph.nodes.append(_node(part))
        elif number == 5:
            graph.weights[_name(part, 8)] = part
        elif number == 11:
            graph.inputs[_name(part, 1)] = part
        elif number == 12:
            graph.outputs[_name(part, 1)] = part
        elif number == 13:
            graph.between.append(part)
        elif number == 15:
            raise MalformedError("sparse weights are not understood")
    return graph


def _node(data: memoryview) -> Node:
    inputs: list[str] = []
    outputs: list[str] = []
    graphs: dict[str, Graph] = {}
    op = ""
    for number, _, _, start, end in pb.fields(data):
        part = data[start:end]
        if number == 1:
            inputs.append(pb.text(part))
        elif number == 2:
            outputs.append(pb.text(part))
        elif number == 4:
            op = pb.text(part)
        elif number == 5:
            graphs.update(_graphs(part))
    for inner in graphs.values():
        inputs += _outer_names(inner)
    return Node(data, op, tuple(filter(None, inputs)), tuple(filter(None, outputs)), graphs)


def _graphs(attribute: memoryview) -> list[tuple[str, Graph]]:
    name, found = "", []
    for number, _, _, start, end in pb.fields(attribute):
        if number == 1:
            name = pb.text(attribute[start:end])
        elif number == 6:
            found.append(read_graph(attribute[start:end]))
        elif number == 11:
            raise MalformedError("an attribute of several graphs is not understood")
    return [(name, graph) for graph in found]


def _outer_names(graph: Graph) -> list[str]:
    """Return the names a graph uses but does not make."""
    own = {*graph.weights, *graph.inputs}
    own.update(name for node in graph.nodes for name in node.outputs)
    used = {name for node in graph.nodes for name in node.inputs} | set(graph.outputs)
    return sorted(used - own)


def _name(data: memoryview, wanted: int) -> str:
    for number, _, _, start, end in pb.fields(data):
        if number == wanted:
            return pb.text(data[start:end])
    raise MalformedError("something has no name")


def _domain(opset: memoryview) -> str:
    found = (pb.text(opset[start:end]) for n, _, _, start, end in pb.fields(opset) if n == 1)
    return next(found, "")


def _entry(data: memoryview) -> tuple[str, str]:
    found = {n: pb.text(data[start:end]) for n, _, _, start, end in pb.fields(data)}
    return found.get(1, ""), found.get(2, "")
