"""An encoder's weights read as signed numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.adapters.onnx import protos
from tests.adapters.onnx.tiny import MODEL, picture
from tui.adapters.onnx import preprocess, sessions, signed, tensors
from tui.adapters.onnx.captioning_model import read_json
from tui.adapters.onnx.graph import Graph, OnnxFile
from tui.adapters.onnx.jobs import JobError

ENCODER = MODEL / "onnx" / "encoder_model_quantized.onnx"
ROWS, WIDTH = 8, 200


def encoder(folder: Path, *, highest: int = 127, shared: bool = False, zero: int = 64) -> Path:
    """Write an encoder that multiplies bytes by bytes."""
    weights = np.random.default_rng(1).integers(0, highest + 1, (ROWS, WIDTH), dtype=np.uint8)
    weights[0, 0] = highest
    nodes = [
        protos.node("DynamicQuantizeLinear", ["pixel_values"], ["x", "scale", "none"]),
        protos.node("MatMulInteger", ["x", "w", "none", "zero"], ["last_hidden_state"]),
    ]
    outputs = [protos.shaped("last_hidden_state", tensors.INT32, "n", WIDTH)]
    if shared:
        nodes.append(protos.node("Identity", ["w"], ["copy"]))
        outputs.append(protos.shaped("copy", tensors.UINT8, ROWS, WIDTH))
    path = folder / "encoder_quantized.onnx"
    body = protos.graph(
        nodes,
        [
            protos.tensor("w", tensors.UINT8, [ROWS, WIDTH], weights.tobytes()),
            protos.tensor("zero", tensors.UINT8, [], bytes([zero])),
        ],
        [protos.shaped("pixel_values", protos.FLOAT, "n", ROWS)],
        outputs,
    )
    path.write_bytes(protos.model(body))
    return path


def signed_weights(model: bytes, folder: Path) -> int:
    path = folder / "signed.onnx"
    path.write_bytes(model)
    graph: Graph = OnnxFile(path).graph
    return sum(tensors.element(tensor) == tensors.INT8 for tensor in graph.weights.values())


def test_the_result_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    made = signed.signed(ENCODER)
    assert made is not None
    assert len(made) < ENCODER.stat().st_size / 2
    assert signed_weights(made, tmp_path) == 2 * 24
    process = preprocess.preprocessor(read_json(MODEL / "preprocessor_config.json"), {})
    ours = sessions.open_bytes(made, ENCODER.resolve().parent, ENCODER.name)
    theirs = sessions.open_file(ENCODER)
    for number in range(20):
        pixels = {"pixel_values": process(preprocess.open_picture(picture(number)))}
        assert np.array_equal(ours.run(None, pixels)[0], theirs.run(None, pixels)[0])


def test_a_small_encoder_is_signed_and_keeps_its_numbers(tmp_path: Path) -> None:
    path = encoder(tmp_path)
    made = signed.signed(path)
    assert made is not None
    assert signed_weights(made, tmp_path) == 2
    pixels = {"pixel_values": np.linspace(-1, 3, 5 * ROWS, dtype=np.float32).reshape(5, ROWS)}
    ours = sessions.open_bytes(made, tmp_path, path.name).run(None, pixels)[0]
    assert np.array_equal(ours, sessions.open_file(path).run(None, pixels)[0])


@pytest.mark.parametrize("odd", [{"highest": 128}, {"zero": 200}, {"shared": True}])
def test_what_would_change_is_left_as_it_is(tmp_path: Path, odd: dict[str, int]) -> None:
    assert signed.signed(encoder(tmp_path, **odd)) is None  # type: ignore[arg-type]


def test_an_encoder_in_full_precision_has_nothing_to_sign() -> None:
    assert signed.signed(MODEL / "onnx" / "encoder_model.onnx") is None


def test_a_processor_that_cannot_multiply_so_gets_the_file_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    plain = sessions.open_file

    def note(path: Path) -> object:
        opened.append(path.name)
        return plain(path)

    monkeypatch.setattr(sessions, "open_file", note)
    path = encoder(tmp_path)
    signed.open_encoder(path)
    assert opened == ([] if signed.exact() else [path.name])
    monkeypatch.setattr(signed, "exact", lambda: False)
    opened.clear()
    signed.open_encoder(path)
    assert opened == [path.name]


def test_the_probe_sees_products_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Saturating:
        def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
            rows = len(inputs["left"])
            return [np.full((rows, rows), (rows // 2) * 32767, np.int32)]

    monkeypatch.setattr(sessions, "open_bytes", lambda *_: Saturating())
    assert not signed.exact()


def test_a_broken_encoder_is_refused_as_before(tmp_path: Path) -> None:
    path = tmp_path / "encoder_quantized.onnx"
    path.write_bytes(b"\x08\x08nonsense")
    with pytest.raises(JobError):
        signed.open_encoder(path)
