"""Model files that someone made to do harm: each ends in one line, and the next caption works."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from tests.adapters.onnx import protos
from tests.adapters.onnx.tiny import CAPTIONS, MODEL, collect, files, image, picture, text_of
from tui.adapters.captioners.onnx import OnnxCaptioner
from tui.adapters.onnx import hoist, loading
from tui.adapters.onnx.captioning_model import CaptioningModel
from tui.adapters.onnx.client import OnnxWorker
from tui.adapters.onnx.decoders import Array, HoistedDecoder
from tui.adapters.onnx.jobs import Stop
from tui.domain.errors import CaptionError

ENCODER = "onnx/encoder_model_quantized.onnx"
DECODER = "onnx/decoder_model_merged_quantized.onnx"

one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[OnnxWorker]:
    """One that lives through all of it; tests that need it run in `one_loop`."""
    made = OnnxWorker()
    yield made
    await made.aclose()


async def refused(worker: OnnxWorker, folder: Path, message: str) -> CaptionError:
    with pytest.raises(CaptionError, match=message) as raised:
        await collect(OnnxCaptioner(worker, str(folder)).caption(image(0), ""))
    good = OnnxCaptioner(worker, str(MODEL))
    assert text_of(await collect(good.caption(image(0), ""))) == CAPTIONS[0]
    return raised.value


@one_loop
@pytest.mark.parametrize("part", [ENCODER, DECODER])
@pytest.mark.parametrize("damage", ["garbage", "cut", "empty"])
async def test_a_damaged_file_is_refused(
    worker: OnnxWorker, folder: Path, part: str, damage: str
) -> None:
    whole = (folder / part).read_bytes()
    bad = {"garbage": os.urandom(5000), "cut": whole[: len(whole) // 2], "empty": b""}[damage]
    (folder / part).write_bytes(bad)
    await refused(worker, folder, "onnxruntime refuses")


@one_loop
@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "a/../../secret", "link"])
async def test_weights_outside_the_folder_are_refused(
    worker: OnnxWorker, folder: Path, tmp_path: Path, location: str
) -> None:
    (tmp_path / "secret").write_bytes(b"\0" * 4000)
    (folder / "secret").write_bytes(b"\0" * 4000)
    (folder / "onnx" / "link").symlink_to(tmp_path / "secret")
    (folder / ENCODER).write_bytes(protos.escaping(location))
    await refused(worker, folder, "onnxruntime refuses")


@one_loop
async def test_operations_of_foreign_libraries_are_refused(
    worker: OnnxWorker, folder: Path
) -> None:
    (folder / ENCODER).write_bytes(protos.foreign())
    await refused(worker, folder, "onnxruntime refuses")


@one_loop
async def test_a_model_that_wants_all_memory_is_stopped(worker: OnnxWorker, folder: Path) -> None:
    (folder / ENCODER).write_bytes(protos.enormous())
    await refused(worker, folder, "the model failed|memory|onnxruntime refuses|crashed")


@one_loop
async def test_a_model_that_never_ends_is_stopped_by_a_cancel(
    worker: OnnxWorker, folder: Path
) -> None:
    (folder / ENCODER).write_bytes(protos.endless())
    captioner = OnnxCaptioner(worker, str(folder))

    async def run() -> None:
        async with aclosing(captioner.caption(image(0), "")) as events:
            async for _ in events:
                pass

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await run()
    good = OnnxCaptioner(worker, str(MODEL))
    async with asyncio.timeout(10):
        assert text_of(await collect(good.caption(image(0), ""))) == CAPTIONS[0]


@one_loop
async def test_code_in_the_repository_is_not_run(
    worker: OnnxWorker, folder: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(marker)!r}, 'w')\n")
    reference = {"AutoTokenizer": ["evil.Evil", None], "AutoConfig": "evil.Evil"}
    for name in ("config.json", "tokenizer_config.json", "preprocessor_config.json"):
        settings = json.loads((folder / name).read_text())
        settings["auto_map"] = {**reference, "AutoImageProcessor": "evil.Evil"}
        (folder / name).write_text(json.dumps(settings))
    (folder / "tokenizer.json").rename(folder / "vocab.json")
    (folder / "merges.txt").write_text("")
    await refused(worker, folder, "tokenizer cannot be read")
    assert not marker.exists()


@one_loop
async def test_escape_sequences_in_a_vocabulary_do_not_come_through(
    worker: OnnxWorker, folder: Path
) -> None:
    """In a byte-level vocabulary the character ě stands for the byte of Escape."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {
        (f"{word}ě[2J" if len(word) > 3 and "<" not in word else word): number
        for word, number in vocabulary.items()
    }
    tokenizer["model"]["merges"] = []
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    text = text_of(await collect(OnnxCaptioner(worker, str(folder)).caption(image(0), "")))
    assert "[2J" in text
    assert "\x1b" not in text


