"""Reads the chunks of a generateContent answer, streamed or whole."""

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

_FILTERS = {
    "SAFETY": "it may be harmful",
    "RECITATION": "it repeats a known text",
    "LANGUAGE": "the language is not supported",
    "BLOCKLIST": "it has a forbidden word",
    "PROHIBITED_CONTENT": "its content is prohibited",
    "SPII": "it may tell personal data",
    "IMAGE_SAFETY": "the picture may be harmful",
    "IMAGE_PROHIBITED_CONTENT": "the picture's content is prohibited",
    "IMAGE_RECITATION": "the picture repeats a known one",
    "ESCALATION": "a rule of the provider's says so",
    "PUP_LIMITED_DISABLED": "the account is limited for breaking the rules of use",
    "MODEL_ARMOR": "Model Armor blocked it",
    "JAILBREAK": "it looks like a way around the rules",
    "OTHER": "no reason is told",
}
"""Why an answer, or a prompt, was stopped, in words."""
_REASONS: dict[str, FinishReason] = {
    "STOP": "stop",
    "FINISH_REASON_UNSPECIFIED": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(_FILTERS, "content_filter"),
    "OTHER": "error",
}
"""Whatever else is told is a failure of the model: a malformed answer, a tool nobody offered."""


class CandidateReader:
    """Turns the chunks of one answer into events and remembers how it ended."""

    done = False
    """The protocol has no sign of the end but the end."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._usage: Usage | None = None
        self._started = False
        self._answered = False
        self._spoke = False
        self._raw = ""
        self._blocked = ""
        self._why = ""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped."""
        return bool(self._raw or self._blocked)

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take one chunk.

        Raises:
            ProviderError: It is an error.
        """
        chunk = as_dict(payload)
        if chunk.get("error") or event == "error" or (chunk.get("detail") and not self._started):
            raise refusal(Answer(200, chunk or payload), self._origin)
        if not chunk:
            return
        if not self._started:
            self._started = True
            yield Started(
                clean_line(as_text(chunk.get("responseId")), 200),
                clean_line(as_text(chunk.get("modelVersion")), 200),
            )
        feedback = as_dict(chunk.get("promptFeedback"))
        self._blocked = clean_line(as_text(feedback.get("blockReason")), 60) or self._blocked
        self._explain(feedback.get("blockReasonMessage"))
        self._usage = _usage(as_dict(chunk.get("usageMetadata"))) or self._usage
        for candidate in items(chunk.get("candidates")):
            if as_count(candidate.get("index")) in {None, 0}:
                yield from self._candidate(candidate)

    def finish(self) -> Iterator[GenerationEvent]:
        """Give how the answer ended.

        Raises:
            ProviderError: There was no answer, or a filter has its reasons.
        """
        label = self._origin.label
        if not self._started:
            raise ProtocolError(
                f"{self._origin.host} sent an empty answer",
                hint="check the address; it often ends in /v1beta",
                provider=label,
            )
        if self._blocked and not self._spoke:
            raise self._filtered(f"{label} blocked the prompt", self._blocked)
        if not self._answered:
            raise self._filtered(f"{label} gave no answer: most likely a filter stopped it", "")
        reason = _REASONS.get(self._raw, "error" if self._raw else "incomplete")
        if reason == "content_filter" and not self._spoke:
            raise self._filtered(f"a filter of {label} stopped the answer", self._raw)
        yield Finished(reason, self._raw, self._usage)

    def _candidate(self, candidate: Mapping[str, Any]) -> Iterator[GenerationEvent]:
        self._answered = True
        for part in items(as_dict(candidate.get("content")).get("parts")):
            text = clean(as_text(part.get("text")))
            if text and part.get("thought") is True:
                yield ReasoningDelta(text)
            elif text:
                self._spoke = True
                yield TextDelta(text)
        self._raw = clean_line(as_text(candidate.get("finishReason")), 60) or self._raw
        self._explain(candidate.get("finishMessage"))

    def _explain(self, words: object) -> None:
        self._why = clean_line(as_text(words).strip(), 300).rstrip(".") or self._why

    def _filtered(self, what: str, reason: str) -> Filtered:
        why = self._why or _FILTERS.get(reason, "")
        told = ": ".join(filter(None, (reason, why)))
        return Filtered(
            f"{what} ({told})" if told else what,
            hint="change the message, or use another model",
            provider=self._origin.label,
        )


def _usage(usage: Mapping[str, Any]) -> Usage | None:
    """Thoughts are counted apart from the answer here; our output has both."""
    if not usage:
        return None
    thoughts = as_count(usage.get("thoughtsTokenCount"))
    said = as_count(usage.get("candidatesTokenCount"))
    both = None if said is None and thoughts is None else (said or 0) + (thoughts or 0)
    return Usage(as_count(usage.get("promptTokenCount")), both, thoughts)
