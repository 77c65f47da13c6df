"""Which files make up a model in the hub's ONNX layout, chosen from a listing of names.

The same choice serves a folder on disk and a repository that is yet to be downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

SUFFIXES = {
    "q8": "_quantized",
    "int8": "_int8",
    "uint8": "_uint8",
    "q4": "_q4",
    "fp16": "_fp16",
    "fp32": "",
}
"""Number format -> what stands at the end of the file's name; the order of preference."""

REQUIRED = ("config.json", "preprocessor_config.json")
OPTIONAL = ("generation_config.json", "tokenizer_config.json", "special_tokens_map.json")
VOCABULARIES = (("tokenizer.json",), ("vocab.json", "merges.txt"), ("vocab.txt",))
"""The first that is complete is used."""


class LayoutError(Exception):
    """The listing holds no model that can be run; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The files to use, as names inside the folder or repository."""

    encoder: str
    decoder: str
    """The merged decoder, or the one for the first token."""
    decoder_with_past: str
    """Empty when the decoder is merged."""
    settings: tuple[str, ...]
    """JSON files and the vocabulary, those that are there."""
    data: tuple[str, ...]
    """Weights that stand beside the .onnx files."""

    @property
    def weights(self) -> tuple[str, ...]:
        """The .onnx files and their data."""
        graphs = (self.encoder, self.decoder, self.decoder_with_past)
        return (*(name for name in graphs if name), *self.data)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file, each once."""
        return (*self.settings, *self.weights)


def choose(names: Collection[str], dtype: str = "") -> Choice:
    """Choose the files of a model.

    Args:
        names: Everything that is there, with "/" between folders.
        dtype: A key of `SUFFIXES` to try first, or empty.

    Raises:
        LayoutError: Something needed is missing.
    """
    for name in REQUIRED:
        if name not in names:
            raise LayoutError(f"{name} is missing")
    vocabulary = next((v for v in VOCABULARIES if all(name in names for name in v)), None)
    if vocabulary is None:
        raise LayoutError("tokenizer.json is missing")
    encoder = _graph(names, "encoder_model", dtype)
    first, later = _graph(names, "decoder_model_merged", dtype), ""
    if not first:
        first = _graph(names, "decoder_model", dtype)
        later = _graph(names, "decoder_with_past_model", dtype) if first else ""
        if not later:
            raise LayoutError("it has no onnx/decoder_model_merged file and no split decoder")
    if not encoder:
        raise LayoutError("it has no onnx/encoder_model file")
    settings = (*REQUIRED, *(name for name in OPTIONAL if name in names), *vocabulary)
    graphs = [name for name in (encoder, first, later) if name]
    data = tuple(sorted(name for name in names if any(_is_data(name, graph) for graph in graphs)))
    return Choice(encoder, first, later, settings, data)


def _graph(names: Collection[str], part: str, dtype: str) -> str:
    order = [dtype, *SUFFIXES] if dtype in SUFFIXES else list(SUFFIXES)
    for kind in order:
        for folder in ("onnx/", ""):
            name = f"{folder}{part}{SUFFIXES[kind]}.onnx"
            if name in names:
                return name
    return ""


def _is_data(name: str, graph: str) -> bool:
    return re.fullmatch(re.escape(graph) + r"(_data|\.data)(_\d+)?", name) is not None
