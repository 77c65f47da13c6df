"""Feeding one streamed reply into the transcript and the status line."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.domain.generation import GenerationEvent, Progress, ReasoningDelta, TextDelta
from tui.services.session import ChatSession
from tui.ui.transcript.view import Transcript
from tui.ui.widgets.status_line import StatusLine


class Replying:
    """Runs a reply's stream to its end; closing it stops the model and keeps the part."""

    def __init__(self, transcript: Transcript, status: StatusLine) -> None:
        self._transcript = transcript
        self._status = status

    async def run(
        self, session: ChatSession, stream: AsyncGenerator[GenerationEvent, None]
    ) -> None:
        """Show the reply as it comes. Raises AppError when there is none or it breaks off."""
        live = False
        self._status.start()
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    match event:
                        case TextDelta() | ReasoningDelta():
                            if not live:
                                live = True
                                self._status.start()
                                self._transcript.sync()
                                self._transcript.begin_reply(len(session) - 1)
                            self._transcript.stream_changed()
                        case Progress(label):
                            self._status.start(progress_line(event) if label else "")
                        case _:
                            pass
        finally:
            self._status.stop()
            if live:
                self._transcript.end_reply()
            self._transcript.sync()


def progress_line(event: Progress) -> str:
    """A few words for the status line: what, and how far."""
    if not event.total:
        return event.label
    return f"{event.label} {event.done / event.total:.0%}"
