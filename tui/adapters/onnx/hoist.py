"""Cut a decoder in two: what depends on the picture alone, and what depends on the last token.

The hub's GPT-2 decoders compute the keys and values of the picture anew for every token, in all
layers. Run once per picture instead, they make a caption about two and a half times faster. The
two parts are written as small models whose weights stay in the original file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tui.adapters.onnx import blocks, head, straight
from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx.graph import Graph, Node, OnnxFile, between, value_info
from tui.adapters.onnx.protobuf import MalformedError

PICTURE = ("encoder_hidden_states", "encoder_attention_mask")
"""Decoder inputs that stay the same for a whole caption."""
SWITCH = "use_cache_branch"


class Kind(StrEnum):
    """How the model of a step multiplies; the fastest first, and each by the name it is kept by."""

    IN_BLOCKS = "hoisted, direct, in blocks"
    """All rows in blocks, the output layer in its eight bits where that can be."""
    COMPACT = "hoisted, direct, compact head"
    """The output layer in its eight bits, other rows where they lie where that can be."""
    DIRECT = "hoisted, direct"
    """Rows where they lie."""
    HOISTED = "hoisted"
    """As the file says."""


@dataclass(frozen=True, slots=True)
class Step:
    """The model that is run for every token."""

    model: bytes
    arrays: Mapping[str, blocks.Array]
    """Weights that are not in any file, by name."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A decoder in two parts, before either is loaded."""

    picture: bytes
    """Model that is run once; its outputs are `frontier`, their types left for ORT to infer."""
    frontier: tuple[str, ...]
    folder: Path
    """Where the weights of both parts lie."""
    outputs: dict[str, str]
    """Output as the whole decoder calls it -> as the step model calls it."""
    _file: OnnxFile
    _nodes: tuple[Node, ...]
    _graph: Graph

    @property
    def fingerprint(self) -> str:
        """The same for files that differ in their weights alone."""
        digest = hashlib.sha256()
        for node in self._graph.nodes:
            digest.update(node.raw)
        return digest.hexdigest()

    def step(self, elements: Mapping[str, int], kind: Kind = Kind.HOISTED) -> Step | None:
        """Return the model that is run for every token.

        Args:
            elements: Frontier name -> ONNX number of its element type, as ORT inferred it.
            kind: How it multiplies.

        Returns:
            The model; None where it cannot be of that kind.
        """
        made = self._made(kind)
        if made is None:
            return None
        more = between(self._graph, made.nodes)
        more += [pb.write_bytes(5, tensor) for tensor in made.weights]
        return Step(self._written(made.nodes, elements, more), made.arrays)

    def _made(self, kind: Kind) -> blocks.Blocks | None:
        graph, wanted = self._graph, tuple(self.outputs.values())
        made = blocks.Blocks(self._nodes, (), {})
        if kind is not Kind.HOISTED:
            short = straight.straight(made.nodes, graph.weights, wanted)
            if short is not None:
                made = blocks.Blocks(short.nodes, short.weights, {})
            elif kind is Kind.DIRECT:
                return None
        if kind is Kind.IN_BLOCKS:
            found = blocks.blocks(made.nodes, graph.weights, wanted)
            if found is None:
                return None
            self._file.rest()
            nodes = straight.needed(found.nodes, wanted)
            made = blocks.Blocks(nodes, made.weights + found.weights, found.arrays)
        if kind in {Kind.COMPACT, Kind.IN_BLOCKS}:
            output = head.compact(self._file, made.nodes, graph.weights, self.outputs["logits"])
            if output is not None:
                made = blocks.Blocks(output.nodes, made.weights + output.weights, made.arrays)
            elif kind is Kind.COMPACT:
                return None
        return made

    def _written(
        self, nodes: tuple[Node, ...], elements: Mapping[str, int], more: list[bytes]
    ) -> bytes:
        inputs = [
            bytes(info)
            for name, info in self._graph.inputs.items()
            if name != SWITCH and name not in PICTURE
        ]
        inputs += [value_info(name, elements[name]) for name in self.frontier]
        outputs = [bytes(self._graph.outputs[name]) for name in self.outputs.values()]
        weights = _weights_of(nodes, self._graph, self.outputs.values())
        domain = blocks.DOMAIN if any(node.op == blocks.OPERATION for node in nodes) else ""
        return self._file.model(nodes, weights, inputs, outputs, more=more, domain=domain)


