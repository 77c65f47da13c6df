"""Reads chat completion chunks, streamed or whole, in every dialect seen so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.providers.thinking import ThinkSplitter
from tui.adapters.wire import as_cost, as_count, as_dict, as_list, as_text, items
from tui.domain.errors import ProtocolError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    ReasoningDelta,
    Started,
    TextDelta,
    Usage,
)
from tui.domain.safetext import clean, clean_line

_REASONS: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "refusal": "refusal",
}
"""Their words in lower case; some proxies pass Gemini's own on, which are in capitals."""
_BROKEN = frozenset({"error", "network_error", "insufficient_system_resource", "abort"})


class ChunkReader:
    """Turns the chunks of one answer into events and remembers how it ended."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._splitter = ThinkSplitter()
        self._usage: Usage | None = None
        self._started = False
        self._refused = False
        self._raw = ""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped; only usage may follow."""
        return bool(self._raw)

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take one chunk, or a whole completion.

        Raises:
            ProviderError: The chunk is an error.
        """
        chunk = as_dict(payload)
        self._raise_error(chunk, event)
        if not chunk:
            return
        if not self._started:
            self._started = True
            yield Started(
                clean_line(as_text(chunk.get("id")), 200),
                clean_line(as_text(chunk.get("model")), 200),
            )
        if "prompt_progress" in chunk:
            yield from _prompt_progress(chunk)
        if usage := chunk.get("usage") or as_dict(chunk.get("x_groq")).get("usage"):
            self._usage = _usage(as_dict(usage)) or self._usage
        for choice in items(chunk.get("choices")):
            if as_count(choice.get("index")) in {None, 0}:
                yield from self._choice(choice)

    def finish(self, done: bool) -> Iterator[GenerationEvent]:
        """Give what was held back and how the answer ended.

        Args:
            done: Whether the server sent `[DONE]` or a whole completion; without a reason and
                without that the answer is incomplete.

        Raises:
            ProviderError: There was no answer at all, or the server says that it broke off.
        """
        if not self._started:
            raise ProtocolError(
                f"{self._origin.host} sent an empty answer",
                hint="check the address; it often ends in /v1",
                provider=self._origin.label,
            )
        yield from self._splitter.close()
        word = self._raw.lower()
        if word in _BROKEN:
            raise refusal(Answer(200, f"the server stopped with “{self._raw}”"), self._origin)
        reason = _REASONS.get(word, "stop")
        if self._refused:
            reason = "refusal"
        elif not self._raw and not done:
            reason = "incomplete"
        yield Finished(reason, self._raw, self._usage)

    def _choice(self, choice: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        if usage := choice.get("usage"):  # Moonshot's place
            self._usage = _usage(as_dict(usage)) or self._usage
        if choice.get("error"):
            raise refusal(Answer(200, dict(choice)), self._origin)
        delta = choice.get("delta")
        if not isinstance(delta, dict):  # beside it, Perplexity repeats the whole message so far
            delta = as_dict(choice.get("message"))
        thought = as_text(delta.get("reasoning_content")) or as_text(delta.get("reasoning"))
        if thought:
            yield ReasoningDelta(clean(thought))
        content = delta.get("content")
        if content is None:
            content = choice.get("text")
        if isinstance(content, str):
            yield from self._splitter.feed(clean(content))
        else:
            yield from self._parts(content)
        if refusal_text := clean(as_text(delta.get("refusal"))):
            self._refused = True
            yield TextDelta(refusal_text)
        raw = as_text(choice.get("finish_reason"))
        if raw and raw != "null":
            self._raw = clean_line(raw, 60)

    def _parts(self, content: object) -> Iterator[GenerationEvent]:
        for part in items(content):
            if part.get("type") == "thinking":
                yield from _thoughts(part.get("thinking"))
            else:
                yield from self._splitter.feed(clean(as_text(part.get("text"))))

    def _raise_error(self, chunk: Mapping[str, Any], event: str) -> None:
        if chunk.get("error"):
            raise refusal(Answer(200, chunk), self._origin)
        groq = as_dict(chunk.get("x_groq"))
        if groq.get("error"):
            raise refusal(Answer(200, groq), self._origin)
        if event == "error" or (chunk.get("object") == "error" and "choices" not in chunk):
            raise refusal(Answer(200, dict(chunk)), self._origin)
        detail = chunk.get("detail")
        if detail and "choices" not in chunk:
            raise refusal(Answer(200, dict(chunk)), self._origin)


def _thoughts(thinking: object) -> Iterator[GenerationEvent]:
    pieces = [
        as_text(thinking),
        *(as_text(as_dict(part).get("text")) for part in as_list(thinking)),
    ]
    text = clean("".join(pieces))
    if text:
        yield ReasoningDelta(text)


def _prompt_progress(chunk: Mapping[str, Any]) -> Iterator[GenerationEvent]:
    progress = as_dict(chunk.get("prompt_progress"))
    total = as_count(progress.get("total"))
    if total:
        done = as_count(progress.get("processed")) or 0
        yield Progress("reading the prompt", float(done), float(total), "tokens")


def _usage(usage: Mapping[str, Any]) -> Usage | None:
    if not usage:
        return None
    details = as_dict(usage.get("completion_tokens_details"))
    return Usage(
        as_count(usage.get("prompt_tokens")),
        as_count(usage.get("completion_tokens")),
        as_count(details.get("reasoning_tokens")),
        as_cost(usage.get("cost")),
    )
