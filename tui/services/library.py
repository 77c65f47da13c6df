"""Opening, naming and deleting chats; who takes part in them."""

from __future__ import annotations

import time
import uuid
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.domain.character import Character, Persona, greeting
from tui.domain.chat import Chat, ChatSummary, Message, Outline, SearchHit
from tui.domain.errors import AppError, StorageError
from tui.domain.safetext import clean_line
from tui.services.kept_variables import SharedVariables
from tui.services.ledger import News, frozen
from tui.services.macro_environment import environment
from tui.services.session import ChatSession

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore
    from tui.services.configuring import SettingsService
    from tui.services.ports import CharacterStore


def new_id() -> str:
    """An id for a chat or a message."""
    return uuid.uuid4().hex


class Library:
    """All chats, characters and personas."""

    def __init__(
        self, store: ChatStore, characters: CharacterStore, settings: SettingsService
    ) -> None:
        self._store = store
        self._characters = characters
        self._settings = settings
        self._variables = SharedVariables(store)
        self._opened: weakref.WeakSet[ChatSession] = weakref.WeakSet()
        self.tell: Callable[[str], object] = lambda line: None
        """Is told, in a line, what another Salon did to an open chat at the same time."""

    @property
    def problems(self) -> list[str]:
        """Files of characters and personas that could not be read when last asked for."""
        return [error.line() for error in self._characters.problems]

    async def characters(self) -> list[Character]:
        """Those there are, by name."""
        return sorted(await self._characters.characters(), key=lambda c: c.name.lower())

    async def personas(self) -> list[Persona]:
        """Those there are, by name."""
        return sorted(await self._characters.personas(), key=lambda p: p.name.lower())

    async def _character(self, wanted: str) -> Character:
        for character in await self._characters.characters():
            if wanted.lower() in (character.id.lower(), character.name.lower()):
                return character
        return Character(name=clean_line(wanted) or "Assistant", id=wanted)

    async def _persona(self, wanted: str) -> Persona:
        for persona in await self._characters.personas():
            if wanted.lower() in (persona.id.lower(), persona.name.lower()):
                return persona
        return Persona(id=wanted)

    async def new(
        self, character: str = "", persona: str = "", *, temporary: bool = False
    ) -> ChatSession:
        """Start a chat; the character's greeting is its first message.

        Args:
            character: Id or name; empty: the one of the settings.
            persona: Id or name; empty: the one of the settings.
            temporary: It is deleted from the beginning, so that no list ever shows it, not even
                after a crash; `forget` ends it.
        """
        settings = self._settings.current.chat
        who = await self._character(character or settings.character)
        me = await self._persona(persona or settings.persona)
        now = time.time()
        chat = Chat(new_id(), "", who.id, me.id, now, now)
        await self._store.create(chat)
        if temporary:
            await self._store.delete(chat.id)
        session = await self._session(chat, [], who, me)
        opening = greeting(who, me, environment(session, self._settings.current))
        if opening:
            await session.append(Message(new_id(), "assistant", who.name, opening, now))
        await session.keep_variables()
        return session

    async def open(self, chat_id: str) -> ChatSession:
        """Open a chat.

        Raises:
            StorageError: There is no such chat, or it cannot be read.
        """
        chat = await self._store.load(chat_id)
        if chat is None:
            raise StorageError("that chat is gone", hint="/chats lists those there are")
        return await self._open(chat, await self._store.outline(chat_id))

    async def _open(self, chat: Chat, outline: Sequence[Outline]) -> ChatSession:
        who = await self._character(chat.character)
        persona = await self._persona(chat.persona)
        return await self._session(chat, outline, who, persona)

    async def enter(self, chat_id: str) -> ChatSession:
        """Open a chat to go on with it: as the session that somebody works with already.

        Two sessions of one chat would not know of each other's messages, and write over each
        other's variables.

        Raises:
            StorageError: There is no such chat, or it cannot be read.
        """
        return self._live(chat_id) or await self.open(chat_id)

    def _live(self, chat_id: str) -> ChatSession | None:
        return next((each for each in self._opened if each.chat.id == chat_id), None)

    async def _session(
        self, chat: Chat, outline: Sequence[Outline], who: Character, persona: Persona
    ) -> ChatSession:
        await self._variables.begin()
        session = ChatSession(chat, outline, self._store, who, persona)
        session.shared = self._variables
        session.tell = self._pass_on
        self._opened.add(session)
        return session

    def _pass_on(self, line: str) -> None:
        # Whoever listens may have come after the chat was opened.
        self.tell(line)

    async def catch_up(self, session: ChatSession) -> News | None:
        """Take over what another Salon changed in an open chat, and of the global variables.

        Returns:
            What is new; None when that cannot be told yet, since something was written here.

        Raises:
            StorageError: It could not be read.
        """
        news = await session.catch_up()
        if news is not None:
            await self._variables.catch_up()
            if session.character.id != session.chat.character:
                session.character = await self._character(session.chat.character)
            if session.persona.id != session.chat.persona:
                session.persona = await self._persona(session.chat.persona)
        return news

    async def resume(self) -> ChatSession:
        """Open the chat used last, or start the first one."""
        found = await self._store.latest()
        if found is None:
            return await self.new()
        chat, outline = found
        return self._live(chat.id) or await self._open(chat, outline)

    async def summaries(self) -> list[ChatSummary]:
        """All chats, the last used first."""
        return await self._store.chats()

    async def rename(self, chat_id: str, title: str) -> None:
        """Give a chat a title, also where it is open. Raises StorageError."""
        chat = await self._store.load(chat_id)
        if chat is None:
            raise StorageError("that chat is gone", hint="/chats lists those there are")
        known, chat.title = frozen(chat), clean_line(title)
        await self._store.save(chat, known)
        for session in self._opened:
            if session.chat.id == chat_id:
                session.chat.title = chat.title

    async def delete(self, chat_id: str) -> None:
        """Hide a chat; `restore` undoes it."""
        await self._store.delete(chat_id)

    async def restore(self, chat_id: str) -> None:
        """Bring a deleted chat back."""
        await self._store.restore(chat_id)

    async def forget(self, chat_id: str) -> None:
        """Remove a deleted chat for good."""
        await self._store.forget(chat_id)

    async def search(self, text: str) -> list[SearchHit]:
        """Messages and captions that hold all the words."""
        return await self._store.search(text)

    async def set_character(self, session: ChatSession, wanted: str) -> None:
        """Let another character answer from now on. Raises AppError for an unknown one."""
        found = [
            c for c in await self.characters() if wanted.lower() in (c.id.lower(), c.name.lower())
        ]
        if not found:
            names = ", ".join(c.name for c in await self.characters())
            raise AppError(f"no character named {wanted!r}", hint=f"there are: {names}")
        session.character = found[0]
        session.chat.character = found[0].id
        await session.save()

    async def set_persona(self, session: ChatSession, wanted: str) -> None:
        """Be another persona from now on. Raises AppError for an unknown one."""
        found = [
            p for p in await self.personas() if wanted.lower() in (p.id.lower(), p.name.lower())
        ]
        if not found:
            names = ", ".join(p.name for p in await self.personas())
            raise AppError(f"no persona named {wanted!r}", hint=f"there are: {names}")
        session.persona = found[0]
        session.chat.persona = found[0].id
        await session.save()
