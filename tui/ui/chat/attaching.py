"""Pictures that wait beside the prompt for the next message, or for captions with theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from textual.timer import Timer

from tui.domain.caption import Caption, captioned_by
from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.domain.fate import SENDS, Send
from tui.services import Services
from tui.services.background_captions import BackgroundCaptions
from tui.services.session import ChatSession
from tui.ui.chat.composer import Composer
from tui.ui.chat.picture_chip import Loader, PictureChip, Shown

_TICK_SECONDS = 0.5


@dataclass(slots=True)
class Leaving:
    """A message on its way out; until it is in the chat it can come back to the prompt."""

    text: str
    """As typed."""
    pictures: tuple[Attachment, ...]
    session: ChatSession
    """The chat it was written in."""
    pasted: str = ""
    """The end of the text that is no typed text."""


Source: TypeAlias = Callable[[], Awaitable[Attachment]]
"""Takes one picture in. Raises AppError."""


class Attaching:
    """Takes pictures in, shows a chip for each, and gives them out in their order.

    Args:
        services: Who takes in, decides and captions.
        session: The chat that is shown.
        composer: Shows the chips.
        load: Gives pictures by digest, for their thumbnails.
        fail: Is told what cannot be used or kept.
    """

    def __init__(
        self,
        services: Services,
        session: ChatSession,
        composer: Composer,
        load: Loader,
        fail: Callable[[AppError], None],
    ) -> None:
        self._services = services
        self._session = session
        self._composer = composer
        self._load = load
        self._fail = fail
        self._waiting: dict[str, Attachment] = {}
        self._told: set[str] = set()
        self._timer: Timer | None = None
        self.leaving: list[Leaving] = []
        """Messages that wait for captions, of whatever chat."""
        self.background = BackgroundCaptions(
            lambda: services.captions, self._stirred, self._made, self._not_made
        )

    @property
    def waiting(self) -> tuple[Attachment, ...]:
        """The pictures in the order of their chips."""
        keys = self._composer.pictures
        return tuple(self._waiting[key] for key in keys if key in self._waiting)

    def show(self, session: ChatSession) -> None:
        """Put the pictures that wait in another chat in place of these."""
        for picture in self.waiting:
            self.background.cancel(picture.digest)
            self._composer.chips.discard(picture.digest)
        self._session = session
        self._waiting.clear()
        self._told.clear()
        self._put(session.chat.draft_pictures)

    async def add(self, paths: Sequence[Path]) -> AppError | None:
        """Take picture files in; errors are told; where none can be used, the last is returned."""
        attach, errors = self._services.captions.attach, list[AppError]()
        taken = await self.take_in([partial(attach, path) for path in paths], errors.append)
        last = errors.pop() if taken is None and errors else None
        for error in errors:
            self._fail(error)
        self._composer.focus()
        return last

    async def take_in(
        self, sources: Sequence[Source], fail: Callable[[AppError], None] | None = None
    ) -> list[str] | None:
        """Take pictures in, wherever they come from; `fail` is told of one that cannot be used.

        Gives the keys of those that did not wait before; None when none could be used.
        """
        session = self._session
        waited = set(self._waiting)
        taken = []
        for source in sources:
            try:
                picture = await source()
                if session is not self._session or picture.digest not in self._waiting:
                    await self._put_in(picture, session)
            except AppError as error:
                (fail or self._fail)(error)
                continue
            taken.append(picture.digest)
        return [key for key in taken if key not in waited] if taken else None

    async def _put_in(self, picture: Attachment, session: ChatSession) -> None:
        (picture,) = await session.numbered((picture,))
        if session is self._session:
            self._put((picture,))
            # Told here: it waits beside the prompt all the same, which is what was asked for.
            await self._keep()
        else:
            waiting = (*session.chat.draft_pictures, picture)
            await self._services.chats.note_pictures(session, waiting)

    def _put(self, pictures: Sequence[Attachment]) -> None:
        for picture in pictures:
            self._waiting[picture.digest] = picture
            self._show_chip(picture)
        self.tell()

    # What is chosen

    def choose_fate(self, digest: str, fate: Send) -> None:
        """Choose what the chat model gets of a picture."""
        if digest in self._waiting:
            self._change(replace(self._waiting[digest], fate=fate))

    def next_fate(self, digest: str) -> None:
        """Choose the next of what there is to choose from, after the last the first."""
        if digest in self._waiting:
            at = SENDS.index(self._waiting[digest].fate)
            self.choose_fate(digest, SENDS[(at + 1) % len(SENDS)])

    def set_caption(self, digest: str, caption: Caption) -> None:
        """A caption was accepted for a picture, here or in a message that is leaving."""
        self.background.cancel(digest)
        self._caption(digest, lambda picture: captioned_by(picture, caption))

    def _caption(self, digest: str, change: Callable[[Attachment], Attachment]) -> None:
        for message in self.leaving:
            message.pictures = tuple(
                change(each) if each.digest == digest else each for each in message.pictures
            )
        if digest in self._waiting:
            self._change(change(self._waiting[digest]))

    def _change(self, picture: Attachment) -> None:
        self._waiting[picture.digest] = picture
        self.tell()
        self.keep_soon()

    def move(self, digest: str, step: int) -> None:
        """Let a picture change places with the one before or behind."""
        if self._composer.chips.shift(digest, step):
            self.keep_soon()

    def forget(self, digest: str) -> None:
        """A picture's chip was removed."""
        self.background.cancel(digest)
        self._waiting.pop(digest, None)
        self.keep_soon()

    # Going out and coming back

    def take(self, text: str, pasted: str = "") -> Leaving:
        """Let all that waits leave with a message; captions under way go on.

        Args:
            text: All of it.
            pasted: Its end, where that was pasted as a whole.
        """
        message = Leaving(text, self.waiting, self._session, pasted)
        for picture in message.pictures:
            self._waiting.pop(picture.digest, None)
            self._composer.chips.discard(picture.digest)
        self.leaving.append(message)
        return message

    def gone(self, message: Leaving) -> None:
        """A message does not wait any more: it was sent, or comes back."""
        self.leaving = [each for each in self.leaving if each is not message]

    def put_back(self, pictures: Sequence[Attachment]) -> None:
        """Pictures of a message that was not sent stand in front of those that wait now."""
        behind = [each for each in self.waiting if each.digest not in {p.digest for p in pictures}]
        for picture in behind:
            self._composer.chips.discard(picture.digest)
        self._put((*pictures, *behind))
        self.keep_soon()

    # What is kept

    async def keep(self) -> None:
        """Keep what waits, and what left and is not sent yet, with the chat.

        Raises:
            StorageError: It could not be written.
        """
        out = [p for each in self.leaving if each.session is self._session for p in each.pictures]
        await self._services.chats.note_pictures(self._session, (*out, *self.waiting))

    def keep_soon(self) -> None:
        """Keep it when nothing else is going on; a failure is told."""
        # In a worker: a file that another program holds must not hold up the prompt.
        self._composer.run_worker(self._keep(), group="keep", exit_on_error=False)

    async def _keep(self) -> None:
        try:
            await self.keep()
        except AppError as error:
            self._fail(error)

    # Captions in the background, and what the chips say

    def tell(self) -> None:
        """Show on each chip how things stand; begin to caption what is to be captioned now."""
        for picture in self.waiting:
            self._see_to(picture)
            self._show_chip(picture)
        running = any(self.background.is_running(key) for key in self._waiting)
        if running and self._timer is None:
            self._timer = self._composer.set_interval(_TICK_SECONDS, self.tell)
        elif not running and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _see_to(self, picture: Attachment) -> None:
        key = picture.digest
        wanted = self._services.chats.fates.captions_at_once(picture, self._session)
        if wanted and key not in self.background.failures:
            self.background.start(key, self._session)
        elif not wanted and self.background.is_running(key):
            self.background.cancel(key)

    def _show_chip(self, picture: Attachment) -> None:
        chip = self._composer.chips.get(picture.digest)
        if isinstance(chip, PictureChip):
            chip.show(self._shown(picture))
        else:
            self._composer.chips.add(PictureChip(self._shown(picture), self._load))

    def _shown(self, picture: Attachment) -> Shown:
        status = self._status(picture)
        return Shown(
            picture.digest,
            picture.title,
            f"{picture.width}×{picture.height}",
            status,
            self._services.chats.fates.of_waiting(picture, self._session),
            picture.caption,
            stirs=status not in ("captioned", "no caption"),
        )

    def _status(self, picture: Attachment) -> str:
        key = picture.digest
        if picture.caption:
            return "captioned"
        if self.background.is_running(key):
            seconds = self.background.seconds(key)
            return "caption queued" if seconds is None else f"captioning… {seconds:.0f} s"
        why = self.background.failures.get(key)
        return f"caption failed: {why}" if why else "no caption"

    def _stirred(self, _digest: str) -> None:
        self._composer.call_later(self.tell)

    def _made(self, digest: str, caption: Caption) -> None:
        self._told.clear()
        self._caption(
            digest,
            lambda picture: (
                picture
                if picture.caption
                else replace(captioned_by(picture, caption), unchecked=True)
            ),
        )

    def _not_made(self, digest: str, error: AppError) -> None:
        # Several pictures fail for one reason, such as a server that is away: told once.
        if digest in self._waiting and error.line() not in self._told:
            self._told.add(error.line())
            self._fail(error)
