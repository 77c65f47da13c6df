"""Macros and variables for scripts, over the chat's services."""

from __future__ import annotations

import time
from collections.abc import Callable

from tui.domain import macros
from tui.domain.variables import JSON, Variables
from tui.services import Services
from tui.services.session import ChatSession
from tui.slash.scope import Scope

_SAVE_EVERY = 0.5
"""Seconds: a loop that counts does not write each number to the disk."""


class ChatKeeper:
    """Matches `executor.Keeper`."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        self._variables = services.variables
        self._clock = clock
        self._saved = 0.0
        self._before: dict[int, tuple[int, dict[str, JSON]]] = {}

    async def begin(self, session: ChatSession) -> None:
        """A script starts. Raises StorageError."""
        await self._variables.load()
        self._remember(session)

    def expand(self, text: str, scope: Scope, session: ChatSession) -> str:
        """Put in what macros stand for."""
        values = {
            "user": session.persona.name,
            "char": session.character.name,
            "pipe": str(scope.piped()),
        }
        return macros.expand(text, values)

    async def finished(self, session: ChatSession) -> None:
        """A command is over: what it changed counts. Raises StorageError."""
        self._remember(session)
        if self._clock() - self._saved >= _SAVE_EVERY:
            await self.end(session)

    def failed(self, session: ChatSession) -> None:
        """A command failed: the variables are as they were when the last one was over."""
        for each in self._both(session):
            revision, values = self._before.get(id(each), (each.revision, each.values))
            if revision != each.revision:
                restored = dict(values)
                each.values.clear()
                each.values.update(restored)
                each.revision += 1

    async def end(self, session: ChatSession) -> None:
        """Write what changed. Raises StorageError."""
        self._saved = self._clock()
        await self._variables.keep(session)

    def _both(self, session: ChatSession) -> tuple[Variables, Variables]:
        return self._variables.local(session), self._variables.shared

    def _remember(self, session: ChatSession) -> None:
        for each in self._both(session):
            before = self._before.get(id(each))
            if before is None or before[0] != each.revision:
                self._before[id(each)] = (each.revision, dict(each.values))
