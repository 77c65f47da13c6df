"""Pictures on their way in: pasted, from the clipboard, from the web."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

from textual import on, work

from tui.domain.clipping import Clipping
from tui.domain.errors import AppError, ClipboardError
from tui.domain.safetext import clean_line
from tui.ui.chat.attaching import Source
from tui.ui.chat.composer import Composer
from tui.ui.chat.pasting import are_images
from tui.ui.chat.picture_keys import PictureKeys
from tui.ui.terminal import kitty_clipboard

PASTED_NAME = "pasted picture"
COPIED_NAME = "clipboard"


class TakingIn(PictureKeys):
    """A screen whose prompt takes pictures in.

    Whatever comes, it is a chip only after it was decoded; what turns out to be no picture stands
    in the prompt as the text that it was.
    """

    _watched = ""

    @on(Composer.ImagesPasted)
    def _take_pasted(self, event: Composer.ImagesPasted) -> None:
        if event.url:
            self.fetch_picture(event.url, event.text)
        elif event.data:
            intake = self.services.intake
            text = event.text
            self._convert([partial(intake.attach, event.data, PASTED_NAME)], text, text)
        else:
            attach = self.services.captions.attach
            # A broken file is told; its path alone would be of no use in the prompt.
            left = event.text if event.text.startswith("@") else ""
            self._convert([partial(attach, path) for path in event.paths], event.text, left)

    @work(group="attach", exit_on_error=False)
    async def _convert(self, sources: Sequence[Source], text: str, left: str) -> None:
        await self.convert(sources, text, left)

    async def convert(self, sources: Sequence[Source], text: str, left: str) -> None:
        """Let pictures take the place of a text.

        Args:
            sources: Where they come from.
            text: What Ctrl+Z puts there instead.
            left: What is put there when none of them can be used.
        """
        keys = await self.attaching.take_in(sources)
        if keys is None:
            self.composer.paste_text(left)
        else:
            self.composer.conversions.note(text, keys)
        self.composer.focus()

    @work(group="fetch", exit_on_error=False)
    async def fetch_picture(self, url: str, text: str = "") -> None:
        """Fetch a picture from the web when that is agreed to; else its address stays text."""
        from tui.ui.chat.fetching import may_fetch  # noqa: PLC0415 - rarely needed

        try:
            agreed = await may_fetch(self.app, url)
        except AppError as error:
            agreed = False
            self.fail(error)
        if not agreed:
            self.composer.paste_text(text)
            return
        self.notify("Fetching the picture; Esc stops it", markup=False, timeout=3)
        try:
            await self.convert([partial(self.services.intake.fetch, url)], text, text)
        except asyncio.CancelledError:
            self.composer.paste_text(text)
            raise

    @on(Composer.ClipboardRequested)
    def _paste_clipboard(self) -> None:
        self.paste_clipboard()

    @work(group="clipboard", exclusive=True, exit_on_error=False)
    async def paste_clipboard(self) -> None:
        """Take what the clipboard holds: a picture, files, or text."""
        try:
            found = await self._clipping()
        except AppError as error:
            if self.app.clipboard:
                await self.composer.paste(self.app.clipboard)
            else:
                self.fail(error)
            return
        await self._use(found)

    async def _clipping(self) -> Clipping:
        """What the system's clipboard holds, or the terminal's where that is out of reach."""
        try:
            return await self.services.intake.clipboard()
        except ClipboardError:
            if not kitty_clipboard.is_kitty(os.environ):
                raise
        return await kitty_clipboard.read(self._write)

    def _write(self, sequence: str) -> None:
        driver = self.app._driver
        if driver is not None:
            driver.write(sequence)

    async def _use(self, found: Clipping) -> None:
        are_pictures = await asyncio.to_thread(are_images, found.paths)
        if found.data:
            attach_data = partial(self.services.intake.attach, found.data, COPIED_NAME)
            await self.convert([attach_data], "", "")
        elif found.paths and are_pictures:
            attach = self.services.captions.attach
            await self.convert([partial(attach, path) for path in found.paths], "", "")
        elif text := found.text or "\n".join(map(str, found.paths)) or self.app.clipboard:
            await self.composer.paste(text)
        else:
            self.notify("There is neither a picture nor text on the clipboard", markup=False)

    async def take_mentioned(self, text: str) -> bool:
        """Attach the pictures that a message names with an @; False when one cannot be used."""
        from tui.ui.chat.at_path import mentioned  # noqa: PLC0415 - with the first @ only

        paths = await asyncio.to_thread(mentioned, text)
        if not paths:
            return True
        attach = self.services.captions.attach
        taken = [await self.attaching.take_in([partial(attach, path)]) for path in paths]
        return None not in taken

    def watch_folder(self, folder: str) -> None:
        """Attach new pictures of a folder from now on; an empty name ends it."""
        if folder != self._watched:
            self._watched = folder
            self.workers.cancel_group(self, "watch")
            if folder:
                self._watch(Path(folder))

    @work(group="watch", exit_on_error=False)
    async def _watch(self, folder: Path) -> None:
        try:
            async with aclosing(self.services.intake.watch(folder)) as pictures:
                async for path in pictures:
                    attach = partial(self.services.captions.attach, path)
                    if await self.attaching.take_in([attach]) is not None:
                        name = clean_line(path.name, 60)
                        self.notify(f"{name} was attached, for it is new", markup=False)
        except AppError as error:
            self.fail(error)
