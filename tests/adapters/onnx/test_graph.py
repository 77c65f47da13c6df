"""Reading ONNX files without the onnx package, and cutting decoders in two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.onnx import protos
from tests.adapters.onnx.tiny import MODEL
from tui.adapters.onnx import hoist, sessions
from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx.graph import OnnxFile, read_graph
from tui.adapters.onnx.protobuf import MalformedError

MERGED = MODEL / "onnx" / "decoder_model_merged_quantized.onnx"


@given(st.integers(0, 2**63 - 1))
def test_numbers_come_back(value: int) -> None:
    assert pb.varint(memoryview(pb.write_varint(value)), 0)[0] == value


@given(st.binary(max_size=300))
def test_bytes_come_back(payload: bytes) -> None:
    message = memoryview(pb.write_number(3, 7) + pb.write_bytes(9, payload))
    (one, two) = pb.fields(message)
    assert one[:3] == (3, pb.VARINT, 7)
    assert bytes(message[two[3] : two[4]]) == payload


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_graph(memoryview(data))
    except MalformedError:
        return


@given(st.data())
def test_a_real_graph_with_a_wrong_byte_is_read_or_refused(data: st.DataObject) -> None:
    body = protos.graph(
        [protos.node("Add", ["a", "w"], ["b"])],
        [protos.tensor("w", protos.FLOAT, [2], b"\0" * 8)],
        [protos.shaped("a", protos.FLOAT, 2)],
        [protos.shaped("b", protos.FLOAT, 2)],
    )
    broken = bytearray(body)
    broken[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_graph(memoryview(broken))
    except MalformedError:
        return


def test_the_hubs_layout_is_cut_where_the_picture_ends() -> None:
    parts = hoist.split(MERGED)
    assert parts is not None
    assert set(parts.outputs) == {
        "logits",
        *(f"present.{layer}.{part}" for layer in (0, 1) for part in ("key", "value")),
    }
    assert len(parts.frontier) >= 4
    assert len(parts.picture) < 60_000


def test_weights_stay_in_the_file() -> None:
    parts = hoist.split(MERGED)
    assert parts is not None
    assert len(parts.picture) < MERGED.stat().st_size / 10


def test_the_fingerprint_is_that_of_the_layout() -> None:
    plain = MODEL / "onnx" / "decoder_model_merged.onnx"
    one, two, other = (hoist.split(path) for path in (MERGED, MERGED, plain))
    assert one is not None
    assert two is not None
    assert other is not None
    assert one.fingerprint == two.fingerprint != other.fingerprint


def write(path: Path, nodes: list[bytes], outputs: list[bytes]) -> Path:
    inputs = [
        protos.shaped("input_ids", protos.FLOAT, "b", "n"),
        protos.shaped("encoder_hidden_states", protos.FLOAT, "b", "n"),
    ]
    path.write_bytes(protos.model(protos.graph(nodes, [], inputs, outputs)))
    return path


def test_a_decoder_that_never_looks_at_the_picture_twice_is_left_whole(tmp_path: Path) -> None:
    nodes = [protos.node("Add", ["input_ids", "encoder_hidden_states"], ["logits"])]
    path = write(tmp_path / "d.onnx", nodes, [protos.shaped("logits", protos.FLOAT, "b", "n")])
    assert hoist.split(path) is None


def test_both_parts_together_give_what_the_whole_gives(tmp_path: Path) -> None:
    nodes = [
        protos.node("Exp", ["encoder_hidden_states"], ["warm"]),
        protos.node("Neg", ["warm"], ["cold"]),
        protos.node("Mul", ["input_ids", "cold"], ["logits"]),
    ]
    path = write(tmp_path / "d.onnx", nodes, [protos.shaped("logits", protos.FLOAT, "b", "n")])
    parts = hoist.split(path)
    assert parts is not None
    assert parts.frontier == ("cold",)
    ort.set_default_logger_severity(4)
    step = parts.step({"cold": 1})
    assert step is not None
    picture, token = (ort.InferenceSession(model) for model in (parts.picture, step.model))
    ids, hidden = [[2.0, 3.0]], [[0.5, 1.5]]
    feeds = {
        "input_ids": np.array(ids, np.float32),
        "encoder_hidden_states": np.array(hidden, np.float32),
    }
    cold = picture.run(None, {"encoder_hidden_states": feeds["encoder_hidden_states"]})[0]
    ours = token.run(None, {"input_ids": feeds["input_ids"], "cold": cold})[0]
    assert np.array_equal(ours, ort.InferenceSession(str(path)).run(None, feeds)[0])


@pytest.mark.parametrize(
    ("nodes", "outputs"),
    [
        ([protos.node("Neg", ["encoder_hidden_states"], ["logits"])], ["logits"]),
        (
            [
                protos.node("Neg", ["encoder_hidden_states"], ["kept"]),
                protos.node("Add", ["kept", "input_ids"], ["logits"]),
            ],
            ["logits", "kept"],
        ),
    ],
)
def test_an_output_of_the_picture_alone_is_not_understood(
    tmp_path: Path, nodes: list[bytes], outputs: list[str]
) -> None:
    infos = [protos.shaped(name, protos.FLOAT, "b", "n") for name in outputs]
    with pytest.raises(MalformedError):
        hoist.split(write(tmp_path / "d.onnx", nodes, infos))


@pytest.mark.parametrize("content", [b"", b"\x3a\x05", b"\x08\x08", b"not a model at all"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(MalformedError):
        OnnxFile(path)


def beside(path: Path, **place: str) -> hoist.Parts | None:
    """Cut a decoder whose weights lie in another file."""
    nodes = [
        protos.node("Add", ["encoder_hidden_states", "w"], ["mid"]),
        protos.node("Mul", ["input_ids", "mid"], ["logits"]),
    ]
    inputs = [
        protos.shaped("input_ids", protos.FLOAT, 1, 2),
        protos.shaped("encoder_hidden_states", protos.FLOAT, 1, 2),
    ]
    outputs = [protos.shaped("logits", protos.FLOAT, 1, 2)]
    weights = [protos.outside("w", [2], **place)]
    path.write_bytes(protos.model(protos.graph(nodes, weights, inputs, outputs)))
    return hoist.split(path)


def test_weights_in_a_file_beside_are_used_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "d.onnx_data").write_bytes(bytes(4) + np.array([1, 2], np.float32).tobytes())
    parts = beside(tmp_path / "d.onnx", location="d.onnx_data", offset="4", length="8")
    assert parts is not None
    session = sessions.open_bytes(parts.picture, parts.folder, "d.onnx")
    found = session.run(None, {"encoder_hidden_states": np.zeros((1, 2), np.float32)})[0]
    assert found.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "a/b", "..", "", "link"])
def test_weights_outside_the_folder_are_not_pointed_at(tmp_path: Path, location: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(8))
    (folder / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(MalformedError, match="outside"):
        beside(folder / "d.onnx", location=location, length="8")


def test_weights_without_a_length_are_not_understood(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="without a place"):
        beside(tmp_path / "d.onnx", location="d.onnx_data")
