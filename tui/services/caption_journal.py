"""The journal of captions: each is in it before anything is made of it."""

from __future__ import annotations

import time
from contextlib import suppress

from tui.domain.caption import Caption
from tui.domain.chat import JournalEntry
from tui.domain.errors import StorageError
from tui.domain.generation import Usage
from tui.domain.image import Image
from tui.services.chat_store import ChatStore

_MOST_VERSIONS = 20
"""Nobody walks through more of them."""


class CaptionJournal:
    """Every caption ever made, used or not."""

    def __init__(self, store: ChatStore) -> None:
        self._store = store

    async def add(self, image: Image, caption: Caption) -> int:
        """Keep a caption as not used so far; gives its number. Raises StorageError."""
        usage = caption.usage or Usage()
        return await self._store.log_caption(
            JournalEntry(
                image.digest,
                image.name,
                caption.text,
                caption.source_label,
                caption.model,
                caption.prompt,
                caption.seconds,
                time.time(),
                used=False,
                input_tokens=usage.input,
                output_tokens=usage.output,
                cost=usage.cost,
                cached=caption.cached,
            )
        )

    async def reword(self, number: int, text: str) -> None:
        """Give an entry another text. Raises StorageError."""
        await self._store.reword_caption(number, text)

    async def used(self, number: int) -> None:
        """Say of an entry that its caption has arrived where it belongs."""
        # It has arrived: that the journal cannot say so must not look like a failure.
        with suppress(StorageError):
            await self._store.caption_used(number)

    async def entries(self, limit: int = 100) -> list[JournalEntry]:
        """The last captions, newest first. Raises StorageError."""
        return await self._store.journal(limit)

    async def of(self, digest: str) -> list[JournalEntry]:
        """What was ever said of a picture, newest first. Raises StorageError."""
        return await self._store.journal(_MOST_VERSIONS, digest)
