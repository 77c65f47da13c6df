"""Pictures that wait beside the prompt for the next message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.domain.fate import SENDS, Fate, Send
from tui.ui.chat.composer import Composer

Source: TypeAlias = Callable[[], Awaitable[Attachment]]
"""Takes one picture in. Raises AppError."""


class Attaching:
    """Takes pictures in, shows a chip for each, and gives them out in their order."""

    def __init__(
        self,
        attach: Callable[[Path], Awaitable[Attachment]],
        composer: Composer,
        fate: Callable[[Attachment], Fate],
        fail: Callable[[AppError], None],
    ) -> None:
        """Prepare.

        Args:
            attach: Takes a picture in.
            composer: Shows the chips.
            fate: Says what the chat model will get of a picture.
            fail: Is told what cannot be used.
        """
        self._attach = attach
        self._fate = fate
        self._composer = composer
        self._fail = fail
        self._waiting: dict[str, Attachment] = {}

    @property
    def waiting(self) -> tuple[Attachment, ...]:
        """The pictures in the order of their chips."""
        keys = self._composer.pictures
        return tuple(self._waiting[key] for key in keys if key in self._waiting)

    async def add(self, paths: Sequence[Path]) -> None:
        """Take picture files in; one that cannot be used is told and left out."""
        await self.take([partial(self._attach, path) for path in paths])
        self._composer.focus()

    async def take(self, sources: Sequence[Source]) -> list[str] | None:
        """Take pictures in, wherever they come from; one that cannot be used is told.

        Returns:
            The keys of those that did not wait before; None when none could be used.
        """
        waited = set(self._waiting)
        taken = []
        for source in sources:
            try:
                attachment = await source()
            except AppError as error:
                self._fail(error)
                continue
            self._waiting[attachment.digest] = attachment
            label = f"{attachment.name} {attachment.width}x{attachment.height}"
            self._composer.add_picture(label, attachment.digest)
            self.tell_fates()
            taken.append(attachment.digest)
        return [key for key in taken if key not in waited] if taken else None

    def choose_fate(self, digest: str, fate: Send) -> None:
        """Choose what the chat model gets of a picture."""
        if digest in self._waiting:
            self._waiting[digest] = replace(self._waiting[digest], fate=fate)
            self.tell_fates()

    def next_fate(self, digest: str) -> None:
        """Choose the next of what there is to choose from, after the last the first."""
        if digest in self._waiting:
            at = SENDS.index(self._waiting[digest].fate)
            self.choose_fate(digest, SENDS[(at + 1) % len(SENDS)])

    def tell_fates(self) -> None:
        """Show on each chip what the chat model will get; again when something changed."""
        for attachment in self.waiting:
            self._composer.tell_fate(attachment.digest, self._fate(attachment))

    def forget(self, digest: str) -> None:
        """A picture's chip was removed."""
        self._waiting.pop(digest, None)

    def sent(self, attachments: Sequence[Attachment]) -> None:
        """These went out: their chips go."""
        for attachment in attachments:
            self.forget(attachment.digest)
            self._composer.remove_picture(attachment.digest)
