"""From what the settings name to files on this disk, without a network and without the hub's code.

The hub's cache is read as it lies on disk (`models--org--name/refs`, `snapshots`), because
importing its library costs more than everything else here together.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.adapters.onnx import layout
from tui.domain.local_model import DownloadPlan, LocalModelState

DEFAULT_MODEL = "Xenova/vit-gpt2-image-captioning"
KNOWN_SIZES = {DEFAULT_MODEL: 246_000_000}
"""Bytes to download, for the question before it; measured once."""
SUPPORTED = "vision-encoder-decoder"
MAX_JSON = 32 * 1024 * 1024
MAX_WEIGHTS = 4 * 1024**3
_BY_HAND = (
    "config.json generation_config.json preprocessor_config.json tokenizer.json"
    " onnx/encoder_model_quantized.onnx onnx/decoder_model_merged_quantized.onnx"
)

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model whose files are all here."""

    name: str
    """As the settings name it."""
    folder: Path
    choice: layout.Choice
    size: int
    """Bytes of the weights."""

    def request(self) -> dict[str, Any]:
        """Return the fields from which the worker loads it; local paths only."""
        return {
            "folder": str(self.folder),
            "encoder": self.choice.encoder,
            "decoder": self.choice.decoder,
            "decoder_with_past": self.choice.decoder_with_past,
            "size": self.size,
        }


def hub_cache() -> Path:
    """Return the folder in which the hub's own tools keep models."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.path.expandvars(os.environ[variable])).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or str(Path(cache) / "huggingface")
    return Path(os.path.expandvars(home)).expanduser() / "hub"


def split_id(model: str) -> tuple[str, str] | None:
    """Return repository and revision of a hub id "org/name[@revision]"; None if it is none."""
    if _ID.fullmatch(model) is None or ".." in model or "--" in model:
        return None
    name, _, revision = model.partition("@")
    return name, revision or "main"


def find(model: str, dtype: str = "") -> LocalModel | LocalModelState:
    """Look for a model on this disk.

    Args:
        model: Hub id "org/name[@revision]" or a folder. A folder that exists wins.
        dtype: A key of `layout.SUFFIXES` to try first, or empty.

    Returns:
        The model, or why it cannot be used as it is.
    """
    if not model.strip() or "\0" in model:
        return _unavailable(model, "no model is named", f"The default is {DEFAULT_MODEL}")
    folder = Path(os.path.expanduser(model))  # noqa: PTH111 - pathlib's fails for an unknown user
    try:
        return _open(model, folder, dtype) if folder.is_dir() else _cached(model, dtype)
    except OSError as error:
        return _unavailable(model, f"its files cannot be read ({error.strerror or 'error'})")


def _cached(model: str, dtype: str) -> LocalModel | LocalModelState:
    """Look for a hub id in the hub's cache."""
    identity = split_id(model)
    if identity is None:
        return _unavailable(model, "there is no such folder and it is no hub id")
    snapshot = _snapshot(*identity)
    found = _open(model, snapshot, dtype) if snapshot else None
    if found is None or (isinstance(found, LocalModelState) and found.hint == _INCOMPLETE):
        return _to_fetch(model, *identity)
    return found


_INCOMPLETE = "some of its files are not there"


def _open(model: str, folder: Path, dtype: str) -> LocalModel | LocalModelState:
    names = {
        path.relative_to(folder).as_posix()
        for pattern in ("*", "onnx/*")
        for path in folder.glob(pattern)
        if path.is_file()
    }
    config = _json(folder / "config.json") if "config.json" in names else {}
    if config is None:
        return _unavailable(model, "its config.json is not readable")
    kind = config.get("model_type", SUPPORTED)
    if kind != SUPPORTED:
        return _unavailable(
            model,
            f"models of type {str(kind)[:40]!r} are not supported",
            f"Choose one of type {SUPPORTED}, such as {DEFAULT_MODEL}",
        )
    try:
        choice = layout.choose(names, dtype)
    except layout.LayoutError as error:
        return _unavailable(model, str(error), _INCOMPLETE)
    settings = (folder / name for name in choice.settings)
    if any(path.stat().st_size > MAX_JSON for path in settings):
        return _unavailable(model, "one of its settings files is larger than 32 MB")
    size = sum((folder / name).stat().st_size for name in choice.weights)
    if size > MAX_WEIGHTS:
        return _unavailable(model, "its weights are larger than 4 GB")
    return LocalModel(model, folder, choice, size)


def _snapshot(name: str, revision: str) -> Path | None:
    """Return the folder of a revision in the hub's cache, or None."""
    root = hub_cache() / ("models--" + name.replace("/", "--"))
    reference = root / "refs" / revision
    if reference.is_file() and reference.stat().st_size < 1000:
        revision = reference.read_text(encoding="utf-8").strip()
    if re.fullmatch(r"[\w.-]+", revision) is None:
        return None
    folder = root / "snapshots" / revision
    return folder if folder.is_dir() else None


def _to_fetch(model: str, name: str, revision: str) -> LocalModelState:
    at = "" if revision == "main" else f" --revision {shlex.quote(revision)}"
    plan = DownloadPlan(
        model=model,
        files=(),
        total_bytes=KNOWN_SIZES.get(model),
        folder=hub_cache(),
        command=f"hf download {shlex.quote(name)}{at} {_BY_HAND}",
    )
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return _unavailable(
            model,
            f"it is not in {plan.folder} and HF_HUB_OFFLINE forbids downloading it",
            f"Unset HF_HUB_OFFLINE, or on a machine with a network: {plan.command}",
        )
    return LocalModelState("needs_download", model, plan, reason="it is not on this machine yet")


def _unavailable(model: str, reason: str, hint: str = "") -> LocalModelState:
    return LocalModelState("unavailable", model, reason=reason, hint=hint)


def _json(path: Path) -> dict[str, Any] | None:
    if path.stat().st_size > MAX_JSON:
        return None
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
