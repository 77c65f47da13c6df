"""Pictures by ComfyUI: a workflow is handed in, asked after, and its picture fetched.

Source of the format: ComfyUI's own server (`/prompt`, `/queue`, `/history`, `/view`). How far a
step is it tells on a websocket only, which nothing else here needs; so place and state show.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from tui.adapters.failures import Answer, refusal
from tui.adapters.http import Call, Http
from tui.adapters.imagers import pictures, wishes, workflow
from tui.adapters.providers import bodies, calls, comfyui_models
from tui.adapters.wire import as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import (
    BadRequest,
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
)
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Wish
from tui.domain.safetext import clean_line
from tui.paths import shipped

POLL_SECONDS = 1.0
"""Between two questions how far the picture is."""
MOST_FAILURES = 5
"""Questions in a row that may fail before the work is given up."""
_FORGOTTEN = 10
"""Questions in a row to which the server knows nothing of the work."""
_WORKFLOW = "workflow"

State = Literal["", "queued", "running"]


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
        job = _Job(self._endpoint, self._client, self._pause)
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
        query = urlencode({name: as_text(image.get(name)) for name in names})
        call = calls.making(
            self._endpoint, f"{self._endpoint.url}/view?{query}", headers={"Accept": "image/*"}
        )
        data = b""
        async with aclosing(pictures.body_of(self._client, call)) as steps:
            async for step in steps:
                data = step if isinstance(step, bytes) else data
        return pictures.checked(data, self._origin)


class _Job:
    """One workflow at work."""

    def __init__(self, endpoint: Endpoint, client: Http, pause: float) -> None:
        self._endpoint = endpoint
        self._client = client
        self._pause = pause
        self._origin = calls.origin_of(endpoint)
        self._state: State = ""
        self._over = False

    async def run(
        self, body: Mapping[str, object]
    ) -> AsyncGenerator[Progress | Mapping[str, Any], None]:
        """Hand it in and wait: where the picture is comes last. Raises ProviderError."""
        name = await self._hand_in(body)
        try:
            yield Progress(f"handed in at {self._origin.label}")
            async with aclosing(self._follow(name)) as steps:
                async for step in steps:
                    yield step
        finally:
            if not self._over:
                self._call_off(name)

    async def _hand_in(self, body: Mapping[str, object]) -> str:
        call = calls.making(self._endpoint, f"{self._endpoint.url}/prompt", body)
        payload = await self._client.json(call)
        name = as_text(as_dict(payload).get("prompt_id"))
        if not re.fullmatch(r"[\w-]{1,100}", name, re.ASCII):
            raise refusal(Answer(200, payload, stray=True), call.origin)
        return name

    async def _follow(self, name: str) -> AsyncGenerator[Progress | Mapping[str, Any], None]:
        shown, failures, unknown = "", 0, 0
        while True:
            await asyncio.sleep(self._pause)
            try:
                entry = as_dict(as_dict(await self._ask(f"/history/{name}")).get(name))
                line = "" if entry else await self._standing(name)
            except (NetworkError, Overloaded):
                failures += 1
                if failures > MOST_FAILURES:
                    raise
                continue
            if entry:
                self._over = True
                yield self._picture(entry)
                return
            failures, unknown = 0, 0 if self._state else unknown + 1
            if unknown > _FORGOTTEN:
                raise Overloaded(
                    f"{self._origin.label} no longer has the work",
                    hint="was it started again? Try again",
                    provider=self._origin.label,
                )
            if line and line != shown:
                shown = line
                yield Progress(line)

    def _ask_call(self, path: str, body: Mapping[str, object] | None = None) -> Call:
        return replace(calls.ask(self._endpoint, self._endpoint.url + path, body), retries=0)

    async def _ask(self, path: str) -> object:
        return await self._client.json(self._ask_call(path))

    async def _standing(self, name: str) -> str:
        """Where it is, for people."""
        queue = as_dict(await self._ask("/queue"))
        running, waiting = _names(queue.get("queue_running")), _names(queue.get("queue_pending"))
        label = self._origin.label
        if name in running:
            self._state = "running"
            return f"{label} is at work"
        self._state = "queued" if name in waiting else ""
        if not self._state:
            return ""
        return f"{label}: number {waiting.index(name) + 1} in the queue"

    def _call_off(self, name: str) -> None:
        """Leave the queue; interrupt only what is or may be at work, for it could be another's."""
        self._client.fire(self._ask_call("/queue", {"delete": [name]}))
        if self._state != "queued":
            self._client.fire(self._ask_call("/interrupt", {"prompt_id": name}))

    def _picture(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first picture that was saved, else a preview. Raises ProviderError."""
        status = as_dict(entry.get("status"))
        if status.get("status_str") == "error":
            raise self._failure(status)
        found = [
            image
            for output in as_dict(entry.get("outputs")).values()
            for image in items(as_dict(output).get("images"))
            if as_text(image.get("filename"))
        ]
        if not found:
            raise ProtocolError(
                f"{self._origin.label}'s workflow saved no picture",
                hint="it needs a node SaveImage; the same seed again may give nothing new",
                provider=self._origin.label,
            )
        return next((image for image in found if image.get("type") == "output"), found[0])

    def _failure(self, status: Mapping[str, Any]) -> ProviderError:
        label = self._origin.label
        told = dict(_told(status))
        if "execution_interrupted" in told and "execution_error" not in told:
            return Overloaded(
                f"{label} was told to stop by somebody else", hint="try again", provider=label
            )
        said = told.get("execution_error", {})
        kind = as_text(said.get("exception_type"))
        if "OutOfMemory" in kind:
            return Overloaded(
                f"{label} ran out of graphics memory",
                hint="ask for a smaller picture",
                provider=label,
            )
        node = clean_line(as_text(said.get("node_type")), 60)
        words = clean_line(as_text(said.get("exception_message")).strip(), 300)
        facts = ": ".join(filter(None, (node, words)))
        return BadRequest(
            f"{label}'s workflow failed" + (f" ({facts})" if facts else ""),
            hint="run it in ComfyUI once, or use another workflow",
            provider=label,
        )


def _told(status: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The messages of a run: kind and what is said."""
    for message in as_list(status.get("messages")):
        match message:
            case [str(kind), dict(said), *_]:
                yield kind, said


def _names(queue: object) -> list[str]:
    """The ids of a queue, in the order of their turn."""
    entries = [each for each in as_list(queue) if isinstance(each, list) and len(each) > 1]
    entries.sort(key=lambda each: each[0] if isinstance(each[0], (int, float)) else 0)
    return [as_text(each[1]) for each in entries]
