"""A decoder's rows multiplied where they lie."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.adapters.onnx import protos
from tests.adapters.onnx.tiny import MODEL
from tui.adapters.onnx import hoist, sessions, tensors
from tui.adapters.onnx.graph import Node, OnnxFile
from tui.adapters.onnx.protobuf import write_bytes, write_number
from tui.adapters.onnx.straight import Straight, straight

WIDTH, WIDE = 6, 10
DECODER = MODEL / "onnx" / "decoder_model_merged_quantized.onnx"


def integer(name: str, value: int) -> bytes:
    return write_bytes(1, name) + write_number(3, value) + write_number(20, 2)


def flattening(folder: Path, *, source: str = "x", axis: int = 0, also: str = "") -> OnnxFile:
    """Write what a quantized Conv1D is exported as; the sizes laid back to are those of `source`.

    Args:
        folder: Where to.
        source: The value whose sizes are asked for, by a Gather of another axis if `axis`.
        axis: Added to the axis that is asked for.
        also: A value in the middle that is an output too.
    """
    sizes = ("Shape", [source], ["shape"])
    nodes = [protos.node(*sizes)]
    for place in ("0", "1"):
        nodes += [
            protos.node("Gather", ["shape", f"axis{place}"], [f"size{place}"]),
            protos.node("Unsqueeze", [f"size{place}", "first"], [f"one{place}"]),
        ]
    nodes += [
        protos.node("Reshape", ["x", "flat"], ["rows"]),
        protos.node("DynamicQuantizeLinear", ["rows"], ["q", "scale", "zero"]),
        protos.node("MatMulInteger", ["q", "w", "zero", "wzero"], ["product"]),
        protos.node("Cast", ["product"], ["cast"], integer("to", tensors.FLOAT)),
        protos.node("Mul", ["scale", "wscale"], ["scales"]),
        protos.node("Mul", ["cast", "scales"], ["scaled"]),
        protos.node("Add", ["scaled", "bias"], ["sum"]),
        protos.node("Concat", ["one0", "one1", "wide"], ["grouped"], integer("axis", 0)),
        protos.node("Reshape", ["sum", "grouped"], ["y"]),
    ]
    generator = np.random.default_rng(1)
    weights = generator.integers(-127, 128, (WIDTH, WIDE), dtype=np.int8)
    scales, bias = generator.random((2, WIDE), dtype=np.float32)
    numbers = {"axis0": axis, "axis1": 1}
    kept = [
        protos.tensor("w", tensors.INT8, [WIDTH, WIDE], weights.tobytes()),
        protos.tensor("wzero", tensors.INT8, [WIDE], bytes(WIDE)),
        protos.tensor("wscale", tensors.FLOAT, [WIDE], scales.tobytes()),
        protos.tensor("bias", tensors.FLOAT, [WIDE], bias.tobytes()),
        protos.tensor("flat", tensors.INT64, [2], np.array([-1, WIDTH]).tobytes()),
        protos.tensor("first", tensors.INT64, [1], np.array([0]).tobytes()),
        protos.tensor("wide", tensors.INT64, [1], np.array([WIDE]).tobytes()),
        *(protos.tensor(n, tensors.INT64, [], np.array(v).tobytes()) for n, v in numbers.items()),
    ]
    inputs = [protos.shaped(name, tensors.FLOAT, "b", "n", WIDTH) for name in ("x", "other")]
    outputs = [protos.shaped("y", tensors.FLOAT, "b", "n", WIDE)]
    outputs += [protos.shaped(also, tensors.FLOAT, "r", WIDE)] if also else []
    path = folder / "part_quantized.onnx"
    path.write_bytes(protos.model(protos.graph(nodes, kept, inputs, outputs)))
    return OnnxFile(path)


def shortened(file: OnnxFile) -> Straight | None:
    return straight(tuple(file.graph.nodes), file.graph.weights, file.graph.outputs)


def operations(nodes: tuple[Node, ...]) -> Counter[str]:
    return Counter(node.op for node in nodes)


def counted(model: bytes, folder: Path) -> Counter[str]:
    path = folder / "step.onnx"
    path.write_bytes(model)
    found = operations(tuple(OnnxFile(path).graph.nodes))
    del found["Constant"]
    return found


def test_the_rows_are_multiplied_where_they_lie_to_the_same_numbers(tmp_path: Path) -> None:
    file = flattening(tmp_path)
    made = shortened(file)
    assert made is not None
    assert not {"Reshape", "Shape", "Gather", "Concat"} & set(operations(made.nodes))
    graph = file.graph
    used = {name for node in made.nodes for name in node.inputs}
    kept = [(name, tensor) for name, tensor in graph.weights.items() if name in used]
    inputs = (bytes(info) for info in graph.inputs.values())
    outputs = (bytes(info) for info in graph.outputs.values())
    model = file.model(made.nodes, kept, inputs, outputs)
    x = np.random.default_rng(2).standard_normal((3, 4, WIDTH)).astype(np.float32)
    values = {"x": x, "other": x}
    ours = sessions.open_bytes(model, tmp_path, file.path.name).run(None, values)[0]
    theirs = sessions.open_file(file.path).run(None, values)[0]
    assert ours.shape == (3, 4, WIDE)
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("odd", [{"source": "other"}, {"axis": 1}, {"also": "sum"}])
def test_rows_that_are_grouped_otherwise_are_left_as_they_are(
    tmp_path: Path, odd: dict[str, str]
) -> None:
    assert shortened(flattening(tmp_path, **odd)) is None  # type: ignore[arg-type]


def test_two_in_five_operations_of_the_tiny_models_step_are_spared(tmp_path: Path) -> None:
    parts = hoist.split(DECODER)
    assert parts is not None
    whole = parts.step(dict.fromkeys(parts.frontier, 1))
    short = parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.DIRECT)
    assert whole is not None
    assert short is not None
    counts = [counted(step.model, tmp_path) for step in (whole, short)]
    assert counts[1].total() < 0.6 * counts[0].total()
    assert counts[1]["Reshape"] < 0.6 * counts[0]["Reshape"]
    assert counts[1]["MatMulInteger"] == counts[0]["MatMulInteger"] > 0


def test_a_step_in_full_precision_stays_as_it_is() -> None:
    parts = hoist.split(MODEL / "onnx" / "decoder_model_merged.onnx")
    assert parts is not None
    assert parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.DIRECT) is None
