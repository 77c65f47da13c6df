"""The *Local* caption source: a captioning model that runs on this machine."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

from tui.adapters.onnx import resolve
from tui.adapters.onnx.client import OnnxWorker, child_environment
from tui.adapters.onnx.wire import Fields
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, GenerationEvent, Progress, Started, TextDelta, Usage
from tui.domain.image import Image
from tui.domain.local_model import LocalModelState
from tui.domain.safetext import clean

_VERSION = 1
"""Raised when the same model captions differently, so that older captions are not taken."""
_PRIVATE = ("_API_KEY", "_SECRET", "_PASSWORD")


class OnnxCaptioner:
    """Captions with a model in the hub's ONNX layout, in the worker process."""

    takes_prompt = False

    def __init__(
        self,
        worker: OnnxWorker,
        model: str,
        *,
        dtype: str = "",
        generation: Mapping[str, int | float | bool | str] | None = None,
        checks: Path | None = None,
    ) -> None:
        """Prepare; nothing is loaded or looked for yet.

        Args:
            worker: May be shared with other sources.
            model: Hub id "org/name[@revision]" or a folder.
            dtype: Which files to prefer ("q8", "int8", "uint8", "q4", "fp16", "fp32"); anything
                else for the default order.
            generation: Values over those of the model's generation_config.json.
            checks: File that remembers which decoders passed the self-check; without one, a
                model's first caption after each start takes longer.
        """
        self._worker = worker
        self._model = model
        self._dtype = dtype
        self._generation = dict(generation or {})
        self._checks = checks

    @property
    def label(self) -> str:
        """For people."""
        return f"local: {self._model.rstrip('/').rpartition('/')[2]}"

    @property
    def model(self) -> str:
        """As the settings name it."""
        return self._model

    @property
    def fingerprint(self) -> str:
        """The files that would be loaded and how they are used; empty when they are not here."""
        found = resolve.find(self._model, self._dtype)
        if isinstance(found, LocalModelState):
            return ""
        try:
            written = [(found.folder / name).stat().st_mtime_ns for name in found.choice.weights]
        except OSError:
            return ""
        used = [_VERSION, found.request(), written, self._generation]
        return json.dumps(used, sort_keys=True)

    async def state(self) -> LocalModelState:
        """Say whether the model is ready; looks at the disk only."""
        found = await asyncio.to_thread(resolve.find, self._model, self._dtype)
        if isinstance(found, LocalModelState):
            return found
        return LocalModelState("ready", self._model)

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a caption. Models of this kind take no prompt, so it is not looked at.

        Raises:
            CaptionError: The model is not here, cannot be used, or failed.
        """
        found = await asyncio.to_thread(resolve.find, self._model, self._dtype)
        if isinstance(found, LocalModelState):
            raise _not_ready(found)
        yield Started(model=self._model)
        fields: Fields = {**found.request(), "generation": self._generation}
        fields["checks"] = str(self._checks) if self._checks else ""
        async with aclosing(self._worker.run("caption", fields, image.data)) as replies:
            async for reply in replies:
                event = _event(reply)
                if event is not None:
                    yield event

    async def download(self) -> AsyncGenerator[Progress, None]:
        """Fetch the model into the hub's cache; can be cancelled and gone on with later.

        Raises:
            CaptionError: The hub cannot be reached, has no such model, or the disk is full.
        """
        identity = resolve.split_id(self._model)
        if identity is None:
            raise CaptionError(f"{self._model} is a folder, not a model to download")
        process = OnnxWorker(
            idle_seconds=0, module="tui.adapters.onnx.download", environment=_download_environment
        )
        fields = {"repository": identity[0], "revision": identity[1], "dtype": self._dtype}
        yield Progress("asking the hub")
        try:
            async with aclosing(process.run("download", fields)) as replies:
                async for reply in replies:
                    yield _download_progress(reply)
        finally:
            await process.aclose()


def _event(reply: Fields) -> GenerationEvent | None:
    kind = reply.get("kind")
    if kind == "loading":
        return Progress("loading the model")
    if kind == "step":
        return Progress("captioning", reply["done"], reply["total"], "tokens")
    if kind == "text":
        return TextDelta(clean(reply["delta"]))
    if kind == "finished":
        usage = Usage(output=reply["tokens"])
        return Finished("stop" if reply["reason"] == "stop" else "length", usage=usage)
    return None


def _download_progress(reply: Fields) -> Progress:
    return Progress("downloading", reply.get("done", 0), reply["total"], "bytes")


def _not_ready(state: LocalModelState) -> CaptionError:
    if state.plan is not None:
        hint = f"Download it in the app, or run: {state.plan.command}"
        return CaptionError(f"{state.model} is not on this machine yet", hint=hint)
    return CaptionError(f"{state.model} cannot be used: {state.reason}", hint=state.hint)


def _download_environment() -> dict[str, str]:
    """Return the environment for the download: everything but other services' keys."""
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().endswith(_PRIVATE)
    }
    own = {
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    return child_environment({**kept, **own})
