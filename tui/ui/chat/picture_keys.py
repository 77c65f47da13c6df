"""What the chips of pictures say, and a message that waits until its pictures are captioned."""

from __future__ import annotations

from textual import events, on

from tui.domain.errors import AppError, StorageError
from tui.services import Services
from tui.services.session import ChatSession
from tui.ui.chat.attaching import Attaching, Leaving
from tui.ui.chat.composer import Composer
from tui.ui.chat.message_keys import MessageKeys
from tui.ui.chat.picture_chip import PictureChip
from tui.ui.terminal.signals import within

LEAVING_SECONDS = 8.0
"""How long leaving waits for the disk; a write that another program holds up fails after five."""


class PictureKeys(MessageKeys):
    """A screen whose prompt holds pictures; a subclass sets what it works with."""

    services: Services
    session: ChatSession
    attaching: Attaching
    _is_draft_unsafe = False
    _may_lose_draft = False
    unkept: AppError | None = None
    """What could not be kept when it was tried to leave, and why."""

    def fail(self, error: AppError) -> None:
        """Say in one line what went wrong."""
        self.notify(error.line(), severity="error", markup=False, timeout=8)

    def on_resize(self, _event: events.Resize) -> None:
        """Chips have more room, or less."""
        self.call_after_refresh(self.composer.chips.refit)

    @on(Composer.PictureRemoved)
    def _forget_picture(self, event: Composer.PictureRemoved) -> None:
        self.attaching.forget(event.key)

    @on(PictureChip.FateAsked)
    def _next_fate(self, event: PictureChip.FateAsked) -> None:
        self.attaching.next_fate(event.key)

    @on(PictureChip.Shifted)
    def _shift_picture(self, event: PictureChip.Shifted) -> None:
        self.attaching.move(event.key, event.step)

    @on(PictureChip.CaptionAsked)
    def _caption_picture(self, event: PictureChip.CaptionAsked) -> None:
        for picture in self.attaching.waiting:
            if picture.digest == event.key:
                self.post_message(self.CommandEntered(f"/caption revise=true {picture.ref}"))

    # A message that waits

    def waits_for(self) -> str:
        """Say what messages of this chat wait for; empty: for nothing."""
        fates = self.services.chats.fates
        count = sum(
            fates.holds_up(picture, message.session)
            for message in self.attaching.leaving
            if message.session is self.session
            for picture in message.pictures
        )
        if not count:
            return ""
        captions = "1 caption" if count == 1 else f"{count} captions"
        return f"waiting for {captions}, Esc gives the message back"

    def give_back(self, message: Leaving) -> None:
        """Put a message that was not sent back into the prompt of its chat."""
        self.attaching.gone(message)
        if message.session is self.session:
            self.load_back(message.text)
            self.attaching.put_back(message.pictures)
        else:
            chat = message.session.chat
            chat.draft = "\n".join(part for part in (message.text, chat.draft) if part)
            chat.draft_pictures = (*message.pictures, *chat.draft_pictures)
            self.run_worker(self._save(message.session), group="drafts", exit_on_error=False)
            self.notify("The message is back in the chat it was written in", markup=False)
        self.update_hint()

    def load_back(self, text: str) -> None:
        """Put what was not sent back into the prompt, before what was typed since."""
        written = (text, self.composer.full_text)
        self.composer.load("\n".join(part for part in written if part))

    def update_hint(self) -> None:
        """Say the one thing that matters most now."""

    async def _save(self, session: ChatSession) -> None:
        try:
            await session.save()
        except AppError as error:
            self.fail(error)

    # What is kept

    async def note_prompt(self) -> None:
        """Keep what the prompt holds by now, in the chat that is shown by now."""
        await self.note_draft(self.composer.draft)

    async def note_draft(self, text: str) -> None:
        """Keep what is not sent yet: what waits for captions, and what is being typed."""
        waiting = [each.text for each in self.attaching.leaving if each.session is self.session]
        draft = "\n".join(part for part in (*waiting, text) if part)
        try:
            await self.services.chats.note_draft(self.session, draft)
        except AppError as error:
            # Once: it is tried again with every pause in typing.
            if not self._is_draft_unsafe:
                self.fail(error)
            self._is_draft_unsafe = True
        else:
            self._is_draft_unsafe = False

    async def may_leave(self) -> bool:
        """Keep the prompt; when that fails say so, and let only the next try leave without it."""
        try:
            if not await within(self._keep_all, 1 if self._may_lose_draft else LEAVING_SECONDS):
                raise StorageError("the disk does not answer", hint="see that it is there")
        except AppError as error:
            return self._may_lose(error)
        self.unkept = None
        return True

    async def _keep_all(self) -> None:
        await self.sent()
        await self.put_away()

    def _may_lose(self, error: AppError) -> bool:
        waits = self.is_sending
        if not (waits or self.composer.draft or self.attaching.waiting):
            return True
        what = "a message that was sent" if waits else "the prompt"
        self.unkept = AppError(f"{what} is not kept, {error}")
        if self._may_lose_draft:
            return True
        self._may_lose_draft = True
        hint = f"{error.hint}; Ctrl+Q once more leaves without it" if error.hint else ""
        self.fail(AppError(str(self.unkept), hint=hint))
        return False

    @property
    def is_sending(self) -> bool:
        """Whether a message is on its way to the disk."""
        return False

    async def sent(self) -> None:
        """Wait until what was entered so far is on the disk, or back in the prompt."""

    async def put_away(self) -> None:
        """Keep text and pictures of the prompt before another chat is shown.

        A message that waits for captions is not part of it: it goes out to its chat.

        Raises:
            StorageError: They could not be written.
        """
        chat = self.session.chat
        chat.draft, chat.draft_pictures = self.composer.draft, self.attaching.waiting
        # Also when they did not change: another Salon may have kept its own meanwhile.
        await self.session.save()
