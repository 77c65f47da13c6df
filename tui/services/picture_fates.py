"""What the chat model gets of each picture: asked here, chosen here."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError
from tui.domain.fate import Fate, Send, Sight, decide, needs_caption
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.session import ChatSession


class PictureFates:
    """Decides by what was chosen, what the settings say and what the chat model can do."""

    def __init__(self, settings: SettingsService, connections: ConnectionService) -> None:
        self._settings = settings
        self._connections = connections

    def sight(self, session: ChatSession) -> Sight:
        """What is known of the model that chats, and whether pictures may go to it."""
        known = self._connections.sight(self._connections.current())
        return replace(known, local_only=self.local_only(session))

    def local_only(self, session: ChatSession) -> bool:
        """Whether this chat's pictures must not leave the machine."""
        return session.chat.local_only or self._settings.current.images.local_only

    def needs_caption(self, picture: Attachment, session: ChatSession) -> bool:
        """Whether a waiting picture is to be captioned before its message is sent."""
        captioning = self._settings.current.captioning
        return not picture.caption and needs_caption(
            picture.fate,
            captioning.send,
            always=captioning.auto_caption,
            sight=self.sight(session),
        )

    def holds_up(self, picture: Attachment, session: ChatSession) -> bool:
        """Whether its message cannot go yet: it needs a caption, or a look at the one it has."""
        if picture.unchecked and self._settings.current.captioning.edit_before_saving:
            return True
        return self.needs_caption(picture, session)

    def captions_at_once(self, picture: Attachment, session: ChatSession) -> bool:
        """Whether a waiting picture is captioned in the background."""
        auto = self._settings.current.captioning.auto_caption
        return auto and self.needs_caption(picture, session)

    def of(self, picture: Attachment, session: ChatSession) -> Fate:
        """What would be sent of a picture of the chat now."""
        return self._decide(picture, session, captioned=bool(picture.caption))

    def of_waiting(self, picture: Attachment, session: ChatSession) -> Fate:
        """What will be sent of a picture that waits, a caption that it gets first included."""
        captioned = bool(picture.caption) or self.needs_caption(picture, session)
        return self._decide(picture, session, captioned=captioned)

    def _decide(self, picture: Attachment, session: ChatSession, *, captioned: bool) -> Fate:
        default = self._settings.current.captioning.send
        return decide(picture.fate, default, captioned=captioned, sight=self.sight(session))

    async def keep_here(self, session: ChatSession, wanted: bool) -> None:
        """Keep this chat's pictures on the machine, or let them go again. Raises StorageError."""
        before = session.chat.local_only
        session.chat.local_only = wanted
        try:
            await session.save()
        except AppError:
            session.chat.local_only = before
            raise

    def pictures(
        self, session: ChatSession, index: int, picture: int | None = None
    ) -> list[Attachment]:
        """The pictures of a message, or one of them. Raises AppError when there is none."""
        message = session.message(index)
        return [message.attachments[at - 1] for at in _places(message, index, picture)]

    async def choose(
        self, session: ChatSession, index: int, fate: Send, picture: int | None = None
    ) -> list[Attachment]:
        """Choose what is sent of a message's pictures; `undo` takes it back.

        Args:
            session: The chat.
            index: Which message.
            fate: What to send.
            picture: Which of its pictures, from 1; None: all.

        Returns:
            The pictures as they are now.

        Raises:
            AppError: The message has no picture, or none of that number.
            StorageError: It could not be kept.
        """
        message = session.message(index)
        before, shown = message.attachments, message.swipe
        places = _places(message, index, picture)
        message.attachments = tuple(
            replace(each, fate=fate) if place in places else each
            for place, each in enumerate(before, 1)
        )
        try:
            await session.update(message)
        except AppError:
            message.attachments = before
            raise

        async def restore() -> None:
            old = {each.digest: each.fate for each in before}
            now = message.versions[shown].attachments
            back = tuple(replace(each, fate=old.get(each.digest, each.fate)) for each in now)
            message.revise(shown, attachments=back)
            await session.update(message)

        session.undos.append((f"what was sent of the pictures of #{index}", restore))
        return self.pictures(session, index, picture)


def _places(message: Message, index: int, picture: int | None) -> list[int]:
    count = len(message.attachments)
    if not count:
        raise AppError(f"message #{index} has no picture", hint="/attach takes one from disk")
    if picture is None:
        return list(range(1, count + 1))
    if not 1 <= picture <= count:
        raise AppError(
            f"message #{index} has no picture {picture}", hint=f"they go from 1 to {count}"
        )
    return [picture]
