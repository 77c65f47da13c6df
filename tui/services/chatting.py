"""Sending messages and getting replies; nothing that was said gets lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from tui.domain import prompt as prompts
from tui.domain.chat import Attachment, Message, Status
from tui.domain.errors import AppError
from tui.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    Sampling,
)
from tui.domain.image import Image
from tui.domain.macros import Environment
from tui.domain.prompt import Budget, Prompt
from tui.domain.safetext import clean_line
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.growing_reply import GrowingReply
from tui.services.library import new_id
from tui.services.macro_environment import environment
from tui.services.picture_fates import PictureFates
from tui.services.ports import ImageStore
from tui.services.session import ChatSession

TAIL = 400
"""Messages looked at when a prompt is built; the token budget ends long before."""
TITLE = 60

STOPPED = "stopped before an answer came"


class ChatService:
    """The conversation: send, reply, regenerate, continue, edit, delete, undo."""

    def __init__(
        self, settings: SettingsService, connections: ConnectionService, images: ImageStore
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._images = images
        self.fates = PictureFates(settings, connections)
        """What the model gets of each picture."""

    async def send(
        self, session: ChatSession, text: str, attachments: Sequence[Attachment] = ()
    ) -> Message:
        """Put the person's message at the end; it is on disk when this returns.

        Captions that go out count as looked over. A message without words gets those of its first
        picture's caption, as its template made them.

        Raises:
            StorageError: It could not be written; nothing was added.
        """
        now = time.time()
        pictures = tuple(replace(each, unchecked=False) for each in attachments)
        wrapped = pictures[0].wrapped if pictures and not text.strip() else ""
        message = Message(new_id(), "user", session.persona.name, wrapped or text, now, pictures)
        message.templated = bool(wrapped)
        await self.add(session, message)
        return message

    async def add(self, session: ChatSession, message: Message) -> None:
        """Put a ready message at the end and name an unnamed chat after it."""
        await session.append(message)
        session.chat.updated = message.created
        session.chat.draft = ""
        sent = {each.number for each in message.attachments}
        waiting = session.chat.draft_pictures
        session.chat.draft_pictures = tuple(each for each in waiting if each.number not in sent)
        if not session.chat.title and message.role == "user":
            session.chat.title = _title(message)
        await session.save()

    async def prompt(self, session: ChatSession) -> Prompt:
        """What would be sent now, part by part."""
        return self._prompt(session, environment(session, self._settings.current).apart())

    def _prompt(self, session: ChatSession, macros: Environment) -> Prompt:
        settings = self._settings.current
        tail = session.tail(TAIL)
        budget = Budget(
            settings.chat.context_tokens,
            settings.captioning.send,
            self.fates.sight(session),
            settings.captioning.template,
        )
        built = prompts.build(
            tail, session.character, session.persona, settings.chat.system_prompt, budget, macros
        )
        older = len(session) - len(tail)
        return Prompt(built.parts, built.left_out + older)

    def reply(self, session: ChatSession) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the character's next message into the session.

        The message joins the session with its first words, is saved at least every second, and
        keeps what came when the stream is closed or breaks.

        Raises:
            AppError: No answer, or a broken one. Without an answer the user's message is
                marked as failed with the reason.
        """
        return self._generate(session, GrowingReply(session, None))

    async def regenerate(self, session: ChatSession) -> AsyncGenerator[GenerationEvent, None]:
        """Replace the last reply by a new one; the old one stays until the new one begins.

        Raises:
            AppError: There is no reply to replace, or no answer came (the old reply is back).
        """
        last = session.message(-1) if len(session) else None
        if last is None or last.role != "assistant":
            async with aclosing(self.reply(session)) as events:
                async for event in events:
                    yield event
            return
        index = len(session) - 1
        if index == 0:
            raise AppError("the greeting is not a reply", hint="write something first")
        old = await session.remove(index)
        reply = GrowingReply(session, None)
        try:
            async with aclosing(self._generate(session, reply, marks=False)) as events:
                async for event in events:
                    yield event
        finally:
            if reply.message is None:
                await session.bring_back(old)
            else:
                _push_swap(session, old, reply.message)

    async def continue_reply(self, session: ChatSession) -> AsyncGenerator[GenerationEvent, None]:
        """Let the last reply go on where it ended. Raises AppError when there is none."""
        last = session.message(-1) if len(session) else None
        if last is None or last.role != "assistant":
            raise AppError("there is no reply to continue", hint="/regenerate asks for one")
        before = (last.text, last.status, last.error)
        events = self._generate(session, GrowingReply(session, last))
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            if last.text != before[0]:
                _push_shortening(session, last, before)

    async def _generate(
        self, session: ChatSession, reply: GrowingReply, *, marks: bool = True
    ) -> AsyncGenerator[GenerationEvent, None]:
        """Fill a reply; `marks` says whether the question is marked when no answer comes."""
        asked = session.message(-1) if marks and len(session) else None
        if asked is not None and asked.role != "user":
            asked = None
        try:
            async with reply.kept():
                name = self._connections.current()
                endpoint, model = await self._connections.open(name)
                reply.model = endpoint.model
                request = await self._request(session)
                async with aclosing(model.generate(request)) as events:
                    async for event in events:
                        await reply.take(event)
                        if reply.message is not None:
                            await _mark_answered(session, asked)
                        yield event
                reply.check()
        except AppError as error:
            if reply.message is None:
                await _mark_failed(session, asked, error.line())
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if reply.message is None:
                await _mark_failed(session, asked, STOPPED)
            raise

    async def _request(self, session: ChatSession) -> GenerationRequest:
        prompt = self._prompt(session, environment(session, self._settings.current))
        pictures: dict[str, Image] = {}
        for digest in prompt.digests:
            image = await self._images.get(digest)
            if image is not None:
                pictures[digest] = image
        chat = self._settings.current.chat
        sampling = Sampling(chat.temperature, chat.top_p, chat.max_tokens)
        others = (session.persona.name,)
        return GenerationRequest(prompt.turns(pictures), sampling, others=others)

    async def edit(self, session: ChatSession, index: int, text: str) -> None:
        """Change a message's text. Raises AppError for a position that is not there."""
        message = _at(session, index)
        before = (message.text, message.templated)

        async def restore() -> None:
            message.text, message.templated = before
            await session.update(message)

        message.text, message.templated = text, False
        await session.update(message)
        session.undos.append((f"the text of #{index} as it was", restore))

    async def delete(self, session: ChatSession, index: int) -> None:
        """Take a message out; `undo` brings it back. Raises AppError for a wrong position."""
        message = _at(session, index)
        await session.remove(index)
        session.undos.append((f"message #{index}", lambda: session.bring_back(message)))

    async def undo(self, session: ChatSession) -> str | None:
        """Take back the last edit, deletion or generation; None when there is nothing.

        Returns:
            What came back, in a few words.
        """
        if not session.undos:
            return None
        last = session.undos.pop()
        what, bring_back = last
        try:
            await bring_back()
        except AppError:
            session.undos.append(last)
            raise
        return what

    async def note_draft(self, session: ChatSession, text: str) -> None:
        """Keep what stands unsent in the composer."""
        if text != session.chat.draft:
            session.chat.draft = text
            await session.save()

    async def note_pictures(self, session: ChatSession, pictures: Sequence[Attachment]) -> None:
        """Keep what pictures wait beside the prompt. Raises StorageError."""
        if tuple(pictures) != session.chat.draft_pictures:
            session.chat.draft_pictures = tuple(pictures)
            await session.save()


