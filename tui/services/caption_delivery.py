"""Where an accepted caption goes: a new message, or a picture that is in the chat already."""

from __future__ import annotations

import time

from tui.domain.caption import Caption, Captioned, ExistingMessage, NewMessage, captioned_by
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError, CaptionError
from tui.domain.image import Image
from tui.services.caption_sources import CaptionRequest
from tui.services.chatting import ChatService
from tui.services.library import new_id
from tui.services.ports import ImageStore
from tui.services.session import ChatSession


class CaptionDelivery:
    """Puts captions into chats."""

    def __init__(self, images: ImageStore, chats: ChatService) -> None:
        self._images = images
        self._chats = chats

    async def deliver(
        self,
        request: CaptionRequest,
        done: Captioned,
        session: ChatSession | None,
        target: Message | None,
    ) -> None:
        """Put a caption where it was asked for.

        Args:
            request: What was asked.
            done: The picture, its caption, and the message that the template makes of it.
            session: The chat.
            target: The message that the picture belongs to; None for a new one.

        Raises:
            CaptionError: The message is gone, or its picture is.
            StorageError: It could not be kept.
        """
        if session is None:
            return
        if isinstance(request.delivery, NewMessage):
            await self._send(done, session)
        elif isinstance(request.delivery, ExistingMessage) and target is not None:
            await self._put_into(target, request.place, done, session)

    async def _send(self, done: Captioned, session: ChatSession) -> None:
        await self._images.put(done.image)
        message = Message(
            new_id(),
            "user",
            session.persona.name,
            done.caption.wrapped,
            time.time(),
            attachments=(attached(done.image, done.caption),),
            templated=True,
        )
        await self._chats.add(session, message)

    async def _put_into(
        self, message: Message, at: int, done: Captioned, session: ChatSession
    ) -> None:
        if session.index_of(message.id) is None:
            raise CaptionError(
                "the message was deleted meanwhile", hint="/caption-log has kept its caption"
            )
        at = _place(message, at, done.image.digest)
        await self._images.put(done.image)
        before = {each: getattr(message, each) for each in ("attachments", "text", "templated")}
        shown = message.swipe
        pictures = list(message.attachments)
        pictures[at] = captioned_by(pictures[at], done.caption)
        message.attachments = tuple(pictures)
        # Only the first picture's caption can be the text of a message that has none of its own.
        if at == 0 and (not message.text.strip() or message.templated):
            message.text, message.templated = done.caption.wrapped, True
        try:
            await session.update(message)
        except AppError:
            message.revise(shown, **before)
            raise

        async def restore() -> None:
            message.revise(shown, **before)
            await session.update(message)

        index = session.index_of(message.id)
        session.undos.append((f"the caption of #{index}", restore))


def _place(message: Message, usual: int, digest: str) -> int:
    """Where a message has a picture by now. Raises CaptionError: nowhere, another has its place."""
    places = [at for at, each in enumerate(message.attachments) if each.digest == digest]
    if not places:
        raise CaptionError(
            "the picture was taken out of its message meanwhile",
            hint="/caption-log has kept its caption",
        )
    return usual if usual in places else places[0]


def attached(image: Image, caption: Caption | None) -> Attachment:
    """How a message refers to a picture."""
    plain = Attachment(image.digest, image.name, image.mime, image.width, image.height)
    return plain if caption is None else captioned_by(plain, caption)
