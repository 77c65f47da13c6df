"""Reads the events of the Messages protocol, or a whole message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.wire import as_count, as_dict, as_text, items
from tui.domain.errors import ContextTooLong, Filtered, ProtocolError
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
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class MessageReader:
    """Turns the events of one answer into ours and remembers how it ended."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._usage: dict[str, int] = {}
        self._started = False
        self._spoke = False
        self._raw = ""
        self._why = ""
        self.done = False
        """Whether the server said that the message is over."""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped."""
        return bool(self._raw)

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take one event, or a whole message.

        Raises:
            ProviderError: It is an error.
        """
        value = as_dict(payload)
        kind = as_text(value.get("type")) or event
        if kind == "error" or value.get("error") or (value.get("detail") and not kind):
            raise refusal(Answer(200, value or payload), self._origin)
        match kind:
            case "message_start":
                yield from self._message(as_dict(value.get("message")))
            case "message":
                yield from self._message(value)
                self.done = True
            case "content_block_start":
                yield from self._start()
                yield from self._block(as_dict(value.get("content_block")))
            case "content_block_delta":
                yield from self._start()
                yield from self._block(as_dict(value.get("delta")))
            case "message_delta":
                yield from self._start()
                self._end(as_dict(value.get("delta")))
                self._count(as_dict(value.get("usage")))
            case "message_stop":
                self.done = True

    def finish(self) -> Iterator[GenerationEvent]:
        """Give how the answer ended.

        Raises:
            ProviderError: There was no answer at all, or the server says why it gives none.
        """
        label = self._origin.label
        if not self._started:
            raise ProtocolError(
                f"{self._origin.host} sent an empty answer",
                hint="check the address; it often ends in /v1",
                provider=label,
            )
        if self._raw == "refusal" and self._why:
            raise Filtered(
                f"the model refused ({self._why})",
                hint="say it in another way, or use another model",
                provider=label,
            )
        if self._raw == "model_context_window_exceeded" and not self._spoke:
            raise ContextTooLong(
                "the chat leaves the model no room for an answer",
                hint="lower chat.context_tokens, or start a new chat",
                provider=label,
            )
        reason = _REASONS.get(self._raw, "stop")
        if not self._raw and not self.done:
            reason = "incomplete"
        yield Finished(reason, self._raw, self._total())

    def _start(self, name: str = "", model: str = "") -> Iterator[GenerationEvent]:
        """Begin, with whatever comes first: llama-server may leave `message_start` out."""
        if not self._started:
            self._started = True
            yield Started(name, model)

    def _message(self, message: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        name, model = as_text(message.get("id")), as_text(message.get("model"))
        yield from self._start(clean_line(name, 200), clean_line(model, 200))
        for block in items(message.get("content")):
            yield from self._block(block)
        self._end(message)
        self._count(as_dict(message.get("usage")))

    def _block(self, block: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        """A block of content, or more of one; signatures and tools are passed over."""
        match block.get("type"):
            case "text" | "text_delta":
                if text := clean(as_text(block.get("text"))):
                    self._spoke = True
                    yield TextDelta(text)
            case "thinking" | "thinking_delta":
                if thought := clean(as_text(block.get("thinking"))):
                    yield ReasoningDelta(thought)

    def _end(self, said: Mapping[str, Any]) -> None:
        self._raw = clean_line(as_text(said.get("stop_reason")), 60) or self._raw
        details = as_dict(said.get("stop_details"))
        words = as_text(details.get("explanation")) or as_text(details.get("category"))
        self._why = clean_line(words.strip(), 300).rstrip(".") or self._why

    def _count(self, usage: Mapping[str, Any]) -> None:
        """The counts are totals so far: what is told last counts, whatever is left out."""
        thoughts = as_dict(usage.get("output_tokens_details")).get("thinking_tokens")
        for name in (*_INPUT, "output_tokens"):
            self._note(name, usage.get(name))
        self._note("thinking_tokens", thoughts)

    def _note(self, name: str, value: object) -> None:
        count = as_count(value)
        if count is not None:
            self._usage[name] = count

    def _total(self) -> Usage | None:
        told = [self._usage[name] for name in _INPUT if name in self._usage]
        output = self._usage.get("output_tokens")
        if not told and output is None:
            return None
        return Usage(sum(told) if told else None, output, self._usage.get("thinking_tokens"))