@one_loop
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("preprocessor_config.json", '{"size": 100000000}', "no usable size"),
        ("preprocessor_config.json", '{"size": {"height": -1, "width": 2}}', "no usable size"),
        ("preprocessor_config.json", "[" * 100_000, "cannot be read"),
        ("preprocessor_config.json", "[]", "no settings"),
        ("preprocessor_config.json", '{"image_processor_type": "os.system"}', "not supported"),
        ("preprocessor_config.json", '{"image_processor_type": "FuyuImageProcessor"}', "supp|used"),
        ("generation_config.json", "{", "cannot be read"),
        ("tokenizer.json", "{}", "tokenizer cannot be read"),
        ("config.json", "{", "not readable"),
        ("config.json", '{"model_type": "git"}', "'git' are not supported"),
        ("config.json", "[" * 100_000, "not readable"),
    ],
)
async def test_nonsense_in_a_settings_file_is_named(
    worker: OnnxWorker, folder: Path, file: str, content: str, message: str
) -> None:
    (folder / file).write_text(content)
    await refused(worker, folder, message)


@one_loop
async def test_a_settings_file_that_is_far_too_large_is_not_opened(
    worker: OnnxWorker, folder: Path
) -> None:
    with (folder / "tokenizer.json").open("wb") as out:
        out.truncate(33 * 1024 * 1024)
    await refused(worker, folder, "larger than 32 MB")


@one_loop
async def test_weights_that_are_far_too_large_are_not_loaded(
    worker: OnnxWorker, folder: Path
) -> None:
    with (folder / DECODER).open("wb") as out:
        out.truncate(5 * 1024**3)
    await refused(worker, folder, "larger than 4 GB")


def test_a_cut_that_gives_other_tokens_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = HoistedDecoder.step

    def step(self: HoistedDecoder, ids: Array) -> Array:
        return honest(self, ids) * 1.1

    monkeypatch.setattr(HoistedDecoder, "step", step)
    model = CaptioningModel(files(), {})
    assert model.decoder_kind == hoist.Kind.HOISTED
    *_, last = model.caption(picture(0), Stop())
    assert model.decoder_kind == "whole"
    assert model.decode(last.ids).strip() == CAPTIONS[0]


def test_a_cut_that_is_much_slower_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = HoistedDecoder.step

    def step(self: HoistedDecoder, ids: Array) -> Array:
        time.sleep(0.3)
        return honest(self, ids)

    monkeypatch.setattr(HoistedDecoder, "step", step)
    model = CaptioningModel(files(), {})
    list(model.caption(picture(0), Stop()))
    assert model.decoder_kind == "whole"


def test_a_layout_that_failed_once_is_not_cut_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = tmp_path / "checks.json"
    monkeypatch.setattr(loading, "_as_good", lambda *_: False)
    list(CaptioningModel(_with(checks), {}).caption(picture(0), Stop()))
    assert CaptioningModel(_with(checks), {}).decoder_kind == "whole"


@pytest.mark.parametrize(
    "changed", ["onnxruntime.__version__", "tui.adapters.onnx.loading.TOLERANCE"]
)
def test_a_layout_is_checked_again_by_another_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    checks = tmp_path / "checks.json"
    with monkeypatch.context() as doubting:
        doubting.setattr(loading, "_as_good", lambda *_: False)
        list(CaptioningModel(_with(checks), {}).caption(picture(0), Stop()))
    monkeypatch.setattr(changed, 0.06)
    model = CaptioningModel(_with(checks), {})
    list(model.caption(picture(0), Stop()))
    assert model.decoder_kind == hoist.Kind.HOISTED


@pytest.mark.parametrize("error", [MemoryError, IndexError, ValueError])
def test_a_decoder_that_cannot_be_rebuilt_runs_as_it_lies_on_disk(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def step(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(hoist.Parts, "step", step)
    model = CaptioningModel(files(), {})
    *_, last = model.caption(picture(0), Stop())
    assert model.decoder_kind == "whole"
    assert model.decode(last.ids).strip() == CAPTIONS[0]


def test_a_broken_memory_of_checks_does_no_harm(tmp_path: Path) -> None:
    checks = tmp_path / "checks.json"
    checks.write_text("{")
    model = CaptioningModel(_with(checks), {})
    *_, last = model.caption(picture(0), Stop())
    assert model.decode(last.ids).strip() == CAPTIONS[0]
    assert model.decoder_kind == hoist.Kind.HOISTED


def _with(checks: Path) -> loading.Files:
    chosen = files()
    return loading.Files(chosen.folder, chosen.encoder, chosen.decoder, checks=checks)
