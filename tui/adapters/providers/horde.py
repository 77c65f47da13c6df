"""Chat models on volunteers' machines, reached through AI Horde; they answer in one piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from tui.adapters.http import Http
from tui.adapters.providers import bodies, horde_prompt
from tui.adapters.providers.horde_job import HordeJob, Result, Sleep, Standing, State, Work
from tui.adapters.providers.thinking import ThinkSplitter
from tui.adapters.wire import as_count, as_dict, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import Filtered, ImageRejected, Overloaded
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    Sampling,
    Started,
)
from tui.domain.prompt import estimate_tokens
from tui.domain.safetext import clean, clean_line

_ANSWER = 256
"""Tokens of an answer when nobody says how many; the server's own 80 end in mid-sentence."""
_SHORTEST = 16
_LONGEST = 512
"""More is asked for only where the connection says so: it costs kudos and few machines do it."""
_LEAST_CONTEXT = 2048
_MOST_CONTEXT = 32000
_BOUNDS = {
    "temperature": (0.0, 5.0),
    "top_p": (0.001, 1.0),
    "top_k": (0, 100),
    "min_p": (0.0, 1.0),
    "rep_pen": (1.0, 3.0),
}
"""Outside of these the server refuses the whole request and does not say why."""


class HordeChatModel:
    """A model at AI Horde, or any that is free."""

    def __init__(self, endpoint: Endpoint, client: Http, sleep: Sleep = asyncio.sleep) -> None:
        self._endpoint = endpoint
        self._client = client
        self._sleep = sleep

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Ask and wait in the queue. Closing the generator calls the request off.

        Raises:
            ImageRejected: Pictures are to go along.
            ProviderError: Refused, failed, expired, or no machine can do it.
        """
        label = self._endpoint.provider.label
        if any(turn.images for turn in request.turns):
            raise ImageRejected(
                f"chat models of {label} do not see pictures",
                hint="send captions only (captioning.send: caption)",
                provider=label,
            )
        body = build(self._endpoint, request)
        job = HordeJob(self._endpoint, self._client, _WORK, self._sleep)
        async with aclosing(job.run(body, request)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    yield step
                    continue
                for event in self._answer(step, request, _stops(body)):
                    yield event

    def _answer(
        self, result: Result, request: GenerationRequest, stops: list[str]
    ) -> Iterator[GenerationEvent]:
        label = self._endpoint.provider.label
        said = next(iter(items(result.status.get("generations"))), None)
        if said is None:
            raise Overloaded(
                f"{label} ended the request without an answer", hint="try again", provider=label
            )
        if censored(said):
            raise Filtered(
                f"a safety filter of {label} withheld the answer",
                hint="say it in another way, or choose another model",
                provider=label,
            )
        yield Started(result.id, clean_line(as_text(said.get("model")), 200))
        written = clean(as_text(said.get("text")))
        goes_on = horde_prompt.continues(request.turns)
        splitter = ThinkSplitter()
        yield from splitter.feed(horde_prompt.reply(written, stops, continued=goes_on))
        yield from splitter.close()
        yield Finished("stop", clean_line(as_text(said.get("state")), 60))


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form."""
    sampling = bodies.sampling(endpoint, request)
    prompt = horde_prompt.build(request.turns)
    length = _length(endpoint, sampling)
    params: dict[str, object] = {
        "n": 1,
        "max_length": length,
        "max_context_length": _context(prompt, length),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "rep_pen": sampling.repetition_penalty,
        "stop_sequence": horde_prompt.stops(request.others, sampling.stop),
    }
    body: dict[str, object] = {
        "prompt": prompt,
        "params": {key: _bounded(key, value) for key, value in params.items() if value is not None},
        "models": [endpoint.model] if endpoint.model else [],
        "trusted_workers": False,
        "slow_workers": True,
    }
    return bodies.shape(endpoint, body)


def _length(endpoint: Endpoint, sampling: Sampling) -> int:
    """How long the answer may be, in tokens."""
    asked = sampling.max_tokens or _ANSWER
    most = max(_LONGEST, endpoint.sampling.max_tokens or 0)
    return max(_SHORTEST, min(asked, most))


def _context(prompt: str, length: int) -> int:
    """How much context to ask for: a machine with less is passed over, one with more costs more."""
    size = _LEAST_CONTEXT
    while size < estimate_tokens(prompt) + length:
        size *= 2
    return min(size, _MOST_CONTEXT)


def _bounded(name: str, value: object) -> object:
    if name not in _BOUNDS or not isinstance(value, (int, float)):
        return value
    least, most = _BOUNDS[name]
    return max(least, min(value, most))


def _stops(body: Mapping[str, object]) -> list[str]:
    """The stops that were asked for in the end; the person may have changed the body."""
    asked = as_dict(body.get("params")).get("stop_sequence")
    return [stop for stop in asked if isinstance(stop, str)] if isinstance(asked, list) else []


def censored(said: Mapping[str, Any]) -> bool:
    """Whether a filter took the result, a text or a picture, away."""
    kinds = [entry.get("type") for entry in items(said.get("gen_metadata"))]
    taken = said.get("censored") is True or said.get("state") in ("censored", "csam")
    return taken or "censorship" in kinds


def standing(status: Mapping[str, Any]) -> Standing | None:
    """Read how far a generation is, of a text or a picture; None: it says nothing of that."""
    done = status.get("done")
    if not isinstance(done, bool):
        return None
    state: State = "processing" if as_count(status.get("processing")) else "waiting"
    if done:
        state = "done"
    if status.get("faulted") is True:
        state = "faulted"
    return Standing(
        state,
        as_count(status.get("queue_position")),
        as_count(status.get("wait_time")),
        status.get("is_possible") is not False,
    )


_WORK = Work(
    "/v2/generate/text",
    standing,
    "choose another model, or ask for less (max_tokens, chat.context_tokens)",
)
