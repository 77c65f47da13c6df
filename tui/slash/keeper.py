"""Macros and variables for scripts, over the chat's services."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

from tui.domain import macros
from tui.domain.variables import JSON
from tui.services import Services
from tui.services.macro_environment import environment
from tui.services.session import ChatSession
from tui.slash.scope import Bound, Scope

TakeBack = Callable[[], None]
_SAVE_EVERY = 0.5
"""Seconds: a loop that counts does not write each number to the disk."""


class ChatKeeper:
    """Expands macros for a script, and keeps variables on disk while it changes them.

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

    def expand(self, text: str, scope: Scope, session: ChatSession) -> tuple[str, TakeBack]:
        """Put in what macros stand for; what they give is never expanded again.

        Returns:
            The text, and what takes back the changes that its macros made to variables.
        """
        around = replace(self._around(scope, session), random=self._random)
        with session.variables.noted() as mine, session.shared.noted() as shared:
            expanded = macros.expand(text, around)

        def take_back() -> None:
            mine()
            shared()

        return expanded, take_back

    def trial(self, scope: Scope, session: ChatSession) -> Callable[[str], str]:
        """Say what macros would give if texts were expanded now, one after the other."""
        chance = random.Random()
        chance.setstate(self._random.getstate())
        around = replace(self._around(scope, session).apart(), random=chance)
        return lambda text: macros.expand(text, around)

    def _around(self, scope: Scope, session: ChatSession) -> macros.Environment:
        script = macros.Script(
            pipe=str(scope.piped()),
            variable=lambda name: _kept(scope, name),
            arguments=scope.arguments(),
            times_index=scope.round,
        )
        return replace(environment(session, self._settings.current), script=script)

    async def finished(self, session: ChatSession) -> None:
        """A command is over: write what changed, now and then. Raises StorageError."""
        if self._clock() - self._saved >= _SAVE_EVERY:
            await self.end(session)

    async def end(self, session: ChatSession) -> None:
        """Write what changed. Raises StorageError."""
        self._saved = self._clock()
        await session.keep_variables()


def _kept(scope: Scope, name: str) -> JSON:
    if not scope.has(name):
        return None
    value = scope.get(name)
    return str(value) if isinstance(value, Bound) else value
