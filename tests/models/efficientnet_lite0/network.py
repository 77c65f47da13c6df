"""EfficientNet-Lite0 written out twice: as torch calls and as an ONNX graph.

The torch form keeps the batch norms and pads as TensorFlow does; it is what the ONNX graph, whose
norms are folded into the convolutions, is checked against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

EPSILON = 1e-3
SIDE = 224
# Rows of (repeats, kernel, stride, expansion, channels out); the stem gives 32 channels.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Conv:
    """One convolution with its batch norm, as the weights file names them."""

    name: str
    norm: str
    kernel: int
    stride: int
    depthwise: bool
    clipped: bool
    """Followed by ReLU6."""


@dataclass(frozen=True)
class Block:
    """Convolutions in a row; `skip` adds the block's input to its output."""

    convs: tuple[Conv, ...]
    skip: bool


def blocks() -> Iterator[Block]:
    """The whole network up to the pooling."""
    yield Block((Conv("_conv_stem", "_bn0", 3, 2, False, True),), skip=False)
    number, channels = 0, 32
    for repeats, kernel, stride, expansion, out in STAGES:
        for repeat in range(repeats):
            at, step = f"_blocks.{number}.", stride if repeat == 0 else 1
            convs = [
                Conv(at + "_depthwise_conv", at + "_bn1", kernel, step, True, True),
                Conv(at + "_project_conv", at + "_bn2", 1, 1, False, False),
            ]
            if expansion != 1:
                convs.insert(0, Conv(at + "_expand_conv", at + "_bn0", 1, 1, False, True))
            yield Block(tuple(convs), skip=step == 1 and channels == out)
            number, channels = number + 1, out
    yield Block((Conv("_conv_head", "_bn1", 1, 1, False, True),), skip=False)


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's padding before and after: the odd pixel goes to the end."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def torch_logits(weights: Mapping[str, Any], pixels: Any) -> Any:
    """Run the network by torch calls with its batch norms as they are."""
    from torch.nn import functional

    value = pixels
    for block in blocks():
        start = value
        for conv in block.convs:
            before, after = same_padding(value.shape[-1], conv.kernel, conv.stride)
            kernel = weights[f"{conv.name}.weight"]
            value = functional.conv2d(
                functional.pad(value, (before, after, before, after)),
                kernel,
                stride=conv.stride,
                groups=kernel.shape[0] if conv.depthwise else 1,
            )
            norm = [
                weights[f"{conv.norm}.{part}"]
                for part in ("running_mean", "running_var", "weight", "bias")
            ]
            value = functional.batch_norm(value, *norm, eps=EPSILON)
            value = functional.relu6(value) if conv.clipped else value
        value = value + start if block.skip else value
    pooled = value.mean((2, 3))
    return functional.linear(pooled, weights["_fc.weight"], weights["_fc.bias"])


def folded(weights: Weights, conv: Conv) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias with the batch norm multiplied in."""
    mean, var, gain, shift = (
        weights[f"{conv.norm}.{part}"].astype(np.float64)
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    scale = gain / np.sqrt(var + EPSILON)
    kernel = weights[f"{conv.name}.weight"].astype(np.float64) * scale[:, None, None, None]
    return kernel.astype(np.float32), (shift - mean * scale).astype(np.float32)


def best_scale(rows: np.ndarray) -> np.ndarray:
    """For each row the step whose rounding, with the largest values clipped, is off the least."""
    full = np.maximum(np.abs(rows).max(1), 1e-9) / 127
    best: np.ndarray = full
    least = np.full(len(rows), np.inf)
    for share in np.linspace(0.7, 1.0, 31):
        step = (full * share)[:, None]
        rounded = np.rint(rows / step).clip(-127, 127) * step
        error = ((rounded - rows) ** 2).sum(1)
        best = np.where(error < least, step[:, 0], best)
        least = np.minimum(error, least)
    return best


class Graph:
    """An ONNX graph in the making; int8 weights are dequantized where they are used."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self.constant("zero", np.float32(0))
        self.constant("six", np.float32(6))

    def constant(self, name: str, value: Any) -> str:
        self.tensors.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str, value: np.ndarray) -> str:
        """A weight with one scale for each output channel (axis 0), symmetric, zero point 0.

        Weights with few inputs to a channel (the stem, the depthwise ones) stay as they are:
        they are 2 % of the size and most of the loss.
        """
        if not self.int8 or value[0].size < 30:
            return self.constant(name, value)
        scale = best_scale(value.reshape(len(value), -1)).astype(np.float32)
        whole = np.rint(value / scale.reshape(-1, *[1] * (value.ndim - 1)))
        self.constant(f"{name}.int8", whole.clip(-127, 127).astype(np.int8))
        self.constant(f"{name}.scale", scale)
        inputs = [f"{name}.int8", f"{name}.scale"]
        return self.add("DequantizeLinear", inputs, name, axis=0)

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output


def onnx_model(weights: Weights, *, int8: bool) -> ModelProto:
    """The network with folded norms: `pixels` float[1,3,224,224] -> `chances` float[1,1000]."""
    graph, value, side = Graph(int8=int8), "pixels", SIDE
    for index, block in enumerate(blocks()):
        start = value
        for conv in block.convs:
            kernel, bias = folded(weights, conv)
            before, after = same_padding(side, conv.kernel, conv.stride)
            side = -(-side // conv.stride)
            inputs = [
                value,
                graph.weight(f"{conv.name}.weight", kernel),
                graph.constant(f"{conv.name}.bias", bias),
            ]
            value = graph.add(
                "Conv",
                inputs,
                f"{conv.name}.out",
                kernel_shape=[conv.kernel, conv.kernel],
                strides=[conv.stride, conv.stride],
                pads=[before, before, after, after],
                group=len(kernel) if conv.depthwise else 1,
            )
            if conv.clipped:
                value = graph.add("Clip", [value, "zero", "six"], f"{conv.name}.clipped")
        if block.skip:
            value = graph.add("Add", [value, start], f"block{index}.sum")
    value = graph.add("GlobalAveragePool", [value], "pooled")
    value = graph.add("Flatten", [value], "flat", axis=1)
    last = [value, graph.weight("_fc.weight", weights["_fc.weight"])]
    last.append(graph.constant("_fc.bias", weights["_fc.bias"]))
    value = graph.add("Gemm", last, "logits", transB=1)
    graph.add("Softmax", [value], "chances", axis=1)
    shapes = (("pixels", [1, 3, SIDE, SIDE]), ("chances", [1, 1000]))
    given, made = (helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes)
    body = helper.make_graph(graph.nodes, "efficientnet_lite0", [given], [made], graph.tensors)
    opset = [helper.make_opsetid("", 13)]
    return helper.make_model(body, opset_imports=opset, ir_version=8, producer_name="salon")
