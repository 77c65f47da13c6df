"""A chat that is open: its outline whole, its messages by need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.character import Character, Persona
from tui.domain.chat import Attachment, Chat, Message, Outline
from tui.domain.variables import Variables

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore

Undo = tuple[str, Callable[[], Awaitable[None]]]
"""What it brings back, in a few words, and how."""

BLOCK = 64
"""Messages fetched at a time: one read costs less than a frame, and a screen holds fewer."""


def outline_of(message: Message) -> Outline:
    """What the store will say of this message in its outline."""
    return Outline(
        message.id,
        len(message.text),
        message.text.count("\n") + 1,
        len(message.attachments),
    )


class ChatSession:
    """The messages of one chat as a sequence over the store.

    Everything that changes the chat goes through here, so that the store, the outline and the
    messages in memory agree. A message object stays the same while the session lives.
    """

    def __init__(
        self,
        chat: Chat,
        outline: Sequence[Outline],
        store: ChatStore,
        character: Character,
        persona: Persona,
    ) -> None:
        self.chat = chat
        self.character = character
        self.persona = persona
        self.outline = list(outline)
        self.revision = 0
        """Bumped when messages come or go."""
        self.undos: list[Undo] = []
        """What can be undone, the latest last."""
        self.variables = Variables()
        """The chat's own."""
        self.shared = Variables()
        """The global ones; `Library` gives all its chats the same."""
        self._store = store
        self._messages: dict[str, Message] = {}

    def __len__(self) -> int:
        return len(self.outline)

    def message(self, index: int) -> Message:
        """The message at a position (`#N`); negative counts from the end.

        Raises:
            IndexError: No such message.
            StorageError: It could not be read.
        """
        wanted = self.outline[index].id
        found = self._messages.get(wanted)
        if found is None:
            self._fetch(index % len(self.outline))
            found = self._messages.get(wanted)
        if found is None:
            raise IndexError(index)
        return found

    def _fetch(self, index: int) -> None:
        start = max(0, index - BLOCK // 2)
        ids = [entry.id for entry in self.outline[start : start + BLOCK]]
        missing = [each for each in ids if each not in self._messages]
        for message in self._store.read(missing):
            self._messages[message.id] = message

    def tail(self, count: int) -> list[tuple[int, Message]]:
        """The last messages in order, each with its position."""
        start = max(0, len(self) - count)
        return [(index, self.message(index)) for index in range(start, len(self))]

    def index_of(self, message_id: str) -> int | None:
        """Where a message stands now, or None when it is gone."""
        for index in range(len(self.outline) - 1, -1, -1):
            if self.outline[index].id == message_id:
                return index
        return None

    async def append(self, message: Message) -> None:
        """Put a message at the end, on disk first. Raises StorageError."""
        await self._number(message)
        await self._store.append(self.chat.id, message)
        self._messages[message.id] = message
        self.outline.append(outline_of(message))
        self.revision += 1

    async def update(self, message: Message) -> None:
        """Keep a changed message. Raises StorageError."""
        await self._number(message)
        message.touch()
        await self._store.update(message)
        index = self.index_of(message.id)
        if index is not None:
            self.outline[index] = outline_of(message)

    async def remove(self, index: int) -> Message:
        """Hide a message; `bring_back` undoes it. Raises IndexError, StorageError."""
        message = self.message(index)
        await self._store.delete_message(message.id)
        self.outline.pop(index)
        self.revision += 1
        return message

    async def bring_back(self, message: Message) -> None:
        """Undo `remove`: the message returns to its place. Raises StorageError."""
        await self._store.restore_message(message.id)
        order = [entry.id for entry in await self._store.outline(self.chat.id)]
        if message.id not in order or self.index_of(message.id) is not None:
            return
        # Others may have come or gone since it was removed: the store alone knows its place.
        before = set(order[: order.index(message.id)])
        self.outline.insert(sum(e.id in before for e in self.outline), outline_of(message))
        self._messages[message.id] = message
        self.revision += 1

    async def numbered(self, pictures: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The pictures of this chat, each with a number of its own. Raises StorageError."""
        before = self.chat.pictures
        done = tuple(each if each.number else self._next(each) for each in pictures)
        if self.chat.pictures != before:
            # Kept at once: a number that was seen must not come again for another picture.
            await self.save()
        return done

    def _next(self, picture: Attachment) -> Attachment:
        self.chat.pictures += 1
        return replace(picture, number=self.chat.pictures)

    async def _number(self, message: Message) -> None:
        message.attachments = await self.numbered(message.attachments)

    async def save(self) -> None:
        """Keep title, draft, participants and what pictures were numbered."""
        await self._store.save(replace(self.chat))
