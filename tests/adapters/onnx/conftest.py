from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.adapters.onnx.tiny import MODEL
from tui.adapters.onnx.client import OnnxWorker


@pytest.fixture
async def worker() -> AsyncIterator[OnnxWorker]:
    made = OnnxWorker()
    yield made
    await made.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may break; only names are copied, not bytes."""
    copy = tmp_path / "model"
    (copy / "onnx").mkdir(parents=True)
    for source in MODEL.rglob("*"):
        if source.is_file():
            target = copy / source.relative_to(MODEL)
            target.write_bytes(source.read_bytes())
    return copy


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty hub cache, and no settings of the machine's own."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    yield tmp_path / "hf" / "hub"
