"""Letting replies stream into the transcript, one at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from time import perf_counter

from textual.dom import DOMNode
from textual.widgets import TextArea
from textual.worker import Worker, WorkerCancelled, WorkerFailed, get_current_worker

from tui.domain.errors import AppError
from tui.domain.generation import GenerationEvent, Progress, ReasoningDelta, TextDelta
from tui.services.session import ChatSession
from tui.ui.transcript.view import Transcript
from tui.ui.widgets.progress import Speedometer
from tui.ui.widgets.status_line import StatusLine

Stream = AsyncGenerator[GenerationEvent, None]


class Replying:
    """Feeds a reply's stream to the transcript and the status line, in a worker of the screen."""

    def __init__(
        self,
        screen: DOMNode,
        transcript: Transcript,
        status: StatusLine,
        prompt: TextArea,
        ended: Callable[[AppError | None], None],
    ) -> None:
        """Prepare.

        Args:
            screen: Owns the workers.
            transcript: Draws the reply.
            status: Tells that one is running.
            prompt: Its cursor stands still meanwhile: a blink costs as much as a frame.
            ended: Called at the end of each, with what went wrong.
        """
        self._screen = screen
        self._transcript = transcript
        self._status = status
        self._prompt = prompt
        self._ended = ended
        self._run: Worker[AppError | None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a reply is being written."""
        return self._run is not None

    def start(
        self, session: ChatSession, stream: Stream, *, tells: bool = True
    ) -> Worker[AppError | None]:
        """Let a reply stream in; an earlier one is stopped and its part kept.

        Args:
            session: Where it grows.
            stream: What it is made of.
            tells: Whether `ended` is told what went wrong; else it is the worker's result alone.
        """
        earlier = self._run
        self.cancel()
        self._run = self._screen.run_worker(
            self._show(session, stream, earlier, tells=tells),
            group="generation",
            exit_on_error=False,
        )
        return self._run

    def cancel(self) -> None:
        """Stop the reply; its part is kept."""
        if self._run is not None:
            self._run.cancel()

    async def stop(self) -> None:
        """Stop the reply and wait until its part is kept."""
        self.cancel()
        await _over(self._run)

    async def _show(
        self,
        session: ChatSession,
        stream: Stream,
        earlier: Worker[AppError | None] | None,
        *,
        tells: bool,
    ) -> AppError | None:
        failure: AppError | None = None
        try:
            # Both draw into the same transcript: the one must be done before the other begins.
            await _over(earlier)
            if get_current_worker().is_cancelled:
                return None
            await self._feed(session, stream)
        except AppError as error:
            # With its traceback it would hold this frame, and that it: a circle around all
            # that the server sent.
            failure = error.with_traceback(None)
        finally:
            # A later one may have begun already.
            if self._run is get_current_worker():
                self._run = None
            self._ended(failure if tells else None)
        return failure

    async def _feed(self, session: ChatSession, stream: Stream) -> None:
        live = False
        meter = Speedometer()
        self._status.start()
        self._prompt.cursor_blink = False
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    match event:
                        case TextDelta() | ReasoningDelta():
                            if not live:
                                live = True
                                self._status.start()
                                self._transcript.sync()
                                self._transcript.begin_reply(session.growing())
                            self._transcript.stream_changed()
                        case Progress(label):
                            self._status.start(meter.brief(event, perf_counter()) if label else "")
                        case _:
                            pass
        finally:
            self._status.stop()
            self._prompt.cursor_blink = True
            if live:
                self._transcript.end_reply()
            self._transcript.sync()


async def _over(run: Worker[AppError | None] | None) -> None:
    if run is not None:
        with suppress(WorkerCancelled, WorkerFailed):
            await run.wait()
