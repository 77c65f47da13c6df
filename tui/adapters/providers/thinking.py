"""Tells a model's inline thinking from its reply."""

from __future__ import annotations

from typing import Literal

from tui.domain.generation import ReasoningDelta, TextDelta

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkSplitter:
    """Splits `<think>…</think>` off the head of an answer, however it was cut into pieces.

    Only the head: a reply that talks about the tag later on keeps it.
    """

    def __init__(self) -> None:
        self._state: Literal["head", "thinking", "gap", "reply"] = "head"
        self._held = ""

    def feed(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """Take more of the answer and give what is certain now."""
        if self._state == "reply":
            return [TextDelta(text)] if text else []
        self._held += text
        out: list[TextDelta | ReasoningDelta] = []
        if self._state == "head":
            self._head()
        if self._state == "thinking":
            out += self._think()
        if self._state == "gap":
            self._held = self._held.lstrip()
            self._state = "reply" if self._held else "gap"
        if self._state == "reply" and self._held:
            out.append(TextDelta(self._held))
            self._held = ""
        return out

    def close(self) -> list[TextDelta | ReasoningDelta]:
        """Give what was held back when the answer ended."""
        held, self._held = self._held, ""
        if not held or self._state == "gap":
            return []
        return [ReasoningDelta(held) if self._state == "thinking" else TextDelta(held)]

    def _head(self) -> None:
        start = self._held.lstrip()
        if start.startswith(_OPEN):
            self._state = "thinking"
            self._held = start.removeprefix(_OPEN)
        elif not _OPEN.startswith(start):
            self._state = "reply"

    def _think(self) -> list[ReasoningDelta]:
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._state = "gap"
            self._held = rest
        else:
            keep = _overlap(thought, _CLOSE)
            self._held = thought[len(thought) - keep :]
            thought = thought[: len(thought) - keep]
        return [ReasoningDelta(thought)] if thought else []


def _overlap(text: str, tag: str) -> int:
    """Length of the longest end of the text that the tag may begin with."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
