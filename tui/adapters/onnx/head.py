"""Multiply the output layer in its eight bits instead of unpacking it.

The hub's quantized GPT-2 decoders share the output layer with the token table, stored as uint8
[vocabulary, width], and unpack it before they multiply: kept unpacked it is most of what a step
reads. onnxruntime's MatMulNBits reads the stored bytes as they are, in the same order, so the
weights still stay in their file. It rounds what it multiplies with in small blocks, much finer
than the rest of such a decoder does, so logits differ in the third digit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.adapters.onnx.blocks import block_size, product
from tui.adapters.onnx.graph import Node, OnnxFile
from tui.adapters.onnx.tensors import FLOAT, UINT8, dims_of, element, inside, scalar


@dataclass(frozen=True, slots=True)
class Head:
    """The nodes of a decoder with its output layer replaced, and the weights that this adds."""

    nodes: tuple[Node, ...]
    weights: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    multiply: Node
    unpack: Node
    turn: Node


def compact(
    file: OnnxFile, nodes: tuple[Node, ...], tensors: Mapping[str, memoryview], logits: str
) -> Head | None:
    """Replace the output layer where it is of the known form.

    Args:
        file: The decoder's.
        nodes: Of the part that runs for every token.
        tensors: The graph's weights.
        logits: What the output is called there.

    Returns:
        The new nodes, or None where the layer is of another form.
    """
    found = _find(nodes, logits)
    if found is None:
        return None
    stored, scale, zero = (
        tensors.get(name)
        for name in (found.turn.inputs[0], found.unpack.inputs[1], found.unpack.inputs[2])
    )
    if stored is None or scale is None or zero is None:
        return None
    dims = dims_of(stored)
    step, offset = scalar(scale, FLOAT), scalar(zero, UINT8)
    if len(dims) != 2 or element(stored) != UINT8 or step is None or offset is None:
        return None
    rows, width = dims
    block = block_size(width)
    if not block:
        return None
    count = width // block
    weights = (
        file.outside(stored, "head.weight", (rows, count, block)),
        inside("head.scale", FLOAT, (rows * count,), struct.pack("<f", step) * rows * count),
        inside("head.zero", UINT8, (rows * count,), bytes([int(offset)]) * rows * count),
    )
    inputs = (found.multiply.inputs[0], "head.weight", "head.scale", "head.zero")
    multiply = product(inputs, found.multiply.outputs[0], (width, rows, block))
    kept = (multiply if node is found.multiply else node for node in nodes)
    gone = (found.unpack, found.turn)
    return Head(tuple(node for node in kept if not any(node is old for old in gone)), weights)


def _find(nodes: tuple[Node, ...], logits: str) -> _Found | None:
    """Return MatMul(x, DequantizeLinear(Transpose(weights))) that makes the logits."""
    makers = {name: node for node in nodes for name in node.outputs}
    multiply = makers.get(logits)
    if multiply is None or multiply.op != "MatMul":
        return None
    unpack = makers.get(multiply.inputs[1])
    if unpack is None or unpack.op != "DequantizeLinear" or len(unpack.inputs) != 3:
        return None
    turn = makers.get(unpack.inputs[0])
    if turn is None or turn.op != "Transpose":
        return None
    if _users(nodes, unpack) != 1 or _users(nodes, turn) != 1:
        return None
    return _Found(multiply, unpack, turn)


def _users(nodes: Iterable[Node], node: Node) -> int:
    return sum(node.outputs[0] in other.inputs for other in nodes)
