"""Quick replies: finding, changing, importing them, and which of them may run unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.errors import AppError
from tui.domain.quick_reply import Found, QuickReply, QuickReplySet, every, find
from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    from tui.services.configuring import SettingsService
    from tui.services.quick_reply_store import QuickReplyMemory, QuickReplyStore

OWN = "My replies"
"""The set of those that were made without naming one."""


class QuickReplies:
    """All sets of quick replies."""

    def __init__(
        self, store: QuickReplyStore, memory: QuickReplyMemory, settings: SettingsService
    ) -> None:
        self._store = store
        self._memory = memory
        self._settings = settings
        self._sets: tuple[QuickReplySet, ...] = ()
        self._turn = asyncio.Lock()
        """A set is read and written again as a whole: of two changes at once one would be lost."""

    @property
    def known(self) -> Sequence[QuickReplySet]:
        """What was there when last looked at."""
        return self._sets

    @property
    def problems(self) -> list[str]:
        """Files that could not be read when last looked at."""
        return [error.line() for error in self._store.problems]

    async def sets(self) -> Sequence[QuickReplySet]:
        """All sets, as their files are now."""
        self._sets = tuple(await self._store.sets())
        return self._sets

    async def find(self, name: str) -> Found | None:
        """The reply of a name: `Label` or `Set.Label`."""
        return find(await self.sets(), name)

    async def get(self, name: str) -> QuickReplySet | None:
        """The set of a name."""
        folded = name.strip().casefold()
        return next((each for each in await self.sets() if each.name.casefold() == folded), None)

    # Buttons

    async def buttons(self) -> list[Found]:
        """The replies that are buttons above the prompt, in order."""
        turned = await self._memory.bars()
        shows_all = self._settings.current.ui.quick_replies
        return [
            found
            for found in every(await self.sets())
            if not found.reply.hidden
            and turned.get(found.among.name, found.reply.bar or found.among.bar or shows_all)
        ]

    async def is_shown(self, wanted: QuickReplySet) -> bool:
        """Whether a set as a whole is shown as buttons."""
        shown = wanted.bar or self._settings.current.ui.quick_replies
        return (await self._memory.bars()).get(wanted.name, shown)

    async def show(self, wanted: QuickReplySet, on: bool) -> None:
        """Show a set's replies as buttons, or none of them."""
        await self._memory.turn(wanted.name, on)

    # Trust

    async def may_run(self, found: Found) -> bool:
        """Whether the person made it, or agreed to it as it stands."""
        return await self._memory.approved(found.reply.digest)

    async def allow(self, found: Found) -> None:
        """Let it run from now on, until it is changed."""
        await self._memory.approve([found.reply.digest])

    # Changes

    async def put(self, name: str, reply: QuickReply, replaces: str = "") -> QuickReplySet:
        """Keep a reply that the person made; it may run unasked.

        Args:
            name: Of the set, which is made when there is none.
            reply: In its new form.
            replaces: Label of the one whose place it takes; empty: it comes last.

        Raises:
            AppError: Its label is empty or taken, or it cannot be written.
        """
        if not reply.label:
            raise AppError("a quick reply needs a label", hint="label=NAME gives it one")
        async with self._turn:
            return await self._put(name, reply, replaces)

    async def _put(self, name: str, reply: QuickReply, replaces: str) -> QuickReplySet:
        among = await self.get(name) or QuickReplySet(clean_line(name, 80).strip() or OWN)
        if reply.label != replaces and among.get(reply.label):
            raise AppError(
                f"there is a quick reply {clean_line(reply.label, 40)!r}"
                f" in {clean_line(among.name, 40)} already",
                hint="/qr-update changes it",
            )
        replies = [reply if each.label == replaces else each for each in among.replies]
        if not replaces:
            replies.append(reply)
        old = among.get(replaces)
        if old is None or old.script != reply.script:
            # Before it is there: a script that is not approved would ask its own maker.
            await self._memory.approve([reply.digest])
        return await self._store.save(replace(among, replies=tuple(replies)))

    async def delete(self, found: Found) -> None:
        """Take a reply out of its set; the file goes with the last one. Raises StorageError."""
        async with self._turn:
            among = await self.get(found.among.name) or found.among
            left = tuple(each for each in among.replies if each.label != found.reply.label)
            if left:
                await self._store.save(replace(among, replies=left))
            else:
                await self._store.remove(among.id)

    # SillyTavern

    async def take_in(self, path: Path) -> QuickReplySet:
        """Import a set that SillyTavern exported; one of the same name stays beside it.

        Raises:
            AppError: It cannot be read, or not be kept.
        """
        given = await self._store.foreign(path)
        async with self._turn:
            taken = {each.name.casefold() for each in await self.sets()}
            names = [given.name, *(f"{given.name} {number}" for number in range(2, len(taken) + 3))]
            free = next(each for each in names if each.casefold() not in taken)
            return await self._store.save(replace(given, name=free))

    def give_out(self, wanted: QuickReplySet) -> str:
        """A set in the form that SillyTavern imports."""
        return self._store.to_foreign(wanted)
