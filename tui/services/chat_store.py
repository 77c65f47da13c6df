"""The port to where chats are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui.domain.chat import (
    CachedCaption,
    Chat,
    ChatSummary,
    JournalEntry,
    Message,
    Outline,
    PictureUse,
    SearchHit,
    Variables,
)


class Upkeep(Protocol):
    """Backups and tidying."""

    async def run(self) -> None:
        """Do what is due. Raises StorageError."""
        ...


class ChatStore(Protocol):
    """Chats, messages, drafts and the caption journal. Raises StorageError throughout."""

    @property
    def problems(self) -> Sequence[str]:
        """What was wrong with what is kept, and what was done about it; a line each."""
        ...

    def show(self, chat_id: str) -> bool:
        """Say which chat is on the screen here; whether it is on that of another Salon, too."""
        ...

    def is_stirred(self) -> bool:
        """Whether somebody may have written, this Salon too, since the last call; cheap."""
        ...

    async def has_news(self) -> bool:
        """Whether another Salon wrote since the last call, or died while it wrote a message."""
        ...

    async def chats(self) -> list[ChatSummary]:
        """All chats, the last used first."""
        ...

    async def create(self, chat: Chat) -> None:
        """Keep a new chat."""
        ...

    async def load(self, chat_id: str) -> Chat | None:
        """The chat without messages, or None."""
        ...

    def read_ahead(self) -> None:
        """Begin to read what `latest` gives; until that was asked for, nothing may be written."""
        ...

    async def latest(self) -> tuple[Chat, list[Outline]] | None:
        """The chat used last and its outline, or None."""
        ...

    async def save(self, chat: Chat, known: Chat) -> None:
        """Keep what of a chat is different from how it was known; the rest may be another's."""
        ...

    async def number(self, chat_id: str, count: int) -> int:
        """Give out numbers for pictures, once and for all; the last of them."""
        ...

    async def delete(self, chat_id: str) -> None:
        """Hide the chat; `restore` brings it back."""
        ...

    async def restore(self, chat_id: str) -> None:
        """Undo `delete`."""
        ...

    async def forget(self, chat_id: str) -> None:
        """Remove a chat that was deleted, for good."""
        ...

    async def outline(self, chat_id: str) -> list[Outline]:
        """One entry for each message in order, cheap even for 10,000."""
        ...

    def read(self, ids: Sequence[str]) -> list[Message]:
        """Messages by id, in the order asked; blocking, 64 of them well under a millisecond."""
        ...

    async def append(self, chat_id: str, message: Message) -> None:
        """Put a message at the end; on disk when this returns."""
        ...

    async def insert(self, chat_id: str, message: Message, before: str) -> None:
        """Put a message before the one of that id; cheap even among 10,000."""
        ...

    async def update(self, *messages: Message) -> list[Message]:
        """Keep the present state of messages, of all of them or of none.

        Returns:
            What they were before; without those that are deleted.
        """
        ...

    async def delete_message(self, *message_ids: str) -> None:
        """Take messages out; `restore_message` brings them back to their places."""
        ...

    async def restore_message(self, *message_ids: str) -> None:
        """Undo `delete_message`."""
        ...

    async def globals(self) -> Variables:
        """The variables that belong to no chat."""
        ...

    async def save_globals(self, variables: Variables, known: Variables) -> None:
        """Keep what of them is different from how they were known; all of it, or nothing."""
        ...

    async def search(self, text: str, limit: int = 50) -> list[SearchHit]:
        """Messages and captions with all the words, best first."""
        ...

    async def pictures(self, chat_id: str | None = None) -> list[PictureUse]:
        """Pictures in the messages of a chat, or of all chats, the newest first."""
        ...

    async def log_caption(self, entry: JournalEntry) -> int:
        """Add to the caption journal; gives the entry's number."""
        ...

    async def reword_caption(self, number: int, text: str) -> None:
        """Give an entry of the caption journal another text."""
        ...

    async def caption_used(self, number: int) -> None:
        """Say of an entry of the journal that it went into a message."""
        ...

    async def journal(self, limit: int = 100, digest: str = "") -> list[JournalEntry]:
        """The last captions, of all pictures or of one, newest first."""
        ...

    async def cached_caption(self, key: str) -> CachedCaption | None:
        """What was kept under a key, or None."""
        ...

    async def cache_caption(self, key: str, made: CachedCaption) -> None:
        """Keep a complete caption under a key."""
        ...

    async def aclose(self) -> None:
        """Finish what is pending and close."""
        ...
