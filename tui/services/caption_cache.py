"""Captions made before: the same question about the same picture is not paid for twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from tui.domain.chat import CachedCaption
from tui.domain.errors import StorageError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    Restarted,
    TextDelta,
    Usage,
)
from tui.domain.image import Image
from tui.services.caption_sources import Choice
from tui.services.chat_store import ChatStore
from tui.services.configuring import SettingsService


class CaptionCache:
    """Gives a caption that was kept, or asks the source and keeps what it says.

    A cache that cannot be read or written costs money but no caption, so that is no error.
    """

    def __init__(self, settings: SettingsService, store: ChatStore) -> None:
        self._settings = settings
        self._store = store

    async def find(self, choice: Choice, image: Image, prompt: str) -> CachedCaption | None:
        """What the source said to the same before, or None."""
        key = await self._key(choice, image, prompt)
        if key:
            with suppress(StorageError):
                return await self._store.cached_caption(key)
        return None

    async def ask(
        self, choice: Choice, image: Image, prompt: str
    ) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the source's caption and keep it when it is complete. Raises AppError."""
        key = await self._key(choice, image, prompt)
        started = time.monotonic()
        pieces: list[str] = []
        async with aclosing(choice.captioner.caption(image, prompt)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    pieces.append(event.text)
                elif isinstance(event, Restarted):
                    pieces.clear()
                elif isinstance(event, Finished) and event.reason == "stop":
                    text = "".join(pieces).strip()
                    seconds = time.monotonic() - started
                    made = _cached(text, choice, seconds, event.usage or Usage())
                    await self._keep(key, made)
                yield event

    async def _keep(self, key: str, made: CachedCaption) -> None:
        if key and made.caption:
            with suppress(StorageError):
                await self._store.cache_caption(key, made)

    async def _key(self, choice: Choice, image: Image, prompt: str) -> str:
        """A digest of everything that shapes the caption; empty: it is not to be kept."""
        captioning, source = self._settings.current.captioning, choice.captioner
        if not captioning.cache:
            return ""
        # A local model's looks at its files, whose disk may hang.
        fingerprint = await asyncio.to_thread(lambda: source.fingerprint)
        if not fingerprint:
            return ""
        parts = (
            image.digest,
            # What is sent of a picture depends on images.max_side.
            *(image.mime, image.width, image.height),
            *(choice.id, fingerprint, source.model),
            prompt if source.takes_prompt else "",
            captioning.max_tokens if choice.id == "multimodal" else 0,
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _cached(text: str, choice: Choice, seconds: float, usage: Usage) -> CachedCaption:
    label = choice.captioner.label
    return CachedCaption(text, label, seconds, usage.input, usage.output, usage.cost)
