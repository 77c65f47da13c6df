"""The output layer multiplied in its eight bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from tests.adapters.onnx import protos
from tests.adapters.onnx.tiny import MODEL
from tui.adapters.onnx import hoist, sessions
from tui.adapters.onnx.graph import OnnxFile

ROWS, WIDTH = 300, 64
SCALE, ZERO = 0.01, 131


def decoder(folder: Path, *, width: int = WIDTH, shared: bool = False, turned: bool = True) -> Path:
    """Write a decoder of the quantized kind: the picture times two, plus the token, to logits."""
    weights = np.random.default_rng(1).integers(0, 256, (ROWS, width), dtype=np.uint8)
    nodes = [
        protos.node("Exp", ["encoder_hidden_states"], ["frontier"]),
        protos.node("Mul", ["input_ids", "frontier"], ["x"]),
        protos.node("Transpose", ["table"], ["turned"]),
        protos.node("DequantizeLinear", ["turned", "scale", "zero"], ["plain"]),
        protos.node("MatMul", ["x", "plain"], ["logits" if turned else "other"]),
    ]
    outputs = [protos.shaped("logits", protos.FLOAT, "b", "n", "v")]
    if not turned:
        nodes.append(protos.node("Neg", ["other"], ["logits"]))
    if shared:
        nodes.append(protos.node("Identity", ["plain"], ["present.0"]))
        outputs.append(protos.shaped("present.0", protos.FLOAT, "w", "v"))
    path = folder / "decoder_quantized.onnx"
    body = protos.graph(
        nodes,
        [
            protos.tensor("table", 2, [ROWS, width], weights.tobytes()),
            protos.tensor("scale", protos.FLOAT, [], np.float32(SCALE).tobytes()),
            protos.tensor("zero", 2, [], bytes([ZERO])),
        ],
        [
            protos.shaped("input_ids", protos.FLOAT, "b", "n", width),
            protos.shaped("encoder_hidden_states", protos.FLOAT, "b", "n", width),
        ],
        outputs,
    )
    path.write_bytes(protos.model(body))
    return path


def test_the_logits_are_those_of_the_unpacked_layer(tmp_path: Path) -> None:
    path = decoder(tmp_path)
    parts = hoist.split(path)
    assert parts is not None
    step = parts.step({"frontier": 1}, hoist.Kind.COMPACT)
    assert step is not None
    assert len(step.model) < ROWS * WIDTH
    generator = np.random.default_rng(2)
    ids, hidden = (generator.standard_normal((2, 1, WIDTH)).astype(np.float32) for _ in "ab")
    ort.set_default_logger_severity(4)
    token = sessions.open_bytes(step.model, tmp_path, path.name)
    ours = token.run(None, {"input_ids": ids, "frontier": np.exp(hidden)})[0]
    whole = ort.InferenceSession(str(path))
    theirs = whole.run(None, {"input_ids": ids, "encoder_hidden_states": hidden})[0]
    assert ours.shape == theirs.shape == (2, 1, ROWS)
    assert np.abs(ours - theirs).max() < 0.02 * np.abs(theirs).max()
    assert np.array_equal(ours.argmax(-1), theirs.argmax(-1))


@pytest.mark.parametrize("odd", [{"width": 24}, {"shared": True}, {"turned": False}])
def test_a_layer_of_another_form_is_left_as_it_is(tmp_path: Path, odd: dict[str, bool]) -> None:
    parts = hoist.split(decoder(tmp_path, **odd))
    assert parts is not None
    assert parts.step({"frontier": 1}, hoist.Kind.COMPACT) is None
    assert parts.step({"frontier": 1}) is not None


def test_the_tiny_models_width_is_not_divisible() -> None:
    parts = hoist.split(MODEL / "onnx" / "decoder_model_merged_quantized.onnx")
    assert parts is not None
    assert parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.COMPACT) is None


def test_weights_can_be_renamed_and_reshaped_where_they_lie(tmp_path: Path) -> None:
    path = decoder(tmp_path)
    file = OnnxFile(path)
    message = file.outside(file.graph.weights["table"], "new", (ROWS, 2, 32))
    assert len(message) < 200
    assert b"new" in message
    assert b"table" not in message
