"""Read an encoder's eight-bit weights as signed numbers, for which processors have instructions.

The hub's quantized encoders hold unsigned weights of which only seven bits are used, so the same
bytes mean the same numbers when they are read as signed ones. onnxruntime multiplies unsigned by
signed about twice as fast as unsigned by unsigned where the processor can (VNNI on x86), and the
results are the same to the last bit. The weights stay in their file.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx import sessions, tensors
from tui.adapters.onnx.graph import Graph, OnnxFile, between, value_info
from tui.adapters.onnx.jobs import JobError
from tui.adapters.onnx.protobuf import MalformedError

HIGHEST = 127
"""Bytes up to this one mean the same number with a sign and without."""
_LEFT, _SHARED = 255, 64
"""Value and size of the probe: pairs of products that do not fit into sixteen bits."""
_log = logging.getLogger(__name__)


def open_encoder(path: Path) -> Any:
    """Load an encoder, its weights signed where that is the same and quicker.

    Raises:
        JobError: onnxruntime refuses the file.
    """
    try:
        made = signed(path)
        if made is not None and exact():
            return sessions.open_bytes(made, path.resolve().parent, path.name)
    except (MalformedError, JobError, OSError, RecursionError) as error:
        _log.debug("the encoder is used as it is: %s", error)
    return sessions.open_file(path)


def signed(path: Path) -> bytes | None:
    """Return the model in a file with its weights signed, or None where none can be.

    Raises:
        MalformedError: The file is not understood; run it as it is.
        OSError: It cannot be read.
    """
    file = OnnxFile(path)
    graph = file.graph
    changed = _changed(graph)
    if not changed:
        return None
    kept = [(name, tensor) for name, tensor in graph.weights.items() if name not in changed]
    more = [
        pb.write_bytes(5, file.outside(tensor, name, tensors.dims_of(tensor), element=tensors.INT8))
        for name, tensor in changed.items()
    ]
    more += between(graph, graph.nodes)
    inputs = (bytes(info) for info in graph.inputs.values())
    outputs = (bytes(info) for info in graph.outputs.values())
    return file.model(graph.nodes, kept, inputs, outputs, more=more)


def exact() -> bool:
    """Whether this processor's product of unsigned and signed numbers is what it should be.

    Some add pairs of products in sixteen bits, where they do not fit.

    Raises:
        JobError: onnxruntime knows no such product.
    """
    session = sessions.open_bytes(_probe(), Path.cwd(), "probe.onnx")
    left = np.full((_SHARED, _SHARED), _LEFT, np.uint8)
    product = session.run(None, {"left": left})[0]
    return bool((product == _LEFT * HIGHEST * _SHARED).all())


def _changed(graph: Graph) -> dict[str, memoryview]:
    """Return the weights and zero points to read as signed, by name."""
    uses = Counter(name for node in graph.nodes for name in node.inputs)
    found: dict[str, memoryview] = {}
    for node in graph.nodes:
        if node.op != "MatMulInteger" or len(node.inputs) != 4:
            continue
        pair = {name: graph.weights.get(name) for name in (node.inputs[1], node.inputs[3])}
        weights = {name: tensor for name, tensor in pair.items() if tensor is not None}
        if len(weights) == 2 and all(uses[name] == 1 for name in pair) and _small(weights.values()):
            found.update(weights)
    return found


def _small(weights: Iterable[memoryview]) -> bool:
    for tensor in weights:
        highest = tensors.highest(tensor) if tensors.element(tensor) == tensors.UINT8 else None
        if highest is None or highest > HIGHEST:
            return False
    return True


def _probe() -> bytes:
    """Return a model that multiplies `left` by a matrix of the highest number."""
    names = ("left", "right")
    node = b"".join(pb.write_bytes(1, name) for name in names)
    node += pb.write_bytes(2, "product") + pb.write_bytes(4, "MatMulInteger")
    right = pb.write_number(1, _SHARED) * 2 + pb.write_number(2, tensors.INT8)
    right += pb.write_bytes(8, "right") + pb.write_bytes(9, bytes([HIGHEST]) * _SHARED**2)
    parts = (
        pb.write_bytes(1, node),
        pb.write_bytes(2, "probe"),
        pb.write_bytes(5, right),
        pb.write_bytes(11, value_info("left", tensors.UINT8)),
        pb.write_bytes(12, value_info("product", tensors.INT32)),
    )
    versions = pb.write_number(1, 8) + pb.write_bytes(8, pb.write_number(2, 14))
    return versions + pb.write_bytes(7, b"".join(parts))
