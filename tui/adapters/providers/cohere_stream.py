"""Reads the events of an answer of Cohere's, or a whole answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.wire import as_count, as_dict, as_text, items
from tui.domain.errors import Filtered, ProtocolError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    ReasoningDelta,
    Started,
    TextDelta,
    Usage,
)
from tui.domain.safetext import clean, clean_line

_REASONS: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "ERROR_TOXIC": "content_filter",
    "USER_CANCEL": "cancelled",
    "TOOL_CALL": "error",
}
"""A tool is called that nobody offered: that is a failure of the model."""
_BROKEN = ("ERROR", "TIMEOUT")
"""How reasons begin that are failures of the server."""


class ChatReader:
    """Turns the events of one answer into ours and remembers how it ended."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._usage: Usage | None = None
        self._started = False
        self._spoke = False
        self._raw = ""
        self._why = ""
        self.done = False
        """Whether the server said that the message is over."""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped: with the last event it says everything."""
        return self.done

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take one event, or a whole answer.

        Raises:
            ProviderError: It is an error.
        """
        value = as_dict(payload)
        kind = as_text(value.get("type")) or event
        told = isinstance(value.get("message"), str) or (value.get("detail") and not kind)
        if kind == "error" or value.get("error") or told:
            raise refusal(Answer(200, value or payload), self._origin)
        delta = as_dict(value.get("delta"))
        match kind:
            case "message-start" | "content-start" | "content-delta":
                yield from self._start(value)
                yield from self._content(delta)
            case "message-end":
                yield from self._start(value)
                self._end(delta)
            case _ if isinstance(value.get("message"), dict):
                yield from self._start(value)
                yield from self._content(value)
                self._end(value)

    def finish(self) -> Iterator[GenerationEvent]:
        """Give how the answer ended.

        Raises:
            ProviderError: There was no answer at all, or the server says why it gives none.
        """
        if not self._started:
            raise ProtocolError(
                f"{self._origin.host} sent an empty answer",
                hint="check the address: it is written without a path",
                provider=self._origin.label,
            )
        word = self._raw.upper()
        reason = _REASONS.get(word)
        if reason is None and (self._why or word.startswith(_BROKEN)):
            words = self._why or f"the server stopped with “{self._raw}”"
            raise refusal(Answer(200, {"message": words}), self._origin)
        if reason == "content_filter" and not self._spoke:
            told = ": ".join(filter(None, (self._raw, self._why)))
            raise Filtered(
                f"a filter of {self._origin.label} stopped the answer ({told})",
                hint="change the message, or use another model",
                provider=self._origin.label,
            )
        yield Finished(reason or ("stop" if self.done else "incomplete"), self._raw, self._usage)

    def _start(self, value: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        if not self._started:
            self._started = True
            yield Started(clean_line(as_text(value.get("id")), 200))

    def _content(self, said: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        """The content of a message, or more of it: one part, or a list of them."""
        content = as_dict(said.get("message")).get("content")
        for part in items(content if isinstance(content, list) else [content]):
            if thought := clean(as_text(part.get("thinking"))):
                yield ReasoningDelta(thought)
            if text := clean(as_text(part.get("text"))):
                self._spoke = True
                yield TextDelta(text)

    def _end(self, said: Mapping[str, Any]) -> None:
        self.done = True
        self._raw = clean_line(as_text(said.get("finish_reason")), 60) or self._raw
        self._why = clean_line(as_text(said.get("error")).strip(), 300).rstrip(".") or self._why
        self._usage = _usage(as_dict(said.get("usage"))) or self._usage


def _usage(usage: Mapping[str, Any]) -> Usage | None:
    """What was counted; where that is not told, what has to be paid for."""
    counted, billed = as_dict(usage.get("tokens")), as_dict(usage.get("billed_units"))
    sides = []
    for name in ("input_tokens", "output_tokens"):
        count = as_count(counted.get(name))
        sides.append(as_count(billed.get(name)) if count is None else count)
    return None if sides == [None, None] else Usage(*sides)
