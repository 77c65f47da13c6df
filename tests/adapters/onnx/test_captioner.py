"""The local source, from a picture to streamed text, through a real worker process."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from tests.adapters.onnx.tiny import CAPTIONS, EXPECTED, MODEL, collect, image, text_of
from tests.models.tiny_captioner.scenes import HELD_OUT, scene
from tui.adapters.captioners.onnx import OnnxCaptioner
from tui.adapters.onnx.client import OnnxWorker
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, Progress, Started, TextDelta


async def test_held_out_scenes_are_captioned_right(worker: OnnxWorker) -> None:
    captioner = OnnxCaptioner(worker, str(MODEL))
    found = [text_of(await collect(captioner.caption(image(n), "?"))) for n in range(50)]
    truth = [scene(HELD_OUT + n).caption for n in range(50)]
    right = sum(ours == true for ours, true in zip(found, truth, strict=True))
    assert right >= 49
    assert sum(ours == torch for ours, torch in zip(found, CAPTIONS, strict=False)) >= 49


def test_the_fixture_says_how_often_it_is_right() -> None:
    assert EXPECTED["accuracy"]["scenes"] == 1000
    assert EXPECTED["accuracy"]["exact"] >= 0.99


async def test_the_caption_streams_word_by_word(worker: OnnxWorker) -> None:
    events = await collect(OnnxCaptioner(worker, str(MODEL)).caption(image(0), ""))
    assert isinstance(events[0], Started)
    assert events[1] == Progress("loading the model")
    assert sum(isinstance(event, TextDelta) for event in events) > 3
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "stop"
    assert last.usage is not None
    assert last.usage.output == len(EXPECTED["searches"]["greedy"]["tokens"][0]) - 1


async def test_a_warm_worker_does_not_load_again(worker: OnnxWorker) -> None:
    captioner = OnnxCaptioner(worker, str(MODEL))
    await collect(captioner.caption(image(0), ""))
    pid = worker.pid
    events = await collect(captioner.caption(image(1), ""))
    assert Progress("loading the model") not in events
    assert worker.pid == pid


async def test_beams_compete_unseen_and_the_winner_comes_whole(worker: OnnxWorker) -> None:
    captioner = OnnxCaptioner(worker, str(MODEL), dtype="fp32", generation={"num_beams": 4})
    events = await collect(captioner.caption(image(3), ""))
    assert sum(isinstance(event, TextDelta) for event in events) == 1
    assert text_of(events) == scene(HELD_OUT + 3).caption


async def test_a_caption_cut_by_its_longest_length_says_so(worker: OnnxWorker) -> None:
    captioner = OnnxCaptioner(worker, str(MODEL), generation={"max_new_tokens": 3})
    last = (await collect(captioner.caption(image(0), "")))[-1]
    assert isinstance(last, Finished)
    assert last.reason == "length"


async def test_after_a_cancelled_caption_the_next_one_is_right(worker: OnnxWorker) -> None:
    captioner = OnnxCaptioner(worker, str(MODEL))
    async with aclosing(captioner.caption(image(0), "")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert text_of(await collect(captioner.caption(image(1), ""))) == CAPTIONS[1]


async def test_a_verdict_of_the_self_check_is_remembered(
    worker: OnnxWorker, tmp_path: Path
) -> None:
    checks = tmp_path / "cache" / "decoders.json"
    await collect(OnnxCaptioner(worker, str(MODEL), checks=checks).caption(image(0), ""))
    assert checks.read_text().endswith(": true}")


async def test_a_model_that_is_not_here_says_how_to_get_it(worker: OnnxWorker, hub: Path) -> None:
    captioner = OnnxCaptioner(worker, "Xenova/vit-gpt2-image-captioning")
    state = await captioner.state()
    assert state.kind == "needs_download"
    assert state.plan is not None
    assert state.plan.total_bytes == 246_000_000
    assert state.plan.folder == hub
    assert state.plan.command.startswith("hf download Xenova/vit-gpt2-image-captioning config.json")
    with pytest.raises(CaptionError, match="not on this machine") as raised:
        await collect(captioner.caption(image(0), ""))
    assert "hf download" in raised.value.hint
    assert worker.pid is None


async def test_a_broken_picture_is_one_line(worker: OnnxWorker) -> None:
    whole = image(0)
    from dataclasses import replace

    broken = replace(whole, data=whole.data[:200])
    captioner = OnnxCaptioner(worker, str(MODEL))
    with pytest.raises(CaptionError, match="cannot open the picture"):
        await collect(captioner.caption(broken, ""))
    assert text_of(await collect(captioner.caption(whole, ""))) == CAPTIONS[0]


def test_the_label_names_the_model() -> None:
    captioner = OnnxCaptioner(OnnxWorker(), "Xenova/vit-gpt2-image-captioning")
    assert captioner.label == "local: vit-gpt2-image-captioning"
    assert captioner.model == "Xenova/vit-gpt2-image-captioning"
