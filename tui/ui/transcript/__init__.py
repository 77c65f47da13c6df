"""The transcript of a chat: one line-rendered scroll view."""

from __future__ import annotations

from tui.ui.transcript.entries import MessageSource
from tui.ui.transcript.view import Transcript

__all__ = ["MessageSource", "Transcript"]
