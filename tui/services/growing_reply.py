"""A reply while it is being written: on disk within a second, and kept however it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tui.domain.chat import Message
from tui.domain.errors import AppError, ProviderError
from tui.domain.generation import Finished, GenerationEvent, ReasoningDelta, TextDelta
from tui.services.library import new_id
from tui.services.session import ChatSession

CHECKPOINT_SECONDS = 0.8
"""How often a growing reply is saved: a kill loses less than a second of it."""
_ENDINGS = {
    "length": "cut at the token limit; /continue goes on",
    "content_filter": "the provider's filter cut this reply",
    "refusal": "the model refused",
    "incomplete": "the connection ended early; /continue goes on",
    "error": "the server failed while writing; /regenerate tries again",
    "cancelled": "stopped by the server",
}


class GrowingReply:
    """A message that grows: joins the session with its first words and is saved as it goes."""

    def __init__(self, session: ChatSession, into: Message | None) -> None:
        self.model = ""
        self.begun = into is not None
        self._session = session
        self._message = into
        self._finished: Finished | None = None
        self._saved = into.revision if into else 0
        self._fresh = into is None

    async def take(self, event: GenerationEvent) -> None:
        """Apply one event to the message."""
        match event:
            case TextDelta(text) if text:
                message = await self._begin()
                message.text += text
                message.templated = False
                message.touch()
            case ReasoningDelta(text) if text:
                message = await self._begin()
                message.reasoning += text
                message.touch()
            case Finished():
                self._finished = event
            case _:
                pass

    async def _begin(self) -> Message:
        if self._message is None:
            name = self._session.character.name
            self._message = Message(
                new_id(), "assistant", name, "", time.time(), status="streaming", model=self.model
            )
            await self._session.append(self._message)
            self.begun = True
        elif self._message.status != "streaming":
            self._message.status, self._message.error = "streaming", ""
            self._message.model = self.model
        return self._message

    def check(self) -> None:
        """Make sure that something was said. Raises ProviderError when not."""
        message = self._message
        if message is not None and (message.text.strip() or not self._fresh):
            return
        if self._finished is not None and self._finished.reason == "length":
            raise ProviderError(
                "the model ran out of tokens while thinking", hint="raise chat.max_tokens (F2)"
            )
        if self._finished is not None and self._finished.reason in ("content_filter", "refusal"):
            raise ProviderError(_ENDINGS[self._finished.reason], hint="say it in another way")
        raise ProviderError("the model gave an empty answer", hint="/regenerate tries again")

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Save the growing message every second, and its end state at the end."""
        saver = asyncio.create_task(self._save_often())
        try:
            yield
        except AppError as error:
            self._end("partial", error.line())
            raise
        except (GeneratorExit, asyncio.CancelledError):
            self._end("stopped", "")
            raise
        else:
            self._end_by_reason()
        finally:
            saver.cancel()
            with suppress(asyncio.CancelledError):
                await saver
            if self._message is not None:
                await self._session.update(self._message)

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            if self._message is not None and self._message.revision != self._saved:
                await self._session.update(self._message)
                self._saved = self._message.revision

    def _end(self, status: str, error: str) -> None:
        message = self._message
        if message is not None and message.status == "streaming":
            message.status = "stopped" if status == "stopped" else "partial"
            message.error = error

    def _end_by_reason(self) -> None:
        message, finished = self._message, self._finished
        if message is None or message.status != "streaming":
            return
        reason = finished.reason if finished else "incomplete"
        message.error = _ENDINGS.get(reason, "")
        message.status = "complete" if reason in ("stop", "length") else "partial"
        if finished is not None and finished.usage is not None:
            message.input_tokens = finished.usage.input
            message.output_tokens = finished.usage.output