def _title(message: Message) -> str:
    """Name a chat after its first message: its words, or what its picture shows."""
    words = message.attachments[0].caption if message.templated else message.text
    if not words.strip() and message.attachments:
        words = message.attachments[0].name
    return clean_line(words, TITLE)


def _at(session: ChatSession, index: int) -> Message:
    if not 0 <= index < len(session):
        last = len(session) - 1
        raise AppError(f"there is no message #{index}", hint=f"they go from #0 to #{last}")
    return session.message(index)


def _push_swap(session: ChatSession, old: Message, new: Message) -> None:
    async def swap() -> None:
        at = session.index_of(new.id)
        if at is not None:
            await session.remove(at)
        await session.bring_back(old)

    session.undos.append(("the earlier reply", swap))


def _push_shortening(
    session: ChatSession, message: Message, before: tuple[str, Status, str]
) -> None:
    async def shorten() -> None:
        message.text, message.status, message.error = before
        await session.update(message)

    session.undos.append(("the reply as it was before it went on", shorten))


async def _mark_answered(session: ChatSession, asked: Message | None) -> None:
    if asked is not None and asked.status == "failed":
        asked.status, asked.error = "complete", ""
        await session.update(asked)


async def _mark_failed(session: ChatSession, asked: Message | None, reason: str) -> None:
    if asked is not None:
        asked.status, asked.error = "failed", reason
        await asyncio.shield(session.update(asked))
