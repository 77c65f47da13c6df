"""A chat that is open: its outline whole, its messages by need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.character import Character, Persona
from tui.domain.chat import Attachment, Chat, Message, Outline, Swipe
from tui.domain.errors import AppError
from tui.services.kept_variables import KeptVariables, SharedVariables
from tui.services.ledger import Ledger, News, must_be_ours
from tui.services.outlines import outline_of, put_back

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore

Undo = tuple[str, Callable[[], Awaitable[None]]]
"""What it brings back, in a few words, and how."""

BLOCK = 64
"""Messages fetched at a time: one read costs less than a frame, and a screen holds fewer."""


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
        self.variables = KeptVariables(chat.variables)
        """The chat's own."""
        self.shared = SharedVariables(store)
        """The global ones; `Library` gives all its chats the same."""
        self._store = store
        self._messages: dict[str, Message] = {}
        self._ledger = Ledger(chat, self.outline, self._messages, store, self.variables)
        self.tell: Callable[[str], object] = lambda line: None
        """Is told, in a line, what another Salon did at the same time."""

    def __len__(self) -> int:
        return len(self.outline)

    def message(self, index: int) -> Message:
        """The message at a position (`#N`); negative counts from the end.

        Raises:
            IndexError: No such message.
            StorageError: It could not be read.
        """
        wanted = self.outline[index].id
        if wanted not in self._messages:
            self._fetch(index % len(self.outline))
        if wanted not in self._messages:
            raise IndexError(index)
        return self._messages[wanted]

    def at(self, index: int) -> Message:
        """Like `message`, for a position that was typed.

        Raises:
            AppError: No such message; the hint says which there are.
            StorageError: It could not be read.
        """
        if not 0 <= index < len(self):
            last = len(self) - 1
            hint = f"they go from #0 to #{last}" if len(self) else "the chat is empty"
            raise AppError(f"there is no message #{index}", hint=hint)
        return self.message(index)

    def _fetch(self, index: int) -> None:
        start = max(0, index - BLOCK // 2)
        ids = [entry.id for entry in self.outline[start : start + BLOCK]]
        missing = [each for each in ids if each not in self._messages]
        for message in self._store.read(missing):
            self._messages[message.id] = message
            self._ledger.note(message)

    def tail(self, count: int, end: int | None = None) -> list[tuple[int, Message]]:
        """The last messages that the model gets, in order, each with its position.

        Args:
            count: How many at most.
            end: Position before which they stand; None for the end of the chat.
        """
        wanted: list[int] = []
        for index in range((len(self) if end is None else end) - 1, -1, -1):
            if len(wanted) == count:
                break
            if self.outline[index].is_sent:
                wanted.append(index)
        return [(index, self.message(index)) for index in reversed(wanted)]

    def growing(self) -> int:
        """Position of the reply that is being written; of the last message when none is."""
        for index in range(len(self) - 1, max(-1, len(self) - 1 - BLOCK), -1):
            message = self.message(index)
            if message.status == "streaming" and not message.elsewhere:
                return index
        return len(self) - 1

    def last_said(self) -> int | None:
        """Position of the last message that is no comment, or None."""
        backwards = range(len(self) - 1, -1, -1)
        return next((at for at in backwards if self.message(at).kind != "comment"), None)

    def index_of(self, message_id: str) -> int | None:
        """Where a message stands now, or None when it is gone."""
        for index in range(len(self.outline) - 1, -1, -1):
            if self.outline[index].id == message_id:
                return index
        return None

    async def append(self, message: Message) -> None:
        """Put a message at the end, on disk first. Raises StorageError."""
        await self._number(message)
        with self._ledger.writing():
            await self._return()
            await self._store.append(self.chat.id, kept := replace(message))
            self._entered(message, kept)
            self.outline.append(outline_of(message))

    async def insert(self, index: int, message: Message) -> None:
        """Put a message before the one at a position, on disk first.

        Raises:
            IndexError: There is none.
            StorageError: It could not be written, nothing was changed.
        """
        before = self.outline[index].id
        await self._number(message)
        with self._ledger.writing():
            await self._return()
            await self._store.insert(self.chat.id, kept := replace(message), before)
            at = self.index_of(before)
            self._entered(message, kept)
            self.outline.insert(len(self) if at is None else at, outline_of(message))

    def _entered(self, message: Message, kept: Message) -> None:
        self._messages[message.id] = message
        self._ledger.note(kept)
        self.revision += 1

    async def _return(self) -> None:
        """A chat that another Salon deleted comes back when something is put into it."""
        if self._ledger.is_deleted:
            await self._store.restore(self.chat.id)
            self._ledger.is_deleted = False

    async def update(self, *messages: Message) -> None:
        """Keep changed messages, all of them or none.

        Raises:
            AppError: One is being written in another Salon, or was deleted there.
            StorageError: They could not be written.
        """
        # Also when nobody waits: what the disk has is to be known, or it counts as another's.
        await asyncio.shield(self._update(messages))

    async def _update(self, messages: Sequence[Message]) -> None:
        for message in messages:
            must_be_ours(message)
            await self._number(message)
            message.touch()
        # Keys come in between where there are thousands. Not between copying and writing: what
        # another one writes meanwhile would be overwritten.
        await asyncio.sleep(0)
        kept = [replace(message) for message in messages]
        with self._ledger.writing():
            before = await self._store.update(*kept)
            overtaken = self._ledger.overtaken(before)
            self._ledger.note(*kept)
        await asyncio.sleep(0)
        changed = {message.id: outline_of(message) for message in messages}
        for index in range(len(self.outline) - 1, -1, -1):
            if not changed:
                break
            entry = self.outline[index]
            self.outline[index] = changed.pop(entry.id, entry)
        self._meet(messages, before, overtaken)

    def _meet(
        self, messages: Sequence[Message], before: Sequence[Message], theirs: Sequence[Message]
    ) -> None:
        """Deal with what another Salon did to messages just before they were written here."""
        for each in theirs:
            at = self.index_of(each.id)
            self.undos.append((f"#{at} as another Salon wrote it", partial(self._yield, each)))
            self.tell(f"Another Salon changed #{at} just before: /undo brings its words back")
        left = {each.id for each in before}
        for message in messages:
            at = None if message.id in left else self.index_of(message.id)
            if at is not None:
                del self._messages[message.id]
                raise AppError(
                    f"#{at} was deleted in another Salon", hint="/undo there brings it back"
                )

    async def _yield(self, theirs: Message) -> None:
        mine = self._messages.get(theirs.id)
        if mine is not None:
            mine.become(theirs)
            await self.update(mine)

    @property
    def is_written_elsewhere(self) -> bool:
        """Whether another Salon is writing one of the last messages."""
        last = (self._messages.get(entry.id) for entry in self.outline[-BLOCK:])
        return any(message is not None and message.elsewhere for message in last)

    async def catch_up(self) -> News | None:
        """Take over what another Salon wrote. Raises StorageError; see `Ledger.catch_up`."""
        news = await self._ledger.catch_up()
        if news and (news.came or news.gone):
            self.revision += 1
        return news

    async def show(self, message: Message, versions: tuple[Swipe, ...], at: int) -> None:
        """Give a message its versions and show one; raises StorageError and changes nothing."""
        earlier, shown = message.versions, message.swipe
        message.show(versions, at)
        try:
            await self.update(message)
        except AppError:
            message.show(earlier, shown)
            raise

    async def remove(self, index: int) -> Message:
        """Take a message out; `bring_back` undoes it. Raises IndexError, StorageError."""
        return (await self.remove_all([index]))[0]

    async def remove_all(self, indices: Sequence[int]) -> list[Message]:
        """Take messages out, all of them or none. Raises IndexError, StorageError."""
        messages = [self.message(index) for index in indices]
        gone = {message.id for message in messages}
        with self._ledger.writing():
            await self._store.delete_message(*gone)
            self.outline[:] = [entry for entry in self.outline if entry.id not in gone]
        self.revision += 1
        return messages

    async def bring_back(self, *messages: Message) -> None:
        """Undo `remove`: the messages return to their places. Raises StorageError."""
        with self._ledger.writing():
            await self._store.restore_message(*(message.id for message in messages))
        # Others may have come or gone since they were removed: the store alone knows the order.
        order = await self._store.outline(self.chat.id)
        for message in put_back(self.outline, messages, order):
            self._messages[message.id] = message
        self.revision += 1

    async def numbered(self, pictures: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The pictures of this chat, each with a number of its own. Raises StorageError."""
        return await self._ledger.numbered(pictures)

    async def _number(self, message: Message) -> None:
        message.attachments = await self.numbered(message.attachments)

    async def asked(self) -> None:
        """A prompt was made: keep what macros changed, drop what was to go in but once."""
        await self.keep_variables()
        lasting = tuple(each for each in self.chat.injections if not each.ephemeral)
        if lasting != self.chat.injections:
            self.chat.injections = lasting
            await self.save()

    async def keep_variables(self) -> None:
        """Write the variables, the global ones too, when they changed. Raises StorageError."""
        if not self.variables.is_kept:
            await self.save()
        await self.shared.keep()

    @property
    def is_behind(self) -> bool:
        """Whether `save` failed the last time, so that something waits for the next."""
        return self._ledger.is_behind

    async def save(self) -> None:
        """Keep what changed of title, draft, participants and variables."""
        await self._ledger.save()
