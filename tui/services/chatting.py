"""Sending messages and getting replies; nothing that was said gets lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from tui.domain import prompt as prompts
from tui.domain.chat import Attachment, Message, Status, Swipe
from tui.domain.errors import AppError
from tui.domain.generation import GenerationEvent, GenerationRequest, Sampling
from tui.domain.image import Image
from tui.domain.macros import Environment
from tui.domain.prompt import Budget, Prompt
from tui.domain.safetext import clean_line
from tui.services import message_edits
from tui.services.bounded import MOST_REPLY, bounded
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.growing_reply import GrowingReply, mark_answered, mark_failed
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
        self,
        session: ChatSession,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        name: str = "",
        at: str = "",
    ) -> Message:
        """Put the person's message into the chat; it is on disk when this returns.

        Captions that go out count as looked over. A message without words gets those of its first
        picture's caption, as its template made them.

        Args:
            session: The chat.
            text: Its words.
            attachments: Its pictures.
            name: Who speaks; empty: the persona.
            at: Where, as for `message_edits.read_place`.

        Raises:
            AppError: There is no such place, or it could not be written; nothing was added.
        """
        now = time.time()
        pictures = tuple(replace(each, unchecked=False) for each in attachments)
        wrapped = pictures[0].wrapped if pictures and not text.strip() else ""
        who = name or session.persona.name
        message = Message(new_id(), "user", who, wrapped or text, now, pictures)
        message.templated = bool(wrapped)
        await self.add(session, message, at)
        return message

    async def add(self, session: ChatSession, message: Message, at: str = "") -> None:
        """Put a ready message into the chat and name an unnamed chat after it. Raises as `send`."""
        await message_edits.insert(session, message, at)
        session.chat.draft = message_edits.rest_of(session.chat.draft, message.text)
        sent = {each.number for each in message.attachments}
        waiting = session.chat.draft_pictures
        session.chat.draft_pictures = tuple(each for each in waiting if each.number not in sent)
        if not session.chat.title and message.role == "user":
            session.chat.title = _title(message)
        # An error would let it be sent again. What is not kept goes with the draft's next change.
        with suppress(AppError):
            await session.save()
            await session.keep_variables()

    async def prompt(self, session: ChatSession, end: int | None = None) -> Prompt:
        """What would be sent now, part by part.

        Args:
            session: The chat.
            end: Position of the message before which the prompt ends; None: the end of the chat.
        """
        return self._prompt(session, environment(session, self._settings.current).apart(), end)

    def _prompt(self, session: ChatSession, macros: Environment, end: int | None) -> Prompt:
        settings = self._settings.current
        tail = session.tail(TAIL, end)
        budget = Budget(
            settings.chat.context_tokens,
            settings.captioning.send,
            self.fates.sight(session),
            settings.captioning.template,
            session.chat.injections,
        )
        built = prompts.build(
            tail,
            session.character,
            session.persona,
            settings.chat.system_prompt,
            budget,
            macros,
        )
        before = session.outline[:end]
        sent = sum(entry.is_sent for entry in before)
        return Prompt(built.parts, built.left_out + sent - len(tail), len(before) - sent)

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
        """Give the last reply another version; the earlier ones stay beside it.

        Raises:
            AppError: There is no reply, or no answer came: the earlier version is shown again.
        """
        at = session.last_said()
        last = None if at is None else session.message(at)
        if last is None or last.role != "assistant":
            async with aclosing(self.reply(session)) as events:
                async for event in events:
                    yield event
            return
        if at == 0:
            raise AppError("the greeting is not a reply", hint="write something first")
        versions, shown = last.versions, last.swipe
        events = self._generate(session, GrowingReply(session, None, last))
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            if len(last.versions) > len(versions):
                _push_earlier(session, last, versions, shown)

    async def continue_reply(self, session: ChatSession) -> AsyncGenerator[GenerationEvent, None]:
        """Let the last reply go on where it ended. Raises AppError when there is none."""
        at = session.last_said()
        last = None if at is None else session.message(at)
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
        self, session: ChatSession, reply: GrowingReply
    ) -> AsyncGenerator[GenerationEvent, None]:
        """Fill a reply; when none comes, the question that it was to answer is marked."""
        at = session.last_said()
        asked = None if at is None else session.message(at)
        if asked is not None and asked.role != "user":
            asked = None
        try:
            async with reply.kept():
                name = self._connections.current()
                endpoint, model = await self._connections.open(name)
                reply.model = endpoint.model
                end = session.index_of(reply.beside.id) if reply.beside is not None else None
                request = await self.request(session, end)
                async with aclosing(bounded(model.generate(request), MOST_REPLY)) as events:
                    async for event in events:
                        await reply.take(event)
                        if reply.message is not None:
                            await mark_answered(session, asked)
                        yield event
                reply.check()
        except AppError as error:
            if reply.message is None:
                await mark_failed(session, asked, error.line())
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if reply.message is None:
                await mark_failed(session, asked, STOPPED)
            raise

    async def request(self, session: ChatSession, end: int | None = None) -> GenerationRequest:
        """What a model is asked so that it answers the chat, or what of it ends before `end`."""
        prompt = self._prompt(session, environment(session, self._settings.current), end)
        await session.asked()
        pictures: dict[str, Image] = {}
        for digest in prompt.digests:
            image = await self._images.get(digest)
            if image is not None:
                pictures[digest] = image
        others = (session.persona.name,)
        return GenerationRequest(prompt.turns(pictures), self.sampling(), others=others)

    def sampling(self) -> Sampling:
        """How tokens are chosen in chats."""
        chat = self._settings.current.chat
        return Sampling(chat.temperature, chat.top_p, chat.max_tokens)

    async def edit(self, session: ChatSession, index: int, text: str) -> None:
        """Change a message's text. Raises AppError for a position that is not there."""
        message = session.at(index)
        before = {"text": message.text, "templated": message.templated}
        shown = message.swipe

        async def restore() -> None:
            message.revise(shown, **before)
            await session.update(message)

        message.text, message.templated = text, False
        try:
            await session.update(message)
        except AppError:
            message.revise(shown, **before)
            raise
        session.undos.append((f"the text of #{index} as it was", restore))

    async def delete(self, session: ChatSession, index: int) -> None:
        """Take a message out; `undo` brings it back. Raises AppError for a wrong position."""
        await message_edits.delete_range(session, index, index + 1)

    async def undo(self, session: ChatSession) -> str | None:
        """Take back the last edit, deletion or generation; gives what, None when there is none."""
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
        if text != session.chat.draft or session.is_behind:
            session.chat.draft = text
            await session.save()

    async def note_pictures(self, session: ChatSession, pictures: Sequence[Attachment]) -> None:
        """Keep what pictures wait beside the prompt. Raises StorageError."""
        if tuple(pictures) != session.chat.draft_pictures or session.is_behind:
            session.chat.draft_pictures = tuple(pictures)
            await session.save()


def _title(message: Message) -> str:
    """Name a chat after its first message: its words, or what its picture shows."""
    words = message.attachments[0].caption if message.templated else message.text
    if not words.strip() and message.attachments:
        words = message.attachments[0].name
    return clean_line(words, TITLE)


def _push_earlier(
    session: ChatSession, message: Message, versions: tuple[Swipe, ...], shown: int
) -> None:
    session.undos.append(("the earlier reply", lambda: session.show(message, versions, shown)))


def _push_shortening(
    session: ChatSession, message: Message, before: tuple[str, Status, str]
) -> None:
    text, status, error = before
    shown = message.swipe

    async def shorten() -> None:
        message.revise(shown, text=text, status=status, error=error)
        await session.update(message)

    session.undos.append(("the reply as it was before it went on", shorten))
