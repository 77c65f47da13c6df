"""Downloading from a hub on loopback into the hub's own cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.adapters.onnx.fake_hub import FakeHub
from tests.adapters.onnx.tiny import CAPTIONS, MODEL, collect, image, text_of
from tui.adapters.captioners.onnx import OnnxCaptioner
from tui.adapters.onnx.client import OnnxWorker
from tui.domain.errors import CaptionError
from tui.domain.generation import Progress

NAME = "someone/tiny-captioner"
ENCODER = "onnx/encoder_model_quantized.onnx"
DECODER = "onnx/decoder_model_merged_quantized.onnx"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    names = [path.relative_to(MODEL).as_posix() for path in MODEL.rglob("*") if path.is_file()]
    files = {name: (MODEL / name).read_bytes() for name in names}
    made = FakeHub(NAME, {**files, "pytorch_model.bin": b"never", "README.md": b"never"})
    monkeypatch.setenv("HF_ENDPOINT", made.url)
    yield made
    made.close()


@pytest.fixture
def captioner(worker: OnnxWorker) -> OnnxCaptioner:
    return OnnxCaptioner(worker, NAME)


async def download(captioner: OnnxCaptioner) -> list[Progress]:
    async with aclosing(captioner.download()) as events:
        return [event async for event in events]


async def test_a_downloaded_model_captions(fake: FakeHub, captioner: OnnxCaptioner) -> None:
    assert (await captioner.state()).kind == "needs_download"
    events = await download(captioner)
    total = events[-1].total
    assert total == events[-1].done
    assert all(event.unit == "bytes" for event in events[1:])
    assert (await captioner.state()).kind == "ready"
    assert text_of(await collect(captioner.caption(image(0), ""))) == CAPTIONS[0]


async def test_only_the_files_that_are_needed_are_fetched(
    fake: FakeHub, captioner: OnnxCaptioner
) -> None:
    await download(captioner)
    fetched = {name for method, name, _ in fake.requests if method == "GET"}
    assert {name for name in fetched if not name.endswith(".json")} == {ENCODER, DECODER}


async def test_the_hubs_own_library_finds_what_was_downloaded(
    fake: FakeHub, captioner: OnnxCaptioner, hub: Path
) -> None:
    await download(captioner)
    root = hub / "models--someone--tiny-captioner"
    commit = (root / "refs" / "main").read_text()
    file = root / "snapshots" / commit / DECODER
    assert file.read_bytes() == fake.files[DECODER]
    assert not list(root.rglob("*.incomplete"))


async def test_a_second_download_fetches_nothing(fake: FakeHub, captioner: OnnxCaptioner) -> None:
    await download(captioner)
    fake.requests.clear()
    await download(captioner)
    assert not [request for request in fake.requests if request[0] == "GET"]


async def test_a_broken_connection_is_gone_on_with(fake: FakeHub, captioner: OnnxCaptioner) -> None:
    fake.cut_after = 600_000
    await download(captioner)
    whole, rest = fake.ranges_of(DECODER)
    assert whole == ""
    assert 500_000 < int(rest.removeprefix("bytes=").rstrip("-")) <= 600_000
    assert (await captioner.state()).kind == "ready"


async def test_a_cancelled_download_goes_on_where_it_was(
    fake: FakeHub, captioner: OnnxCaptioner
) -> None:
    fake.stall_after = 600_000
    async with aclosing(captioner.download()) as events:
        async for event in events:
            if event.done > 60_000:
                break
    assert (await captioner.state()).kind == "needs_download"
    fake.stall_after = None
    await download(captioner)
    assert fake.ranges_of(ENCODER)[-1].startswith("bytes=")
    assert (await captioner.state()).kind == "ready"


async def test_a_server_without_ranges_sends_all_again(
    fake: FakeHub, captioner: OnnxCaptioner
) -> None:
    fake.ranges = False
    fake.stall_after = 600_000
    async with aclosing(captioner.download()) as events:
        async for event in events:
            if event.done > 60_000:
                break
    fake.stall_after = None
    await download(captioner)
    assert (await captioner.state()).kind == "ready"


async def test_bytes_that_are_not_what_was_announced_are_thrown_away(
    fake: FakeHub, captioner: OnnxCaptioner, hub: Path
) -> None:
    await download(captioner)
    (blob,) = [
        path for path in hub.rglob("blobs/*") if path.stat().st_size == len(fake.files[DECODER])
    ]
    part = blob.with_name(f"{blob.name}.salon.incomplete")
    part.write_bytes(b"\0" * 700_000)
    blob.unlink()
    with pytest.raises(CaptionError, match="arrived damaged"):
        await download(captioner)
    await download(captioner)
    assert (await captioner.state()).kind == "ready"


async def test_the_token_is_sent_and_never_shown(
    fake: FakeHub, captioner: OnnxCaptioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    await download(captioner)
    assert fake.tokens == {"Bearer hf_secret"}


async def test_without_a_network_it_says_so(captioner: OnnxCaptioner) -> None:
    with pytest.raises(CaptionError, match=r"cannot reach 127\.0\.0\.1:9") as raised:
        await download(captioner)
    assert "kept" in raised.value.hint


async def test_a_model_the_hub_does_not_have_is_named(fake: FakeHub, worker: OnnxWorker) -> None:
    with pytest.raises(CaptionError, match="has no model someone/else"):
        await download(OnnxCaptioner(worker, "someone/else"))


async def test_a_model_of_another_kind_is_refused_before_its_weights(
    fake: FakeHub, captioner: OnnxCaptioner
) -> None:
    fake.files["config.json"] = b'{"model_type": "florence2"}'
    with pytest.raises(CaptionError, match="'florence2', which is not supported"):
        await download(captioner)
    assert not fake.ranges_of(DECODER)


async def test_a_repository_without_onnx_files_is_refused(
    fake: FakeHub, captioner: OnnxCaptioner
) -> None:
    del fake.files[ENCODER], fake.files["onnx/encoder_model.onnx"]
    with pytest.raises(CaptionError, match="no captioning model in the ONNX layout"):
        await download(captioner)


async def test_offline_mode_forbids_it(
    fake: FakeHub, captioner: OnnxCaptioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    state = await captioner.state()
    assert state.kind == "unavailable"
    assert "HF_HUB_OFFLINE" in state.reason
    with pytest.raises(CaptionError, match="HF_HUB_OFFLINE"):
        await download(captioner)
    assert not fake.requests


async def test_a_folder_is_not_downloaded(worker: OnnxWorker) -> None:
    with pytest.raises(CaptionError, match="folder"):
        await download(OnnxCaptioner(worker, "/nowhere/at all"))
