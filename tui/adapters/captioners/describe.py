"""The *Describe* caption source: says what is certain of a picture, without a download."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Protocol

from tui.adapters.captioners.description import describe
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, GenerationEvent, Progress, Started, TextDelta
from tui.domain.image import Image

LABEL = "offline description"
MODEL = "EfficientNet-Lite0"
VERSION = "1"
"""Raised when the same picture is described in other words than before."""


class Worker(Protocol):
    """The part of `OnnxWorker` that is needed here."""

    def run(
        self, op: str, fields: dict[str, Any], data: bytes = b""
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Run an operation and yield its replies. Raises CaptionError."""
        ...


class DescribeCaptioner:
    """Describes pictures by their pixels, their metadata and a small classifier."""

    takes_prompt = False
    fingerprint = f"describe {VERSION}"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @property
    def label(self) -> str:
        """For people."""
        return LABEL

    @property
    def model(self) -> str:
        """The classifier that names the likeliest thing."""
        return MODEL

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Describe the picture; the prompt is not looked at, for this source cannot answer.

        Raises:
            CaptionError: The worker failed.
        """
        yield Started(model=MODEL)
        findings: dict[str, Any] | None = None
        async with aclosing(self._worker.run("describe", {}, image.data)) as replies:
            async for reply in replies:
                if "stage" in reply:
                    yield Progress(str(reply["stage"]))
                findings = reply.get("findings", findings)
        if findings is None:
            raise CaptionError("the picture could not be described", hint="try again")
        yield TextDelta(describe(image, findings))
        yield Finished("stop")
