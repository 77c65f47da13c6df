"""Whether a model sees pictures, from whatever a server says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.adapters.wire import as_dict, as_list, as_text
from tui.domain.connection import Vision

_FLAGS = ("supports_vision", "supports_image_input", "supports_image_in", "vision")
_WORDS = frozenset({"vision", "multimodal", "image"})


def from_listing(entry: Mapping[str, Any]) -> Vision:
    """Read one entry of a list of models; the first hint that says anything wins."""
    for modalities in _modalities(entry):
        return "yes" if "image" in modalities else "no"
    for flag in _flags(entry):
        if isinstance(flag, bool):
            return "yes" if flag else "no"
    words = as_list(entry.get("capabilities")) + as_list(entry.get("features"))
    if any(_names_vision(as_text(word)) for word in words):
        return "yes"
    if entry.get("type") == "vlm":
        return "yes"
    return "no" if entry.get("type") == "llm" else "unknown"


def from_capabilities(capabilities: object) -> Vision:
    """Read Ollama's list of capabilities, which is complete where it is there at all."""
    words = as_list(capabilities)
    if not words:
        return "unknown"
    return "yes" if "vision" in words else "no"


def _modalities(entry: Mapping[str, Any]) -> list[list[Any]]:
    architecture = as_dict(entry.get("architecture"))
    arrow = as_text(architecture.get("modality")).partition("->")  # "text+image->text"
    places = (
        architecture.get("input_modalities"),
        entry.get("input_modalities"),
        as_dict(entry.get("modalities")).get("input"),
        arrow[0].split("+") if arrow[1] else None,
    )
    return [place for place in places if isinstance(place, list) and place]


def _flags(entry: Mapping[str, Any]) -> list[object]:
    capabilities = as_dict(entry.get("capabilities"))
    return [
        _supported(capabilities.get("vision")),
        _supported(capabilities.get("image_input")),
        capabilities.get("supports_vision"),
        *(entry.get(name) for name in _FLAGS),
        as_dict(entry.get("modalities")).get("vision"),
        as_dict(entry.get("metadata")).get("vision"),
        as_dict(entry.get("parameters")).get("use_vision"),
    ]


def _supported(flag: object) -> object:
    return as_dict(flag).get("supported", flag)


def _names_vision(word: str) -> bool:
    return word in _WORDS or word.endswith(".vision")
