"""A caption that somebody writes by hand: it outlives the program while it is being written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tui.domain.caption import Caption
from tui.services.refinement import Refinement


class WrittenCaption:
    """One entry of the journal, which grows with the text."""

    def __init__(
        self,
        refinement: Refinement,
        made_by_hand: Callable[[str], Caption],
        add: Callable[[Caption], Awaitable[int]],
        reword: Callable[[int, str], Awaitable[None]],
    ) -> None:
        """Prepare.

        Args:
            refinement: Whose text is written.
            made_by_hand: A text as a caption where there is no version that it goes back to.
            add: Writes a caption into the journal; gives its number there.
            reword: Gives an entry of the journal another text.
        """
        self._refinement = refinement
        self._made_by_hand = made_by_hand
        self._add = add
        self._reword = reword
        self._entry: tuple[Caption, int] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def note(self, text: str) -> None:
        """Keep what stands there, unless a version says the same. Raises StorageError."""
        text, refinement = text.strip(), self._refinement
        known = [made.text.strip() for made in refinement.versions]
        if text and (text == refinement.lost or text not in known):
            await self.keep(replace(refinement.current or self._made_by_hand(text), text=text))

    async def keep(self, caption: Caption) -> int:
        """Write a caption down, over what was written of the same one; gives its number.

        Raises:
            StorageError: The journal cannot be written.
        """
        of = replace(caption, text="")
        async with self._one_at_a_time:
            if self._entry and self._entry[0] == of:
                await self._reword(self._entry[1], caption.text)
            else:
                self._entry = of, await self._add(caption)
            return self._entry[1]
