"""How a model's makers want it to generate, read from its JSON files and bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

MAX_TOKENS = 256
MAX_BEAMS = 16
DEFAULT_LENGTH = 20
"""What transformers assumes where nothing is said; the default model relies on it."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """Lengths are in tokens and count the start token."""

    start: int
    eos: frozenset[int]
    max_length: int = DEFAULT_LENGTH
    min_length: int = 0
    beams: int = 1
    length_penalty: float = 1.0
    early_stopping: bool | Literal["never"] = False
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    """0 allows every repetition."""
    forced_bos: int | None = None
    forced_eos: tuple[int, ...] = ()
    suppressed: tuple[int, ...] = ()
    suppressed_at_begin: tuple[int, ...] = ()


def settings(config: Json, generation: Json, user: Json) -> GenerationSettings:
    """Merge config.json, its decoder part, generation_config.json and the user's wishes.

    A value of the wrong type or out of range is passed over. Sampling is not done: a caption is
    the same every time.
    """
    decoder = _part(config, "decoder") or _part(config, "text_config")
    layers = (user, generation, decoder, config)
    eos = next((found for found in _ids(layers, "eos_token_id") if found), ())
    bos = _whole(layers, "bos_token_id", 0, None)
    start = _whole((user, generation, config, decoder), "decoder_start_token_id", 0, bos)
    positions = _whole((decoder,), "n_positions", 1, None)
    positions = positions or _whole((decoder,), "max_position_embeddings", 1, None) or MAX_TOKENS
    return GenerationSettings(
        start=start if start is not None else (eos[0] if eos else 0),
        eos=frozenset(eos),
        max_length=min(_max_length(layers), positions, MAX_TOKENS),
        min_length=_min_length(layers),
        beams=min(_whole(layers, "num_beams", 1, 1) or 1, MAX_BEAMS),
        length_penalty=_real(layers, "length_penalty", -20.0, 20.0, 1.0),
        early_stopping=_early_stopping(layers),
        repetition_penalty=_real(layers, "repetition_penalty", 0.01, 100.0, 1.0),
        no_repeat_ngram=_whole(layers, "no_repeat_ngram_size", 0, 0) or 0,
        forced_bos=_whole(layers, "forced_bos_token_id", 0, None),
        forced_eos=next(_ids(layers, "forced_eos_token_id"), ()),
        suppressed=next(_ids(layers, "suppress_tokens"), ()),
        suppressed_at_begin=next(_ids(layers, "begin_suppress_tokens"), ()),
    )


def _part(config: Json, name: str) -> Json:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _whole(layers: tuple[Json, ...], name: str, low: int, default: int | None) -> int | None:
    for layer in layers:
        value = layer.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value < 2**31:
            return value
    return default


def _real(layers: tuple[Json, ...], name: str, low: float, high: float, default: float) -> float:
    for layer in layers:
        value = layer.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value) if math.isfinite(value) else default
    return default


def _ids(layers: tuple[Json, ...], name: str) -> Iterator[tuple[int, ...]]:
    """Yield what each layer says, as token ids; a single one may stand without a list."""
    for layer in layers:
        value = layer.get(name)
        listed: list[Any] = value if isinstance(value, list) else [value]
        if value is not None and all(type(item) is int and item >= 0 for item in listed):
            yield tuple(listed)


def _max_length(layers: tuple[Json, ...]) -> int:
    """The first layer that says anything wins; new tokens come after the start token."""
    for layer in layers:
        new = _whole((layer,), "max_new_tokens", 1, None)
        if new is not None:
            return new + 1
        length = _whole((layer,), "max_length", 2, None)
        if length is not None:
            return length
    return DEFAULT_LENGTH


def _min_length(layers: tuple[Json, ...]) -> int:
    new = _whole(layers, "min_new_tokens", 0, 0) or 0
    length = _whole(layers, "min_length", 0, 0) or 0
    return max(length, new + 1 if new else 0)


def _early_stopping(layers: tuple[Json, ...]) -> bool | Literal["never"]:
    for layer in layers:
        value = layer.get("early_stopping")
        if isinstance(value, bool):
            return value
        if value == "never":
            return "never"
    return False
