"""The tokens are those of torch, in every layout and by every way to search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.onnx.tiny import EXPECTED, MODEL, files, picture
from tui.adapters.onnx.captioning_model import CaptioningModel, read_json
from tui.adapters.onnx.generation import settings
from tui.adapters.onnx.hoist import Kind
from tui.adapters.onnx.jobs import Stop
from tui.adapters.onnx.loading import Files

COUNT = 8
SEARCHES: dict[str, Any] = EXPECTED["searches"]


def tokens(model: CaptioningModel, number: int) -> list[int]:
    *_, last = model.caption(picture(number), Stop())
    assert last.last
    return list(last.ids)


def all_tokens(chosen: Files, options: dict[str, Any], count: int = COUNT) -> list[list[int]]:
    model = CaptioningModel(chosen, options)
    return [tokens(model, number) for number in range(count)]


def searched(model: CaptioningModel, name: str) -> list[list[int]]:
    """Tokens by one way to search; loading takes longer than searching, so it is done once."""
    config, generation = map(read_json, (MODEL / "config.json", MODEL / "generation_config.json"))
    model.settings = settings(config, generation, SEARCHES[name]["options"])
    return [tokens(model, number) for number in range(COUNT)]


@pytest.fixture(scope="module", params=[False, True], ids=["in two parts", "whole"])
def loaded(request: pytest.FixtureRequest) -> CaptioningModel:
    return CaptioningModel(files(plain=request.param), {})


@pytest.mark.parametrize("name", SEARCHES)
def test_fp32_tokens_equal_those_of_torch(name: str, loaded: CaptioningModel) -> None:
    assert searched(loaded, name) == SEARCHES[name]["tokens"][:COUNT]


def test_quantized_tokens_are_the_same_in_every_layout() -> None:
    first, *others = [
        CaptioningModel(files(dtype="_quantized", merged=merged, plain=plain), {})
        for merged in (True, False)
        for plain in (True, False)
    ]
    for name in ("greedy", "beam4"):
        expected = searched(first, name)
        assert [searched(each, name) for each in others] == [expected] * 3


def test_quantized_captions_are_hardly_worse() -> None:
    found = all_tokens(files(dtype="_quantized"), {}, 100)
    same = sum(a == b for a, b in zip(found, SEARCHES["greedy"]["tokens"], strict=True))
    assert same >= 97


@pytest.mark.parametrize("plain", [False, True], ids=["in two parts", "whole"])
def test_a_half_precision_decoder_works_with_a_full_precision_encoder(plain: bool) -> None:
    mixed = replace(files(plain=plain), decoder="onnx/decoder_model_merged_fp16.onnx")
    found = all_tokens(mixed, {})
    same = sum(a == b for a, b in zip(found, SEARCHES["greedy"]["tokens"], strict=False))
    assert same >= COUNT - 1


@pytest.mark.parametrize("merged", [True, False])
def test_the_decoder_really_runs_in_two_parts(merged: bool) -> None:
    model = CaptioningModel(files(dtype="_quantized", merged=merged), {})
    tokens(model, 0)
    assert model.decoder_kind == Kind.IN_BLOCKS


def test_weights_reached_through_the_hubs_links_are_found(tmp_path: Path, folder: Path) -> None:
    blobs = tmp_path / "blobs"
    blobs.mkdir()
    for path in sorted(folder.rglob("*.onnx")):
        blob = blobs / f"{abs(hash(path.name)):x}"
        path.rename(blob)
        path.symlink_to(blob)
    model = CaptioningModel(files(folder), {})
    assert tokens(model, 0) == SEARCHES["greedy"]["tokens"][0]
    assert model.decoder_kind == Kind.HOISTED


def test_any_token_of_a_list_may_end_the_caption(folder: Path) -> None:
    first = SEARCHES["greedy"]["tokens"][0]
    (folder / "generation_config.json").write_text(
        f'{{"decoder_start_token_id": 0, "eos_token_id": [0, {first[3]}]}}'
    )
    assert tokens(CaptioningModel(files(folder), {}), 0) == first[:4]


def test_generation_config_is_obeyed_and_wishes_win(folder: Path) -> None:
    (folder / "generation_config.json").write_text(
        '{"decoder_start_token_id": 0, "eos_token_id": 0, "max_new_tokens": 3, "num_beams": 2}'
    )
    assert len(tokens(CaptioningModel(files(folder), {}), 0)) == 4
    assert len(tokens(CaptioningModel(files(folder), {"max_new_tokens": 2}), 0)) == 3


def test_no_model_may_talk_for_ever(folder: Path) -> None:
    (folder / "generation_config.json").write_text(
        '{"decoder_start_token_id": 0, "eos_token_id": [], "max_length": 100000}'
    )
    (folder / "config.json").write_text('{"model_type": "vision-encoder-decoder"}')
    assert CaptioningModel(files(folder), {}).settings.max_length == 256
