from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

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
from tui.domain.errors import StorageError


class InMemoryChats:
    """A ChatStore that forgets; run through the same contract as the real one."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.is_shown_elsewhere = False
        self._chats: dict[str, Chat] = {}
        self._messages: dict[str, tuple[str, Message]] = {}
        self._hidden: set[str] = set()
        self._journal: list[JournalEntry] = []
        self.cached: dict[str, CachedCaption] = {}
        self._globals: Variables = {}

    def show(self, chat_id: str) -> bool:
        return self.is_shown_elsewhere

    def is_stirred(self) -> bool:
        return False

    async def has_news(self) -> bool:
        return False

    def _of(self, chat_id: str) -> list[Message]:
        pairs = self._messages.values()
        return [m for chat, m in pairs if chat == chat_id and m.id not in self._hidden]

    def _visible(self) -> list[Chat]:
        found = [chat for chat in self._chats.values() if chat.id not in self._hidden]
        return sorted(found, key=lambda chat: (-chat.updated, -chat.created))

    async def chats(self) -> list[ChatSummary]:
        rows = []
        for chat in self._visible():
            messages = self._of(chat.id)
            last = " ".join(messages[-1].text.split())[:120] if messages else ""
            row = (chat.id, chat.title, chat.character, len(messages), chat.updated, last)
            rows.append(ChatSummary(*row))
        return rows

    async def create(self, chat: Chat) -> None:
        self._chats[chat.id] = deepcopy(chat)

    async def load(self, chat_id: str) -> Chat | None:
        found = None if chat_id in self._hidden else self._chats.get(chat_id)
        return deepcopy(found) if found else None

    def read_ahead(self) -> None:
        pass

    async def latest(self) -> tuple[Chat, list[Outline]] | None:
        found = next((deepcopy(chat) for chat in self._visible()), None)
        return (found, await self.outline(found.id)) if found else None

    async def save(self, chat: Chat, known: Chat) -> None:
        self._exists(chat.id, self._chats)
        kept = self._chats[chat.id]
        for name in Chat.__dataclass_fields__:
            if name not in ("id", "created", "updated", "pictures", "variables"):
                mine = getattr(chat, name)
                if mine != getattr(known, name):
                    setattr(kept, name, deepcopy(mine))
        kept.updated = max(kept.updated, chat.updated)
        kept.pictures = max(kept.pictures, chat.pictures)
        self._merge(kept.variables, chat.variables, known.variables)

    async def number(self, chat_id: str, count: int) -> int:
        self._exists(chat_id, self._chats)
        self._chats[chat_id].pictures += count
        return self._chats[chat_id].pictures

    @staticmethod
    def _merge(kept: Variables, mine: Variables, known: Variables) -> None:
        for name in known.keys() - mine.keys():
            kept.pop(name, None)
        for name, value in mine.items():
            if name not in known or known[name] != value:
                kept[name] = deepcopy(value)

    async def delete(self, chat_id: str) -> None:
        self._hidden.add(chat_id)

    async def restore(self, chat_id: str) -> None:
        self._exists(chat_id, self._chats)
        self._hidden.discard(chat_id)

    async def forget(self, chat_id: str) -> None:
        if chat_id in self._hidden:
            self._chats.pop(chat_id, None)
            self._messages = {
                id_: (chat, message)
                for id_, (chat, message) in self._messages.items()
                if chat != chat_id
            }

    async def outline(self, chat_id: str) -> list[Outline]:
        return [
            Outline(m.id, len(m.text), m.text.count("\n") + 1, len(m.attachments), m.is_sent)
            for m in self._of(chat_id)
        ]

    def read(self, ids: Sequence[str]) -> list[Message]:
        return [replace(self._messages[i][1], revision=0) for i in ids if i in self._messages]

    async def append(self, chat_id: str, message: Message) -> None:
        self._exists(chat_id, self._chats)
        self._messages[message.id] = (chat_id, replace(message))
        chat = self._chats[chat_id]
        chat.updated = max(chat.updated, message.created)

    async def insert(self, chat_id: str, message: Message, before: str) -> None:
        if before not in [m.id for m in self._of(chat_id)]:
            raise StorageError("that is gone")
        rows = list(self._messages.items())
        self._messages.clear()
        for key, kept in rows:
            if key == before:
                await self.append(chat_id, message)
            self._messages[key] = kept

    async def update(self, *messages: Message) -> list[Message]:
        for message in messages:
            self._exists(message.id, self._messages)
        before = self.read([message.id for message in messages if message.id not in self._hidden])
        for message in messages:
            self._messages[message.id] = (self._messages[message.id][0], replace(message))
        return before

    async def delete_message(self, *message_ids: str) -> None:
        self._hidden.update(message_ids)

    async def restore_message(self, *message_ids: str) -> None:
        for message_id in message_ids:
            self._exists(message_id, self._messages)
        self._hidden.difference_update(message_ids)

    async def globals(self) -> Variables:
        return deepcopy(self._globals)

    async def save_globals(self, variables: Variables, known: Variables) -> None:
        self._merge(self._globals, variables, known)

    async def search(self, text: str, limit: int = 50) -> list[SearchHit]:
        words = text.lower().split()
        hits = []
        for chat in self._visible() if words else []:
            for message in self._of(chat.id):
                whole = "\n".join([message.text, *(a.caption for a in message.attachments)])
                if all(word in whole.lower() for word in words):
                    snippet = " ".join(whole.split())[:100]
                    hits.append(SearchHit(chat.id, chat.title, message.id, snippet))
        return hits[:limit]

    async def pictures(self, chat_id: str | None = None) -> list[PictureUse]:
        found = [
            PictureUse(chat.id, chat.title, m.id, at, number, picture, m.created)
            for chat in self._visible()
            for at, m in enumerate(self._of(chat.id))
            for number, picture in enumerate(m.attachments, start=1)
            if chat_id in (None, chat.id)
        ]
        places = {message_id: place for place, message_id in enumerate(self._messages)}
        return sorted(found, key=lambda use: (-use.created, -places[use.message_id], -use.number))

    async def log_caption(self, entry: JournalEntry) -> int:
        self._journal.append(entry)
        return len(self._journal)

    async def reword_caption(self, number: int, text: str) -> None:
        if number <= len(self._journal):
            self._journal[number - 1] = replace(self._journal[number - 1], caption=text)

    async def caption_used(self, number: int) -> None:
        if number <= len(self._journal):
            self._journal[number - 1] = replace(self._journal[number - 1], used=True)

    async def journal(self, limit: int = 100, digest: str = "") -> list[JournalEntry]:
        entries = [each for each in self._journal if digest in ("", each.digest)]
        return entries[::-1][:limit]

    async def cached_caption(self, key: str) -> CachedCaption | None:
        return self.cached.get(key)

    async def cache_caption(self, key: str, made: CachedCaption) -> None:
        self.cached[key] = made

    async def aclose(self) -> None:
        pass

    @staticmethod
    def _exists(id_: str, where: dict[str, Chat] | dict[str, tuple[str, Message]]) -> None:
        if id_ not in where:
            raise StorageError("that is gone")