def split(path: Path) -> Parts | None:
    """Cut the decoder in a file in two.

    Returns:
        The parts, or None where nothing depends on the picture alone, so that it is not worth it
        (BART's family keeps those keys and values in its cache).

    Raises:
        MalformedError: The file is not understood; run it as it is.
        OSError: It cannot be read.
    """
    file = OnnxFile(path)
    graph, names = _flattened(file.graph)
    token, picture = _dependents(graph)
    makers = {name: node for node in graph.nodes for name in node.outputs}
    frontier = sorted(
        {name for node in graph.nodes if id(node) in token for name in node.inputs}
        & {name for node in graph.nodes if id(node) in picture for name in node.outputs}
    )
    if "logits" not in names:
        raise MalformedError("it has no logits")
    if any(name in makers and id(makers[name]) in picture for name in names.values()):
        raise MalformedError("an output depends on the picture alone")
    if not frontier:
        return None
    once = _ancestors(graph, makers, frontier, stop=frozenset())
    every = _ancestors(graph, makers, names.values(), stop=frozenset(frontier))
    inputs = [bytes(info) for name, info in graph.inputs.items() if name in PICTURE]
    outputs = [value_info(name, 0) for name in frontier]
    model = file.model(
        once, _weights_of(once, graph, ()), inputs, outputs, more=between(graph, once)
    )
    return Parts(model, tuple(frontier), file.path.parent, names, file, every, graph)


def _flattened(graph: Graph) -> tuple[Graph, dict[str, str]]:
    """Return the cached branch as a graph of its own, and what its outputs are called outside."""
    switches = [node for node in graph.nodes if SWITCH in node.inputs]
    if not switches:
        return graph, {name: name for name in graph.outputs}
    if len(switches) > 1 or switches[0].op != "If" or "then_branch" not in switches[0].graphs:
        raise MalformedError("the decoder is merged in an unknown way")
    branch = switches[0].graphs["then_branch"]
    before = [node for node in graph.nodes if node is not switches[0]]
    flat = Graph(
        nodes=[*before, *branch.nodes],
        weights={**graph.weights, **branch.weights},
        inputs=graph.inputs,
        outputs=branch.outputs,
        between=[*graph.between, *branch.between],
    )
    outer = switches[0].outputs
    if set(outer) != set(graph.outputs) or len(outer) != len(branch.outputs):
        raise MalformedError("the decoder is merged in an unknown way")
    return flat, dict(zip(outer, branch.outputs, strict=True))


def _dependents(graph: Graph) -> tuple[set[int], set[int]]:
    """Return the ids of the nodes that depend on the token, and on the picture but not on it."""
    of_token = {name for name in graph.inputs if name not in PICTURE}
    of_picture = {name for name in graph.inputs if name in PICTURE}
    token: set[int] = set()
    picture: set[int] = set()
    for node in graph.nodes:
        if not of_token.isdisjoint(node.inputs):
            token.add(id(node))
            of_token.update(node.outputs)
        elif not of_picture.isdisjoint(node.inputs):
            picture.add(id(node))
            of_picture.update(node.outputs)
    return token, picture


def _ancestors(
    graph: Graph, makers: dict[str, Node], wanted: Iterable[str], stop: frozenset[str]
) -> tuple[Node, ...]:
    """Return the nodes needed for `wanted`, in the graph's order, not going beyond `stop`."""
    needed: set[int] = set()
    todo = list(wanted)
    while todo:
        name = todo.pop()
        node = makers.get(name)
        if node is None or name in stop or id(node) in needed:
            continue
        needed.add(id(node))
        todo.extend(node.inputs)
    return tuple(node for node in graph.nodes if id(node) in needed)


def _weights_of(
    nodes: Iterable[Node], graph: Graph, more: Iterable[str]
) -> list[tuple[str, memoryview]]:
    used = {name for node in nodes for name in node.inputs} | set(more)
    return [(name, tensor) for name, tensor in graph.weights.items() if name in used]
