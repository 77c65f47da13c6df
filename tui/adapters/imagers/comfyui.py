"""Pictures by ComfyUI: a workflow, with the wish in its placeholders, and the picture it saves."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tui.adapters.http import Http
from tui.adapters.imagers import pictures, wishes, workflow
from tui.adapters.imagers.comfyui_job import POLL_SECONDS, ComfyJob
from tui.adapters.providers import bodies, calls, comfyui_models
from tui.adapters.wire import as_text
from tui.domain.connection import Endpoint
from tui.domain.errors import ModelNotFound
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Wish
from tui.paths import shipped

_WORKFLOW = "workflow"


class ComfyImages:
    """A server that runs workflows."""

    def __init__(
        self, endpoint: Endpoint, client: Http, folder: Path, pause: float = POLL_SECONDS
    ) -> None:
        """Make it; nothing goes over the network yet.

        Args:
            endpoint: Where it is.
            client: Sends the requests.
            folder: The person's own workflows.
            pause: Seconds between two questions how far the picture is.
        """
        self._endpoint = endpoint
        self._client = client
        self._folder = folder
        self._pause = pause
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture. Closing the generator takes the work out of the queue, or stops it.

        Raises:
            ConfigError: There is no such workflow, or it has a placeholder without a value.
            ProviderError: Refused, failed, broken off, or what came is no picture.
        """
        graph = await asyncio.to_thread(self._load, wish)
        seed = wishes.seed_of(wish)
        values = await self._values(graph, wish, seed)
        body = bodies.shape(
            replace(self._endpoint, drop_body=(*self._endpoint.drop_body, _WORKFLOW)),
            {"prompt": workflow.filled(graph, values), "client_id": secrets.token_hex(16)},
        )
        job = ComfyJob(self._endpoint, self._client, self._pause)
        async with aclosing(job.run(body)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    yield step
                    continue
                yield Made(await self._view(step), seed)

    def _load(self, wish: Wish) -> workflow.Graph:
        added = self._endpoint.add_body.get(_WORKFLOW)
        name = dict(wish.extra).get(_WORKFLOW, "")
        if not name and isinstance(added, Mapping):
            return workflow.checked(dict(added), "the connection's workflow")
        return workflow.load(name or as_text(added), self._folder, shipped("workflows"))

    async def _values(self, graph: workflow.Graph, wish: Wish, seed: int) -> dict[str, object]:
        """What the placeholders stand for; those without a value are not among them."""
        extra = dict(wish.extra)
        skip = wishes.whole(extra, "skip")
        model = wishes.model_of(self._endpoint, wish)
        if not model and "model" in workflow.placeholders(graph):
            model = await self._first_model()
        values: dict[str, object] = {
            **extra,
            "prompt": wish.prompt,
            "negative_prompt": wish.negative,
            "model": model,
            "sampler": wish.sampler or "euler",
            "scheduler": wish.scheduler or "normal",
            "steps": wish.steps,
            "scale": wish.cfg,
            "width": wish.width,
            "height": wish.height,
            "seed": seed,
            "denoise": wishes.number(extra, "denoise") or 1.0,
            "clip_skip": -(skip or 1),
        }
        values.pop(_WORKFLOW, None)
        return values

    async def _first_model(self) -> str:
        models = await comfyui_models.models(self._endpoint, self._client)
        if not models:
            raise ModelNotFound(
                f"{self._origin.label} has no model",
                hint="put a checkpoint into its folder models/checkpoints",
                provider=self._origin.label,
            )
        return models[0].id

    async def _view(self, image: Mapping[str, Any]) -> bytes:
        names = ("filename", "subfolder", "type")
        told = {name: as_text(image.get(name)) for name in names}
        query = urlencode(told, errors="replace")
        call = calls.making(
            self._endpoint, f"{self._endpoint.url}/view?{query}", headers={"Accept": "image/*"}
        )
        data = b""
        async with aclosing(pictures.body_of(self._client, call)) as steps:
            async for step in steps:
                data = step if isinstance(step, bytes) else data
        return pictures.checked(data, self._origin)
