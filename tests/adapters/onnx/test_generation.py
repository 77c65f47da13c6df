"""Generation settings from files that anyone may have written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.onnx.generation import GenerationSettings, settings
from tui.adapters.onnx.search import adjusted
from tui.adapters.onnx.vocabulary import GrowingText

HUB: dict[str, Any] = {
    "bos_token_id": 50256,
    "decoder_start_token_id": 50256,
    "eos_token_id": 50256,
    "pad_token_id": 50256,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(
    [
        *("max_length", "max_new_tokens", "min_length", "num_beams", "length_penalty", "decoder"),
        *("early_stopping", "eos_token_id", "decoder_start_token_id", "bos_token_id"),
        *("repetition_penalty", "no_repeat_ngram_size", "n_positions", "suppress_tokens"),
        *("forced_bos_token_id", "forced_eos_token_id"),
    ]
)
files = st.dictionaries(keys, json_values | st.dictionaries(keys, json_values), max_size=8)


@given(files, files, files)
def test_any_files_give_settings_within_bounds(
    config: dict[str, Any], generation: dict[str, Any], user: dict[str, Any]
) -> None:
    found = settings(config, generation, user)
    assert 1 <= found.max_length <= 256
    assert 1 <= found.beams <= 16
    assert found.start >= 0
    assert all(token >= 0 for token in found.eos)
    assert -20 <= found.length_penalty <= 20


def test_the_default_models_file_means_twenty_tokens_greedily() -> None:
    found = settings({}, HUB, {})
    assert found == GenerationSettings(start=50256, eos=frozenset({50256}))
    assert (found.max_length, found.beams) == (20, 1)


def test_the_nearer_file_wins() -> None:
    config = {"max_length": 30, "decoder": {"max_length": 25, "num_beams": 3}}
    assert settings(config, HUB, {}).max_length == 25
    assert settings(config, {**HUB, "max_length": 16}, {}).max_length == 16
    assert settings(config, HUB, {"max_new_tokens": 7}).max_length == 8
    assert settings(config, HUB, {"num_beams": 1}).beams == 1


def test_the_decoder_cannot_be_asked_for_more_than_it_has_positions() -> None:
    assert (
        settings({"decoder": {"n_positions": 64}}, {**HUB, "max_length": 200}, {}).max_length == 64
    )


@pytest.mark.parametrize(
    ("ids", "size", "banned"),
    [((0, 1, 2, 1), 2, {2}), ((0, 1, 2, 0, 1), 3, {2}), ((5, 5), 1, {5}), ((0, 1), 3, set())],
)
def test_runs_of_tokens_are_not_repeated(ids: tuple[int, ...], size: int, banned: set[int]) -> None:
    chosen = GenerationSettings(start=0, eos=frozenset(), no_repeat_ngram=size)
    found = adjusted(np.zeros((1, 8), np.float32), [ids], chosen)[0]
    assert {token for token in range(8) if np.isneginf(found[token])} == banned


def test_forced_and_suppressed_tokens_are_obeyed() -> None:
    chosen = GenerationSettings(
        start=0,
        eos=frozenset({1}),
        max_length=4,
        forced_bos=3,
        forced_eos=(1,),
        suppressed=(5,),
        suppressed_at_begin=(6, 99),
    )
    scores = np.zeros((1, 8), np.float32)
    first = adjusted(scores, [(0,)], chosen)[0]
    assert np.isfinite(first).nonzero()[0].tolist() == [3]
    second = adjusted(scores, [(0, 3)], chosen)[0]
    assert np.isneginf(second).nonzero()[0].tolist() == [5, 6]
    last = adjusted(scores, [(0, 3, 4)], chosen)[0]
    assert np.isfinite(last).nonzero()[0].tolist() == [1]


@given(st.text(max_size=30))
def test_growing_text_ends_up_whole(text: str) -> None:
    raw = text.encode(errors="replace")
    growing = GrowingText(lambda ids: bytes(ids).decode(errors="replace"))
    pieces = [growing.add(raw[:end], last=False) for end in range(len(raw))]
    pieces.append(growing.add(raw, last=True))
    assert "".join(pieces) == raw.decode().strip()


def test_half_a_character_is_held_back() -> None:
    growing = GrowingText(lambda ids: bytes(ids).decode(errors="replace"))
    raw = "aé b".encode()
    pieces = [growing.add(raw[:end], last=end == len(raw)) for end in range(1, len(raw) + 1)]
    assert pieces == ["a", "", "é", "", " b"]
