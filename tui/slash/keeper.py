"""Macros and variables for scripts, over the chat's services."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

from tui.domain import macros
from tui.domain.variables import JSON, Variables
from tui.services import Services
from tui.services.macro_environment import environment
from tui.services.session import ChatSession
from tui.slash.scope import Bound, Scope

_SAVE_EVERY = 0.5
"""Seconds: a loop that counts does not write each number to the disk."""


class ChatKeeper:
    """Matches `executor.Keeper`.

    Args:
        services: Know the settings.
        seed: With one, chance takes the same course each time.
        clock: Seconds that pass.
    """

    def __init__(
        self,
        services: Services,
        seed: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._random = random.Random(seed)
        self._settings = services.settings
        self._clock = clock
        self._saved = 0.0
        self._before: dict[int, tuple[int, dict[str, JSON]]] = {}

    async def begin(self, session: ChatSession) -> None:
        """A script starts. Raises StorageError."""
        self._remember(session)

    def expand(self, text: str, scope: Scope, session: ChatSession) -> str:
        """Put in what macros stand for."""
        around = environment(session, self._settings.current)
        script = macros.Script(
            pipe=str(scope.piped()),
            variable=lambda name: _kept(scope, name),
            arguments=scope.arguments(),
            times_index=scope.round,
        )
        return macros.expand(text, replace(around, script=script, random=self._random))

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
        await session.keep_variables()

    def _both(self, session: ChatSession) -> tuple[Variables, Variables]:
        return session.variables, session.shared

    def _remember(self, session: ChatSession) -> None:
        for each in self._both(session):
            before = self._before.get(id(each))
            if before is None or before[0] != each.revision:
                self._before[id(each)] = (each.revision, dict(each.values))


def _kept(scope: Scope, name: str) -> JSON:
    if not scope.has(name):
        return None
    value = scope.get(name)
    return str(value) if isinstance(value, Bound) else value
