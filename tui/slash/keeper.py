"""Macros and variables for scripts, over the chat's services."""

from __future__ import annotations

from tui.domain import macros
from tui.services.session import ChatSession
from tui.slash.scope import Scope


class ChatKeeper:
    """Matches `executor.Keeper`."""

    def expand(self, text: str, scope: Scope, session: ChatSession) -> str:
        """Put in what macros stand for."""
        values = {
            "user": session.persona.name,
            "char": session.character.name,
            "pipe": str(scope.piped()),
        }
        return macros.expand(text, values)

    async def finished(self, session: ChatSession) -> None:
        """A command is over: what it changed counts."""

    def failed(self, session: ChatSession) -> None:
        """A command failed: the variables are as they were when the last one was over."""
