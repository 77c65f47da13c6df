"""Rows multiplied in blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.adapters.onnx import protos
from tests.adapters.onnx.test_straight import integer
from tests.adapters.onnx.tiny import EXPECTED, MODEL, files, picture
from tui.adapters.onnx import blocks, hoist, loading, sessions, straight, tensors
from tui.adapters.onnx.captioning_model import CaptioningModel
from tui.adapters.onnx.decoders import Array
from tui.adapters.onnx.graph import OnnxFile
from tui.adapters.onnx.jobs import Stop
from tui.adapters.onnx.protobuf import write_bytes, write_number

WIDTH, OUTPUTS = 256, 24
TOKENS: list[list[int]] = EXPECTED["searches"]["greedy"]["tokens"]


def part(
    folder: Path,
    *,
    width: int = WIDTH,
    signed: bool = True,
    zero: int = 0,
    single: bool = False,
    biased: bool = True,
    also: str = "",
    by: str = "scale",
) -> tuple[OnnxFile, Array]:
    """Write one product of rows as the hub's quantized decoders hold it.

    Args:
        folder: Where to.
        width: Numbers in a row.
        signed: Whether the weights have a sign.
        zero: The byte that stands for zero.
        single: One scale and zero for all outputs, written as numbers and not as bytes.
        biased: Whether a bias is added.
        also: A value in the middle that is an output too.
        by: What the weights' scale is multiplied with.

    Returns:
        The file, and the matrix that its weights stand for, with the bias as its last row.
    """
    nodes = [
        protos.node("DynamicQuantizeLinear", ["x"], ["q", "scale", "none"]),
        protos.node("MatMulInteger", ["q", "w", "none", "zero"], ["product"]),
        protos.node("Cast", ["product"], ["cast"], integer("to", tensors.FLOAT)),
        protos.node("Mul", [by, "wscale"], ["scales"]),
        protos.node("Mul", ["cast", "scales"], ["scaled" if biased else "y"]),
    ]
    nodes += [protos.node("Add", ["bias", "scaled"], ["y"])] if biased else []
    generator = np.random.default_rng(1)
    kind = np.int8 if signed else np.uint8
    low, high = (-64, 64) if signed else (0, 128)
    weights = generator.integers(low, high, (width, OUTPUTS), dtype=kind)
    count = 1 if single else OUTPUTS
    scales = generator.random(count, dtype=np.float32) / 100 + np.float32(0.001)
    bias = generator.random(OUTPUTS, dtype=np.float32)
    element = tensors.INT8 if signed else tensors.UINT8
    kept = [
        protos.tensor("w", element, [width, OUTPUTS], weights.tobytes()),
        protos.tensor("zero", element, [count], np.full(count, zero, kind).tobytes()),
        protos.tensor("wscale", tensors.FLOAT, [count], scales.tobytes()),
        protos.tensor("bias", tensors.FLOAT, [OUTPUTS], bias.tobytes()),
    ]
    if single:
        head_of = write_number(2, element) + write_bytes(8, "zero")
        kept[1] = head_of + write_bytes(5, bytes([zero]))
        kept[2] = write_number(2, tensors.FLOAT) + write_bytes(8, "wscale")
        kept[2] += write_bytes(4, scales.tobytes())
    inputs = [protos.shaped("x", tensors.FLOAT, "b", "n", width)]
    inputs += [protos.shaped("other", tensors.FLOAT)] if by == "other" else []
    outputs = [protos.shaped("y", tensors.FLOAT, "b", "n", OUTPUTS)]
    outputs += [protos.shaped(also, tensors.FLOAT, "b", "n", OUTPUTS)] if also else []
    path = folder / "part_quantized.onnx"
    path.write_bytes(protos.model(protos.graph(nodes, kept, inputs, outputs)))
    matrix = (weights.astype(np.float32) - zero) * scales
    return OnnxFile(path), np.vstack([matrix, bias if biased else np.zeros_like(bias)])


def in_blocks(file: OnnxFile) -> blocks.Blocks | None:
    return blocks.blocks(tuple(file.graph.nodes), file.graph.weights, file.graph.outputs)


def opened(file: OnnxFile, made: blocks.Blocks, products: int = 1) -> Any:
    graph = file.graph
    nodes = straight.needed(made.nodes, graph.outputs)
    assert [node.op for node in nodes[:products]] == [blocks.OPERATION] * products
    assert len(nodes) == (1 if products == 1 else products + 1), "the sum of several is left"
    kept = [(name, graph.weights[name]) for name in nodes[0].inputs if name in graph.weights]
    model = file.model(
        nodes,
        kept,
        (bytes(info) for info in graph.inputs.values()),
        (bytes(info) for info in graph.outputs.values()),
        more=[write_bytes(5, tensor) for tensor in made.weights],
        domain=blocks.DOMAIN,
    )
    assert len(model) < file.path.stat().st_size
    return sessions.open_bytes(model, file.path.parent, file.path.name, made.arrays)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"biased": False},
        {"width": 192},
        {"width": 120},
        {"signed": False, "zero": 64},
        {"signed": False, "zero": 64, "width": 120, "single": True},
        {"signed": False, "zero": 128},
        {"single": True},
    ],
)
def test_the_product_is_that_of_the_plain_numbers(tmp_path: Path, form: dict[str, Any]) -> None:
    file, matrix = part(tmp_path, **form)
    made = in_blocks(file)
    assert made is not None
    x = np.random.default_rng(2).standard_normal((3, 2, len(matrix) - 1)).astype(np.float32)
    plain = x @ matrix[:-1] + matrix[-1]
    ours = opened(file, made).run(None, {"x": x})[0]
    theirs = sessions.open_file(file.path).run(None, {"x": x})[0]
    assert ours.shape == plain.shape
    assert np.abs(ours - plain).max() < 0.01 * np.abs(plain).max()
    assert np.abs(ours - plain).mean() < 1.2 * np.abs(theirs - plain).mean()


def shared(folder: Path, width: int = WIDTH) -> tuple[OnnxFile, Array]:
    """Write two products of one row with the same weights, each in a scale of its own.

    Returns:
        The file, and the matrix that gives the sum of the two.
    """
    nodes = [protos.node("DynamicQuantizeLinear", ["x"], ["q", "scale", "none"])]
    for letter in "ab":
        product, cast, scales, y = (f"{part}_{letter}" for part in ("product", "cast", "by", "y"))
        nodes += [
            protos.node("MatMulInteger", ["q", "w", "none", "zero"], [product]),
            protos.node("Cast", [product], [cast], integer("to", tensors.FLOAT)),
            protos.node("Mul", ["scale", f"wscale_{letter}"], [scales]),
            protos.node("Mul", [cast, scales], [y]),
        ]
    nodes += [protos.node("Add", ["y_a", "y_b"], ["y"])]
    weights = np.random.default_rng(1).integers(-64, 64, (width, OUTPUTS), dtype=np.int8)
    kept = [
        protos.tensor("w", tensors.INT8, [width, OUTPUTS], weights.tobytes()),
        protos.tensor("zero", tensors.INT8, [1], b"\0"),
        protos.tensor("wscale_a", tensors.FLOAT, [1], np.float32(0.01).tobytes()),
        protos.tensor("wscale_b", tensors.FLOAT, [1], np.float32(0.05).tobytes()),
    ]
    inputs = [protos.shaped("x", tensors.FLOAT, "b", "n", width)]
    outputs = [protos.shaped("y", tensors.FLOAT, "b", "n", OUTPUTS)]
    path = folder / "shared_quantized.onnx"
    path.write_bytes(protos.model(protos.graph(nodes, kept, inputs, outputs)))
    return OnnxFile(path), weights.astype(np.float32) * np.float32(0.06)


def test_weights_that_two_products_share_are_turned_for_both(tmp_path: Path) -> None:
    file, matrix = shared(tmp_path)
    made = in_blocks(file)
    assert made is not None
    assert len(made.arrays) == 1
    assert len(made.weights) == 3
    x = np.random.default_rng(2).standard_normal((1, 3, WIDTH)).astype(np.float32)
    ours = opened(file, made, 2).run(None, {"x": x})[0]
    assert np.abs(ours - x @ matrix).max() < 0.01 * np.abs(x @ matrix).max()


@pytest.mark.parametrize("dims", [[0, 2**40], [2**40, 0], [0, 0]])
def test_weights_without_numbers_are_left_as_they_are(tmp_path: Path, dims: list[int]) -> None:
    file, _ = part(tmp_path, single=True)
    empty = protos.tensor("w", tensors.INT8, dims, b"")
    weights = {**file.graph.weights, "w": memoryview(empty)}
    assert blocks.blocks(tuple(file.graph.nodes), weights, file.graph.outputs) is None


def test_a_large_number_coarsens_only_what_is_in_its_block(tmp_path: Path) -> None:
    file, matrix = part(tmp_path, width=768)
    made = in_blocks(file)
    assert made is not None
    x = np.random.default_rng(3).standard_normal((1, 8, 768)).astype(np.float32)
    x[..., 7:9] = 100, -100
    plain = x @ matrix[:-1] + matrix[-1]
    ours = opened(file, made).run(None, {"x": x})[0]
    theirs = sessions.open_file(file.path).run(None, {"x": x})[0]
    assert np.abs(ours - plain).mean() < 0.6 * np.abs(theirs - plain).mean()


@pytest.mark.parametrize("odd", [{"also": "product"}, {"also": "cast"}, {"by": "other"}])
def test_a_product_of_another_form_is_left_as_it_is(tmp_path: Path, odd: dict[str, str]) -> None:
    file, _ = part(tmp_path, **odd)  # type: ignore[arg-type]
    assert in_blocks(file) is None


def test_a_product_that_is_wanted_without_its_bias_keeps_the_sum(tmp_path: Path) -> None:
    file, _ = part(tmp_path, also="scaled")
    made = in_blocks(file)
    assert made is not None
    assert [node.op for node in made.nodes[-2:]] == [blocks.OPERATION, "Add"]


def test_the_weights_of_a_step_are_handed_over_apart() -> None:
    parts = hoist.split(MODEL / "onnx" / "decoder_model_merged_quantized.onnx")
    assert parts is not None
    step = parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.IN_BLOCKS)
    assert step is not None
    assert len(step.arrays) == 12
    whole = (MODEL / "onnx" / "decoder_model_merged_quantized.onnx").stat().st_size
    assert len(step.model) < whole / 4
    again = parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.DIRECT)
    assert again is not None, "the file is read again after it was given back"


def test_a_step_in_full_precision_has_no_such_product() -> None:
    parts = hoist.split(MODEL / "onnx" / "decoder_model_merged.onnx")
    assert parts is not None
    assert parts.step(dict.fromkeys(parts.frontier, 1), hoist.Kind.IN_BLOCKS) is None


def logits(model: CaptioningModel, decoder: Any) -> Array:
    """What a decoder says after each token of some captions."""
    found = []
    for number in range(4):
        decoder.begin(model.encode(model._process(_open(number)), Stop()), Stop())
        found += [decoder.step(np.array([[token]])) for token in TOKENS[number][:-1]]
    return np.concatenate(found)


def _open(number: int) -> Any:
    from tui.adapters.onnx import preprocess

    return preprocess.open_picture(picture(number))


def test_logits_are_as_near_to_those_without_rounding_as_the_files_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = CaptioningModel(files(dtype="_quantized", plain=True), {})
    chosen = files(dtype="_quantized")
    whole = logits(model, model._decoder._decoder)
    cut = loading._cut(chosen, hoist.Kind.IN_BLOCKS)
    monkeypatch.setattr(blocks, "ACCURACY", 1)
    exact = loading._cut(chosen, hoist.Kind.IN_BLOCKS)
    assert cut is not None
    assert exact is not None
    true, ours = logits(model, exact.decoder), logits(model, cut.decoder)
    assert np.square(ours - true).mean() < np.square(whole - true).mean()
    assert np.array_equal(ours.argmax(-1), true.argmax(-1))


def test_the_self_check_turns_down_weights_that_were_turned_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = blocks._turned
    monkeypatch.setattr(
        blocks, "_turned", lambda found, size: np.ascontiguousarray(right(found, size)[::-1])
    )
    model = CaptioningModel(files(dtype="_quantized"), {})
    *_, last = model.caption(picture(0), Stop())
    assert list(last.ids) == TOKENS[0]
    assert model.decoder_kind == hoist.Kind.DIRECT


def test_the_largest_block_that_divides_the_width_is_used() -> None:
    assert [blocks.block_size(width) for width in (768, 192, 96, 48, 120)] == [128, 64, 32, 16, 0]
