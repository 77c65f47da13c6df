"""What the disk is known to hold of a chat: tells another Salon's changes from one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.domain.chat import Attachment, Chat, Message, Outline
from tui.domain.errors import AppError

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore
    from tui.services.kept_variables import KeptVariables

_BLOCK = 64
"""Messages read at a time."""
_OURS = ("id", "created", "draft", "draft_pictures", "variables", "pictures", "updated")
"""What is not taken over as it is: a prompt belongs to who types in it."""


@dataclass(frozen=True, slots=True)
class News:
    """What another Salon changed in a chat."""

    came: tuple[str, ...] = ()
    """Ids of messages."""
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    is_deleted: bool = False
    """The chat itself was deleted."""

    def __bool__(self) -> bool:
        return bool(self.came or self.gone or self.changed or self.is_deleted)


class Ledger:
    """Compares what is in memory and what is on the disk with what was on the disk before.

    Args:
        chat: The chat, its `outline` and the `messages` that were read, all of which are changed
            in place.
        store: Where they are kept.
        variables: The chat's own.
    """

    def __init__(
        self,
        chat: Chat,
        outline: list[Outline],
        messages: dict[str, Message],
        store: ChatStore,
        variables: KeptVariables,
    ) -> None:
        self._chat = chat
        self._outline = outline
        self._messages = messages
        self._store = store
        self._variables = variables
        self._known = frozen(chat)
        self._saving = asyncio.Lock()
        self._stamps: dict[str, int] = {}
        self._writing = 0
        self._written = 0
        self.is_deleted = False
        """Another Salon deleted the chat."""
        self.is_behind = False
        """What changed of the chat itself could not be written the last time."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Something is being written: what is read meanwhile may be older."""
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1
            self._written += 1

    def note(self, *messages: Message) -> None:
        """The disk holds these as they are now."""
        for message in messages:
            self._stamps[message.id] = message.stamp

    def overtaken(self, before: Sequence[Message]) -> list[Message]:
        """Which of these are not what the disk was known to hold."""
        return [each for each in before if self._stamps.get(each.id, each.stamp) != each.stamp]

    async def save(self) -> None:
        """Keep what changed of the chat itself, also when nobody waits. Raises StorageError."""
        await asyncio.shield(self._save())

    async def _save(self) -> None:
        # One after the other: what is taken back while it is written is no change until then.
        async with self._saving:
            now = frozen(self._chat)
            self.is_behind = True
            with self.writing(), self._variables.being_written() as (_, before):
                await self._store.save(now, replace(self._known, variables=before))
                self._known = now
            self.is_behind = False

    async def numbered(self, pictures: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """Pictures of this chat, each with a number of its own. Raises StorageError."""
        count = sum(not each.number for each in pictures)
        if not count:
            return tuple(pictures)
        # Kept at once: a number that was seen must not come again for another picture.
        with self.writing():
            last = await self._store.number(self._chat.id, count)
        self._chat.pictures = max(self._chat.pictures, last)
        free = iter(range(last - count + 1, last + 1))
        return tuple(each if each.number else replace(each, number=next(free)) for each in pictures)

    async def catch_up(self) -> News | None:
        """Take over what is new on the disk.

        What was changed here and is not written yet stays as it is here.

        Returns:
            What is new; None when something was written here meanwhile, so that nothing is sure.

        Raises:
            StorageError: It could not be read; nothing was changed.
        """
        written = self._written
        chat = await self._store.load(self._chat.id)
        if chat is None:
            was_there, self.is_deleted = not self.is_deleted, True
            return News(is_deleted=was_there)
        outline = await self._store.outline(self._chat.id)
        fresh: list[Message] = []
        ids = [entry.id for entry in outline if entry.id in self._messages]
        for start in range(0, len(ids), _BLOCK):
            fresh += await asyncio.to_thread(self._store.read, ids[start : start + _BLOCK])
        if self._writing or self._written != written:
            return None
        self.is_deleted = False
        self._take_chat(chat)
        return self._take_messages(outline, fresh)

    def _take_chat(self, theirs: Chat) -> None:
        mine, known = self._chat, self._known
        for name in Chat.__dataclass_fields__:
            if name not in _OURS and getattr(mine, name) == getattr(known, name):
                setattr(mine, name, getattr(theirs, name))
        mine.pictures = max(mine.pictures, theirs.pictures)
        mine.updated = max(mine.updated, theirs.updated)
        self._variables.take(theirs.variables)
        self._known = replace(
            theirs,
            # An empty prompt takes no other's away; what is written here is kept once more.
            draft=theirs.draft if mine.draft else "",
            draft_pictures=theirs.draft_pictures if mine.draft_pictures else (),
        )

    def _take_messages(self, outline: list[Outline], fresh: Sequence[Message]) -> News:
        before = {entry.id: None for entry in self._outline}
        now = {entry.id: None for entry in outline}
        changed = [each.id for each in fresh if self._take_message(each)]
        self._outline[:] = outline
        return News(
            tuple(each for each in now if each not in before),
            tuple(each for each in before if each not in now),
            tuple(changed),
        )

    def _take_message(self, theirs: Message) -> bool:
        mine, known = self._messages[theirs.id], self._stamps.get(theirs.id)
        if theirs.stamp == known and theirs.elsewhere == mine.elsewhere:
            return False
        if mine.stamp != known or (mine.status == "streaming" and not mine.elsewhere):
            return False
        self.note(theirs)
        mine.become(theirs)
        return True


def must_be_ours(message: Message) -> None:
    """Let nobody change what another Salon is writing. Raises AppError."""
    if message.elsewhere:
        raise AppError(
            "that reply is being written in another Salon",
            hint="wait until it is done there, or stop it there",
        )


def frozen(chat: Chat) -> Chat:
    """The chat as it is now, whatever happens to it."""
    return replace(chat, variables=dict(chat.variables))
