"""A reply while it is being written: on disk within a second, and kept however it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tui.domain.chat import Message, Status
from tui.domain.errors import AppError, ProviderError
from tui.domain.generation import Finished, GenerationEvent, ReasoningDelta, TextDelta
from tui.services.echo import Echo
from tui.services.ledger import must_be_ours
from tui.services.library import new_id
from tui.services.session import ChatSession

logger = logging.getLogger(__name__)

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
    """A message that grows: joins the session with its first words and is saved as it goes.

    Args:
        session: The chat.
        into: A message that goes on; None for a new one.
        beside: A message that gets another version, in place of one that goes on or a new one.

    Raises:
        AppError: Another Salon is writing that message.
    """

    def __init__(
        self, session: ChatSession, into: Message | None, beside: Message | None = None
    ) -> None:
        for message in (into, beside):
            if message is not None:
                must_be_ours(message)
        self.beside = beside
        self.model = ""
        self.message = into
        """None until the first words came."""
        self._session = session
        self._joining: asyncio.Task[None] | None = None
        self._finished: Finished | None = None
        self._saved = into.revision if into else 0
        self._fresh = into is None
        self._echo = Echo(into.text if into else "")
        self._earlier = into.swipe if into else 0
        """The version that was shown before this one began; one that goes on must still be."""

    async def take(self, event: GenerationEvent) -> None:
        """Apply one event to the message."""
        match event:
            case TextDelta(text):
                if new := self._echo.new(text):
                    await self._grow(new, "")
            case ReasoningDelta(text) if text:
                await self._grow("", text)
            case Finished():
                if held := self._echo.rest():
                    await self._grow(held, "")
                self._finished = event
            case _:
                pass

    async def _grow(self, text: str, reasoning: str) -> None:
        message = self.message
        if message is None:
            await self._begin(text, reasoning)
            return
        if message.status != "streaming":
            if message.swipe != self._earlier:
                raise AppError("another version is shown now", hint="/continue goes on with it")
            message.status, message.error, message.model = "streaming", "", self.model
        message.text += text
        message.reasoning += reasoning
        message.templated = message.templated and not text
        message.touch()

    async def _begin(self, text: str, reasoning: str) -> None:
        message = Message(
            new_id(),
            "assistant",
            self._session.character.name,
            text,
            time.time(),
            reasoning=reasoning,
            status="streaming",
            model=self.model,
        )
        # Half of this must not happen: the person may stop the reply at this very moment.
        self._joining = asyncio.create_task(self._join(message))
        await asyncio.shield(self._joining)

    async def _join(self, message: Message) -> None:
        if self.beside is None:
            await self._session.append(message)
            self.message = message
            return
        earlier, at = self.beside.versions, self.beside.swipe
        both = (*earlier, *message.versions)
        await self._session.show(self.beside, both, len(earlier))
        self._earlier = at
        self.message = self.beside

    def _withdraw(self, message: Message) -> None:
        """Take a version away again in which nothing is said."""
        if self.beside is not None and not message.text.strip():
            versions = message.versions
            kept = (*versions[: message.swipe], *versions[message.swipe + 1 :])
            message.show(kept, self._earlier)

    def check(self) -> None:
        """Make sure that something was said. Raises ProviderError when not."""
        message = self.message
        if message is not None and (message.text.strip() or not self._fresh):
            return
        if self._finished is not None and self._finished.reason == "length":
            raise ProviderError(
                "the model ran out of tokens while thinking", hint="raise chat.max_tokens (F2)"
            )
        if self._finished is not None and self._finished.reason in ("content_filter", "refusal"):
            raise ProviderError(_ENDINGS[self._finished.reason], hint="say it in another way")
        if self._finished is None or self._finished.reason in ("incomplete", "error"):
            raise ProviderError(
                "the answer broke off before its first word", hint="/retry asks again"
            )
        raise ProviderError(
            "the model gave an empty answer", hint="/retry asks again, /model chooses another"
        )

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Save the growing message every second, and its end state at the end."""
        saver = asyncio.create_task(self._save_often())
        try:
            try:
                yield
            finally:
                if self._joining is not None:
                    await asyncio.wait([self._joining])
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
            if self.message is not None:
                self._withdraw(self.message)
                await self._session.update(self.message)

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            if self.message is not None and self.message.revision != self._saved:
                try:
                    await self._session.update(self.message)
                except AppError as error:
                    logger.warning("reply not saved yet: %s", error.line())
                else:
                    self._saved = self.message.revision

    def _end(self, status: Status, error: str) -> None:
        message = self.message
        if message is not None and message.status == "streaming":
            message.status, message.error = status, error

    def _end_by_reason(self) -> None:
        message, finished = self.message, self._finished
        if message is None or message.status != "streaming":
            return
        reason = finished.reason if finished else "incomplete"
        message.error = _ENDINGS.get(reason, "")
        message.status = "complete" if reason in ("stop", "length") else "partial"
        if finished is not None and finished.usage is not None:
            message.input_tokens = finished.usage.input
            message.output_tokens = finished.usage.output


async def mark_answered(session: ChatSession, asked: Message | None) -> None:
    """The question that a reply answers did not fail after all. Raises StorageError."""
    if asked is not None and asked.status == "failed":
        asked.status, asked.error = "complete", ""
        await session.update(asked)


async def mark_failed(session: ChatSession, asked: Message | None, reason: str) -> None:
    """Say at the question why it has no answer. Raises StorageError."""
    if asked is not None:
        asked.status, asked.error = "failed", reason
        await session.update(asked)
