"""Finding a model's files without the hub's code."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import try_to_load_from_cache
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.onnx.tiny import MODEL
from tui.adapters.onnx import layout, resolve
from tui.adapters.onnx.resolve import LocalModel
from tui.domain.local_model import LocalModelState

SETTINGS = ("config.json", "preprocessor_config.json", "tokenizer.json")


def names(*more: str) -> set[str]:
    return {*SETTINGS, *more}


def test_the_quantized_merged_decoder_is_preferred() -> None:
    choice = layout.choose(
        names(
            "onnx/encoder_model.onnx",
            "onnx/encoder_model_quantized.onnx",
            "onnx/decoder_model_merged.onnx",
            "onnx/decoder_model_merged_quantized.onnx",
            "onnx/decoder_model_quantized.onnx",
            "onnx/decoder_with_past_model_quantized.onnx",
        )
    )
    assert choice.encoder == "onnx/encoder_model_quantized.onnx"
    assert choice.decoder == "onnx/decoder_model_merged_quantized.onnx"
    assert choice.decoder_with_past == ""


def test_a_wish_wins_and_each_part_may_differ() -> None:
    there = names(
        "onnx/encoder_model_fp16.onnx",
        "onnx/encoder_model.onnx",
        "onnx/decoder_model_merged.onnx",
        "onnx/decoder_model_merged_quantized.onnx",
    )
    assert layout.choose(there, "fp32").encoder == "onnx/encoder_model.onnx"
    assert layout.choose(there).encoder == "onnx/encoder_model_fp16.onnx"
    assert layout.choose(there, "q4").decoder == "onnx/decoder_model_merged_quantized.onnx"


def test_split_decoders_and_files_beside_are_found() -> None:
    choice = layout.choose(
        names(
            "encoder_model.onnx",
            "decoder_model.onnx",
            "decoder_model.onnx_data",
            "decoder_model.onnx_data_1",
            "decoder_with_past_model.onnx",
            "decoder_model_fp16.onnx_data",
            "pytorch_model.bin",
        )
    )
    assert choice.decoder_with_past == "decoder_with_past_model.onnx"
    assert choice.data == ("decoder_model.onnx_data", "decoder_model.onnx_data_1")


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ({"config.json"}, "preprocessor_config.json"),
        ({"config.json", "preprocessor_config.json"}, "tokenizer.json"),
        (names("onnx/decoder_model_merged.onnx"), "encoder_model"),
        (names("onnx/encoder_model.onnx"), "decoder_model_merged"),
        (names("onnx/encoder_model.onnx", "onnx/decoder_model.onnx"), "split"),
    ],
)
def test_what_is_missing_is_named(there: set[str], missing: str) -> None:
    with pytest.raises(layout.LayoutError, match=missing):
        layout.choose(there)


@given(st.sets(st.text(max_size=20)), st.text(max_size=8))
def test_any_listing_is_answered(there: set[str], dtype: str) -> None:
    with pytest.raises(layout.LayoutError):
        layout.choose(there, dtype)


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        ("Xenova/vit-gpt2-image-captioning", ("Xenova/vit-gpt2-image-captioning", "main")),
        ("a/b@v1.0", ("a/b", "v1.0")),
        ("a", None),
        ("a/b/c", None),
        ("../b", None),
        ("a/..", None),
        ("/etc/passwd", None),
        ("a/b@../../x", None),
        ("a/b --config x", None),
        ("", None),
    ],
)
def test_hub_ids_are_told_from_everything_else(model: str, parts: tuple[str, str] | None) -> None:
    assert resolve.split_id(model) == parts


@given(st.text(max_size=40))
def test_any_name_is_answered(model: str) -> None:
    found = resolve.find(model)
    assert isinstance(found, LocalModelState | LocalModel)


def test_a_folder_is_used_as_it_is() -> None:
    found = resolve.find(str(MODEL))
    assert isinstance(found, LocalModel)
    assert found.size == sum((MODEL / name).stat().st_size for name in found.choice.weights)


def test_the_cache_is_where_the_hubs_library_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert resolve.hub_cache() == Path("~/.cache/huggingface/hub").expanduser()
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert resolve.hub_cache() == Path("/x/huggingface/hub")
    monkeypatch.setenv("HF_HOME", "~/y")
    assert resolve.hub_cache() == Path("~/y/hub").expanduser()
    monkeypatch.setenv("HF_HUB_CACHE", "/z")
    assert resolve.hub_cache() == Path("/z")


def fill_cache(hub: Path, name: str, commit: str) -> Path:
    root = hub / ("models--" + name.replace("/", "--"))
    snapshot = root / "snapshots" / commit
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(commit)
    for file in MODEL.rglob("*"):
        if file.is_file():
            target = snapshot / file.relative_to(MODEL)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(file)
    return snapshot


def test_a_cached_model_is_found_as_the_hubs_library_finds_it(hub: Path) -> None:
    commit = "c" * 40
    snapshot = fill_cache(hub, "some/model", commit)
    for wanted in ("some/model", f"some/model@{commit}"):
        found = resolve.find(wanted)
        assert isinstance(found, LocalModel)
        assert found.folder == snapshot
    theirs = try_to_load_from_cache("some/model", "config.json", cache_dir=hub)
    assert theirs == str(snapshot / "config.json")


def test_half_a_download_is_yet_to_be_fetched(hub: Path) -> None:
    snapshot = fill_cache(hub, "some/model", "c" * 40)
    (snapshot / "onnx" / "encoder_model.onnx").unlink()
    (snapshot / "onnx" / "encoder_model_quantized.onnx").unlink()
    found = resolve.find("some/model")
    assert isinstance(found, LocalModelState)
    assert found.kind == "needs_download"


def test_a_reference_that_leads_out_of_the_cache_is_not_followed(hub: Path) -> None:
    fill_cache(hub, "some/model", "c" * 40)
    (hub / "models--some--model" / "refs" / "main").write_text("../../../../etc")
    found = resolve.find("some/model")
    assert isinstance(found, LocalModelState)
    assert found.kind == "needs_download"


def test_a_folder_that_is_no_model_says_what_is_missing(tmp_path: Path) -> None:
    found = resolve.find(str(tmp_path))
    assert isinstance(found, LocalModelState)
    assert found.kind == "unavailable"
    assert "config.json is missing" in found.reason
