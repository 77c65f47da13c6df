"""Fetches a model to an Ollama: it downloads by itself and tells line by line how far it is."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from tui.adapters import complaints
from tui.adapters.failures import Answer, Origin, own_words, refusal
from tui.adapters.http import READ_SECONDS, Call, Http, not_json
from tui.adapters.providers import calls
from tui.adapters.sse import NdjsonParser
from tui.adapters.wire import as_count, as_dict, as_text, parse
from tui.domain.connection import Endpoint
from tui.domain.errors import (
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
)
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

_KEPT = "what came is kept: pulling again goes on from there"
_ABSENT = re.compile(r"file does not exist|invalid model (name|path)")
_HINTS = (
    ("newer version", "update Ollama there, then pull again"),
    ("no space left", "make room on its disk; what came is kept, and pulling again goes on"),
)
"""What some troubles ask for."""


async def pull(endpoint: Endpoint, model: str, client: Http) -> AsyncGenerator[Progress, None]:
    """Fetch a model; closing the generator pauses, a next time goes on from there.

    Args:
        endpoint: The server.
        model: As its library lists it: "llava", "gemma3:12b".
        client: Sends the request.

    Raises:
        ModelNotFound: The library has no such model.
        NetworkError: It ended before the model was whole.
        ProviderError: The server could not fetch it.
    """
    name = model.strip()
    call = _call(endpoint, name)
    lines = NdjsonParser()
    reader = _StatusReader(call.origin)
    async with aclosing(_bytes(client, call)) as stream:
        async for chunk in stream:
            if isinstance(chunk, Progress):
                yield chunk
                continue
            for line in lines.feed(chunk):
                for event in reader.read(line):
                    yield event
            if reader.done:
                return
    for line in lines.close():
        for event in reader.read(line, torn=True):
            yield event
    reader.finish()


def _call(endpoint: Endpoint, name: str) -> Call:
    """The request; a server on one's own machine may be silent while it compares digests."""
    body = {"model": name, "stream": True}
    call = calls.ask(replace(endpoint, model=name), f"{endpoint.url}/api/pull", body)
    return replace(call, read_seconds=None if call.origin.local else READ_SECONDS)


async def _bytes(client: Http, call: Call) -> AsyncGenerator[Progress | bytes, None]:
    """The answer's bytes; a refusal that is about the name says so."""
    try:
        async with aclosing(client.stream(call)) as stream:
            async for chunk in stream:
                yield chunk
    except ProviderError as error:
        if isinstance(error, ModelNotFound) or _ABSENT.search(error.message):
            raise _missing(call.origin) from error
        raise


def _missing(origin: Origin) -> ModelNotFound:
    return ModelNotFound(
        f"{origin.label} finds no model “{clean_line(origin.model, 80)}” to fetch",
        hint="check the name: ollama.com/library lists them, some with a tag as in gemma3:12b",
        provider=origin.label,
    )


class _StatusReader:
    """Turns the lines of one pull into progress and remembers whether it succeeded."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._layers: dict[str, tuple[int, int]] = {}
        """Bytes of each digest that came, and its size."""
        self._began = False
        self.done = False

    def read(self, line: str, *, torn: bool = False) -> Iterator[Progress]:
        """Take one line.

        Args:
            line: One JSON object.
            torn: Whether the connection ended without ending the line.

        Raises:
            ProviderError: The line is an error, or no JSON.
        """
        try:
            said = as_dict(parse(line))
        except ValueError as error:
            if torn and line.startswith("{"):
                raise self._broken_off() from error
            raise self._unreadable(line) from error
        if said.get("error"):
            raise self._failed(said)
        self._began = True
        status = clean_line(as_text(said.get("status")), 120)
        digest = as_text(said.get("digest"))
        if digest:
            yield self._layer(digest, said)
        elif status == "success":
            self.done = True
        elif status:
            yield Progress(status)

    def finish(self) -> None:
        """Make sure that it succeeded.

        Raises:
            ProtocolError: Nothing came at all.
            NetworkError: It ended early.
        """
        if self.done:
            return
        if self._began:
            raise self._broken_off()
        raise ProtocolError(
            f"{self._origin.host} sent an empty answer",
            hint="is it Ollama that listens there?",
            provider=self._origin.label,
        )

    def _layer(self, digest: str, said: Mapping[str, Any]) -> Progress:
        before, size = self._layers.get(digest, (0, 0))
        size = as_count(said.get("total")) or size
        came = min(as_count(said.get("completed")) or before, size)
        self._layers[digest] = came, size
        label = f"fetching {clean_line(self._origin.model, 80)}"
        total = sum(size for _, size in self._layers.values())
        done = sum(came for came, _ in self._layers.values())
        return Progress(label, float(done), float(total) if total else None, "bytes")

    def _failed(self, said: Mapping[str, Any]) -> ProviderError:
        origin = self._origin
        error = refusal(Answer(200, said), origin)
        if isinstance(error, ModelNotFound) or _ABSENT.search(error.message):
            return _missing(origin)
        if not isinstance(error, Overloaded):
            return error
        detail = own_words(complaints.read(said), origin)
        return ProviderError(
            f"{origin.label} could not fetch “{clean_line(origin.model, 80)}” ({detail})",
            hint=next((hint for sign, hint in _HINTS if sign in detail), _KEPT),
            provider=origin.label,
        )

    def _broken_off(self) -> NetworkError:
        origin = self._origin
        return NetworkError(
            f"{origin.label} stopped before “{clean_line(origin.model, 80)}” was whole",
            hint=_KEPT,
            provider=origin.label,
        )

    def _unreadable(self, line: str) -> ProviderError:
        if not self._began:
            return not_json(line.encode("utf-8", "replace"), self._origin)
        return ProtocolError(
            f"{self._origin.host} sent a torn line", hint=_KEPT, provider=self._origin.label
        )
