"""The tiny chat model, with nothing of it loaded before it is needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.adapters.offline.server import OfflineServer
    from tui.domain.generation import Progress
    from tui.domain.secret import Secret


class LateOffline:
    """Fetches the model, and runs it as a child process.

    Args:
        folder: Where the model's file is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: OfflineServer | None = None

    def _server(self) -> OfflineServer:
        if self._made is None:
            from tui.adapters.offline.server import OfflineServer

            self._made = OfflineServer(self._folder)
        return self._made

    async def base_url(self) -> str:
        """Start the server if need be and give its address. Raises AppError."""
        return await self._server().base_url()

    @property
    def key(self) -> Secret:
        """The random key of this run."""
        return self._server().key

    def installed(self) -> bool:
        """Whether both the model file and the runtime are there."""
        return not self.missing()

    def missing(self) -> str:
        """What is not there yet, in a line for people; empty when all is there."""
        from tui.adapters.offline.state import missing

        return missing(self._folder)

    async def install(self) -> AsyncGenerator[Progress, None]:
        """Fetch the model's file into the data folder. Raises AppError."""
        from tui.adapters.offline.fetch import install

        async with aclosing(install(self._folder)) as events:
            async for event in events:
                yield event

    async def aclose(self) -> None:
        """Stop the server."""
        if self._made is not None:
            await self._made.aclose()
