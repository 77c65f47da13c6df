"""Work for volunteers' machines: handed in, asked after, called off when nobody waits for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.http import Call, Http
from tui.adapters.providers import calls, exchange
from tui.adapters.wire import as_dict, as_text
from tui.domain.connection import Endpoint
from tui.domain.errors import (
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
    RateLimited,
)
from tui.domain.generation import GenerationEvent, GenerationRequest, Progress

POLL_SECONDS = 2.5
"""Between two questions how far the work is; the server allows one a second."""
IMPOSSIBLE_SECONDS = 60.0
"""How long to wait for a machine that can do the work, when there is none."""
MOST_FAILURES = 5
"""Questions in a row that may fail before the work is given up."""
_LONGEST_PAUSE = 60.0
_GONE = (404, 410)
_PASSING = (NetworkError, Overloaded, RateLimited, ProtocolError)

State = Literal["waiting", "processing", "done", "faulted", "cancelled"]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a piece of work is."""

    state: State
    position: int | None = None
    """Place in the queue, from 1; None where it is not told."""
    seconds: int | None = None
    """How long it may still take; None where it is not told."""
    possible: bool = True
    """Whether a machine that could do it is there."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work."""

    path: str
    """Where it is handed in and asked after, below the base address."""
    read: Callable[[Mapping[str, Any]], Standing | None]
    """Reads a status; None: it is none."""
    advice: str
    """What helps where no machine can do it, or all that tried failed."""
    question: str = "status"
    """What tells how far it is, below the path; where it is another, the result comes after it."""


@dataclass(frozen=True, slots=True)
class Result:
    """A piece of work that is done."""

    id: str
    status: Mapping[str, Any]
    """As it came: nothing in it is cleaned or of a certain type."""


class HordeJob:
    """One piece of work."""

    def __init__(
        self, endpoint: Endpoint, client: Http, work: Work, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Prepare; nothing goes over the network yet.

        Args:
            endpoint: Who it is handed to.
            client: Sends everything.
            work: What kind of work it is.
            sleep: Waits for so many seconds.
        """
        self._endpoint = endpoint
        self._client = client
        self._work = work
        self._sleep = sleep
        self._label = endpoint.provider.label
        self._over = False
        self._failures = 0
        self._pause = POLL_SECONDS
        self._hopeless = 0.0

    async def run(
        self, body: Mapping[str, object], request: GenerationRequest
    ) -> AsyncGenerator[Progress | Result, None]:
        """Hand the work in and wait until it is done: the result comes last.

        When the generator is closed before, or fails, the work is called off.

        Args:
            body: What is handed in.
            request: What it was made of.

        Raises:
            ProviderError: Refused, failed, expired, or no machine can do it.
        """
        url = f"{self._endpoint.url}{self._work.path}/async"
        call = calls.generation(self._endpoint, url, body, request)
        ticket = _Ticket(call.origin)
        try:
            async with aclosing(exchange.answer(self._client, call, ticket)) as events:
                async for event in events:
                    if isinstance(event, Progress):
                        yield event
            yield Progress(f"handed in at {self._label}")
            async with aclosing(self._follow(ticket.id)) as steps:
                async for step in steps:
                    yield step
        finally:
            if ticket.id and not self._over:
                self._client.fire(replace(self._about(ticket.id, "status"), method="DELETE"))

    async def _follow(self, name: str) -> AsyncGenerator[Progress | Result, None]:
        shown = ""
        while True:
            await self._sleep(self._pause)
            looked = await self._look(name)
            if looked is None:
                line = f"{self._label} does not answer: asking again"
            else:
                standing, status = looked
                self._judge(standing)
                if standing.state == "done":
                    yield Result(name, await self._result(name, status))
                    return
                line = self._line(standing)
            if line != shown:
                shown = line
                yield Progress(line)

    async def _result(self, name: str, status: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is made, which a short status does not hold. Raises ProviderError."""
        if self._work.question == "status":
            return status
        return as_dict(await self._client.json(replace(self._about(name, "status"), retries=2)))

    def _about(self, name: str, question: str) -> Call:
        url = f"{self._endpoint.url}{self._work.path}/{question}/{name}"
        return replace(calls.ask(self._endpoint, url), retries=0)

    async def _look(self, name: str) -> tuple[Standing, Mapping[str, Any]] | None:
        """Ask how far the work is; None when that failed in a way that may pass."""
        call = self._about(name, self._work.question)
        try:
            payload = await self._client.json(call)
            standing = self._work.read(as_dict(payload))
            if standing is None:
                raise refusal(Answer(200, payload, stray=True), call.origin)
        except ProviderError as error:
            if error.status in _GONE:
                self._over = True
                raise self._expired() from error
            self._failures += 1
            if not isinstance(error, _PASSING) or self._failures > MOST_FAILURES:
                raise
            pause = error.retry_after or POLL_SECONDS * (1 + self._failures)
            self._pause = min(_LONGEST_PAUSE, max(POLL_SECONDS, pause))
            return None
        self._failures, self._pause = 0, POLL_SECONDS
        return standing, as_dict(payload)

    def _judge(self, standing: Standing) -> None:
        """Take note of how far the work is. Raises ProviderError when it will not be done."""
        self._over = standing.state in ("done", "faulted", "cancelled")
        lost = standing.state == "waiting" and not standing.possible
        self._hopeless = self._hopeless + POLL_SECONDS if lost else 0.0
        if self._hopeless > IMPOSSIBLE_SECONDS:
            raise self._failed(f"no machine of {self._label} can do this now")
        if standing.state == "faulted":
            raise self._failed(f"the machines of {self._label} that tried this failed")
        if standing.state == "cancelled":
            raise Overloaded(
                f"{self._label} called the request off", hint="try again", provider=self._label
            )

    def _failed(self, message: str) -> Overloaded:
        return Overloaded(message, hint=self._work.advice, provider=self._label)

    def _expired(self) -> Overloaded:
        return Overloaded(
            f"{self._label} no longer has the request: it expired in the queue",
            hint="try again; with a key of your own it is served earlier",
            provider=self._label,
        )

    def _line(self, standing: Standing) -> str:
        """How far the work is, for people."""
        if standing.state == "processing":
            words = "a machine is at work"
        elif not standing.possible:
            words = "no machine there that can do it"
        elif standing.position:
            words = f"number {standing.position} in the queue"
        else:
            words = "waiting for a machine"
        time = f", about {_duration(standing.seconds)}" if standing.seconds else ""
        return f"{self._label}: {words}{time}"


class _Ticket:
    """Reads the answer to work that was handed in."""

    finished = False
    done = False

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._payload: object = None
        self.id = ""

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take the answer; an id that could lead elsewhere is none."""
        self._payload = payload
        name = as_text(as_dict(payload).get("id"))
        self.id = name if re.fullmatch(r"[\w-]{1,100}", name, re.ASCII) else ""
        return iter(())

    def finish(self) -> Iterator[GenerationEvent]:
        """Make sure that there is an id. Raises ProviderError when there is none."""
        if not self.id:
            raise refusal(Answer(200, self._payload, stray=True), self._origin)
        return iter(())


def _duration(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 6000 else "some hours"
