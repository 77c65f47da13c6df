"""Servers that say a started text again before they go on with it: llama.cpp does so."""

from __future__ import annotations


class Echo:
    """Takes a text that comes in pieces and lets through what is new in it.

    Args:
        before: What may be said again; empty: everything is new.
    """

    def __init__(self, before: str) -> None:
        # A prompt's template may have cut the space at the end.
        self._before = before.rstrip()
        self._spaced = before != self._before
        self._held = ""
        self._open = bool(self._before)

    def new(self, text: str) -> str:
        """Give the new part of a piece; empty while it may all be a repetition."""
        if not self._open:
            return text
        self._held += text
        if len(self._held) <= len(self._before) and self._before.startswith(self._held):
            return ""
        self._open = False
        if not self._held.startswith(self._before):
            return self._held
        rest = self._held[len(self._before) :]
        return rest.lstrip() if self._spaced else rest

    def rest(self) -> str:
        """What was held back when nothing more comes: a short text can begin like the old one."""
        is_whole = self._held == self._before
        held, self._held = self._held, ""
        return held if self._open and not is_whole else ""
