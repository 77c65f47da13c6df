"""What two local sources must share for one's captions to stand for the other's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.onnx.tiny import MODEL
from tui.adapters.captioners.onnx import OnnxCaptioner
from tui.adapters.onnx.client import OnnxWorker


def source(model: str = str(MODEL), dtype: str = "", **generation: int) -> OnnxCaptioner:
    return OnnxCaptioner(OnnxWorker(), model, dtype=dtype, generation=generation)


def test_the_same_model_used_alike_has_the_same_fingerprint() -> None:
    ours = source(num_beams=4)
    assert not ours.takes_prompt
    assert ours.fingerprint
    assert ours.fingerprint == source(num_beams=4).fingerprint


@pytest.mark.parametrize(
    "other", [source(num_beams=2), source(max_new_tokens=9), source(dtype="fp32")]
)
def test_beams_length_and_kind_of_weights_are_in_it(other: OnnxCaptioner) -> None:
    assert other.fingerprint != source().fingerprint


def test_a_model_that_was_replaced_is_another(tmp_path: Path) -> None:
    folder = shutil.copytree(MODEL, tmp_path / "model")
    before = source(str(folder)).fingerprint
    for file in folder.rglob("*.onnx"):
        os.utime(file, (1, 1))
    assert source(str(folder)).fingerprint not in ("", before)


def test_a_model_that_is_not_here_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert source("someone/else").fingerprint == ""
