"""Pictures that wait beside the prompt for the next message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.ui.chat.composer import Composer


class Attaching:
    """Takes pictures in, shows a chip for each, and gives them out in their order."""

    def __init__(
        self,
        attach: Callable[[Path], Awaitable[Attachment]],
        composer: Composer,
        fail: Callable[[AppError], None],
    ) -> None:
        self._attach = attach
        self._composer = composer
        self._fail = fail
        self._waiting: dict[str, Attachment] = {}

    @property
    def waiting(self) -> tuple[Attachment, ...]:
        """The pictures in the order of their chips."""
        keys = self._composer.pictures
        return tuple(self._waiting[key] for key in keys if key in self._waiting)

    async def add(self, paths: Sequence[Path]) -> None:
        """Take pictures in; one that cannot be used is told and left out."""
        for path in paths:
            try:
                attachment = await self._attach(path)
            except AppError as error:
                self._fail(error)
                continue
            self._waiting[attachment.digest] = attachment
            label = f"{attachment.name} {attachment.width}x{attachment.height}"
            self._composer.add_picture(label, attachment.digest)
        self._composer.focus()

    def forget(self, digest: str) -> None:
        """A picture's chip was removed."""
        self._waiting.pop(digest, None)

    def sent(self, attachments: Sequence[Attachment]) -> None:
        """These went out: their chips go."""
        for attachment in attachments:
            self.forget(attachment.digest)
            self._composer.remove_picture(attachment.digest)
