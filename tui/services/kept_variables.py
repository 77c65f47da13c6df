"""Variables of which the disk has a copy that another Salon changes, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.domain.script_values import same
from tui.domain.variables import JSON, Variables

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore


class KeptVariables(Variables):
    """Knows which of them were set here since they were last written.

    That is not what is different from the disk: one that was set to what it had been is to be
    written, too, since another Salon may have changed it in between.
    """

    def __init__(self, values: dict[str, JSON] | None = None) -> None:
        super().__init__(values)
        self.known: dict[str, JSON] = dict(self.values)
        """What the disk is known to hold."""
        self._kept = 0
        self._set: set[str] = set()

    @property
    def is_kept(self) -> bool:
        """Whether all that was changed is written."""
        return self.revision == self._kept

    def _note(self, name: str) -> None:
        super()._note(name)
        self._set.add(name)

    @contextmanager
    def being_written(self) -> Iterator[tuple[dict[str, JSON], dict[str, JSON]]]:
        """Gives what there is now, and what is to be taken for known so that all of it is written.

        What is set meanwhile is for the next time; so is all of it after an error.
        """
        revision, now, written = self.revision, dict(self.values), self._set
        before = {name: value for name, value in self.known.items() if name not in written}
        before |= dict.fromkeys(written - now.keys())
        self._set = set()
        try:
            yield now, before
        except BaseException:
            self._set |= written
            raise
        self._kept, self.known = revision, now

    def take(self, theirs: Mapping[str, JSON]) -> None:
        """Take over what another Salon changed and this one did not."""
        nothing = object()
        for name in {**theirs, **self.known}:
            was = self.known.get(name, nothing)
            if name in self._set or same(theirs.get(name, nothing), was):
                continue
            if name in theirs:
                self.values[name] = theirs[name]
            else:
                self.values.pop(name, None)
        self.known = dict(theirs)

    def _taken_back(self, name: str) -> None:
        # As the disk has it, as far as is known: what another Salon wrote since shall stand.
        nothing = object()
        if same(self.values.get(name, nothing), self.known.get(name, nothing)):
            self._set.discard(name)


class SharedVariables(KeptVariables):
    """The global ones: read once, written and taken over one after the other.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: ChatStore) -> None:
        super().__init__()
        self._store = store
        self._is_read = False
        # What is read while something is written may be older than what is here.
        self._one_at_a_time = asyncio.Lock()

    async def begin(self) -> None:
        """Read them, the first time. Raises StorageError."""
        if not self._is_read:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Take over what another Salon changed. Raises StorageError."""
        async with self._one_at_a_time:
            self.take(await self._store.globals())
            self._is_read = True

    async def keep(self) -> None:
        """Write what was changed, also when nobody waits. Raises StorageError."""
        if not self.is_kept:
            await asyncio.shield(self._keep())

    async def _keep(self) -> None:
        async with self._one_at_a_time:
            with self.being_written() as (now, before):
                await self._store.save_globals(now, before)
