"""A workflow at work in ComfyUI: handed in, asked after, called off when nobody waits for it.

Source of the format: ComfyUI's own server (`/prompt`, `/queue`, `/history`). How far a step is it
tells on a websocket only, which nothing else here needs; so place and state show.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

from tui.adapters.failures import Answer, refusal
from tui.adapters.http import Call, Http
from tui.adapters.providers import calls
from tui.adapters.wire import as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest, NetworkError, Overloaded, ProtocolError, ProviderError
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

POLL_SECONDS = 1.0
"""Between two questions how far the picture is, in the long run."""
_FIRST_SECONDS = 0.05
"""Before the first one: what a server has made before it gives again at once."""
MOST_FAILURES = 5
"""Questions in a row that may fail before the work is given up."""
_FORGOTTEN = 10
"""Questions in a row to which the server knows nothing of the work."""

State = Literal["", "queued", "running"]


class ComfyJob:
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
        # An id of one's own, where the server takes it, calls off what it has not answered to yet.
        name = str(uuid4())
        try:
            name = await self._hand_in({**body, "prompt_id": name})
            yield Progress(f"handed in at {self._origin.label}")
            async with aclosing(self._follow(name)) as steps:
                async for step in steps:
                    yield step
        finally:
            if not self._over:
                self._call_off(name)

    async def _hand_in(self, body: Mapping[str, object]) -> str:
        call = calls.making(self._endpoint, f"{self._endpoint.url}/prompt", body)
        try:
            payload = await self._client.json(call)
        except ProviderError:
            self._over = True
            raise
        name = as_text(as_dict(payload).get("prompt_id"))
        if not re.fullmatch(r"[\w-]{1,100}", name, re.ASCII):
            self._over = True
            raise refusal(Answer(200, payload, stray=True), call.origin)
        return name

    async def _follow(self, name: str) -> AsyncGenerator[Progress | Mapping[str, Any], None]:
        shown, failures, unknown = "", 0, 0
        pause = min(_FIRST_SECONDS, self._pause)
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._pause)
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
