"""The ports to where quick replies are kept, and to what is remembered of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tui.domain.errors import ConfigError
from tui.domain.quick_reply import QuickReplySet


class QuickReplyStore(Protocol):
    """Sets of quick replies, one file each."""

    @property
    def problems(self) -> Sequence[ConfigError]:
        """Files that the last reading skipped, each with its reason and place."""
        ...

    async def sets(self) -> Sequence[QuickReplySet]:
        """All that can be read, by name; files that stayed the same are not read again."""
        ...

    async def save(self, changed: QuickReplySet) -> QuickReplySet:
        """Keep a set under its id, a new one under an id made of its name.

        Raises:
            AppError: It cannot be written, or would not be read as it is.
        """
        ...

    async def remove(self, set_id: str) -> None:
        """Delete a set's file. Raises StorageError."""
        ...

    async def foreign(self, path: Path) -> QuickReplySet:
        """Read a set as SillyTavern exports it. Raises ConfigError."""
        ...

    def to_foreign(self, wanted: QuickReplySet) -> str:
        """A set as SillyTavern imports it: JSON."""
        ...


class QuickReplyMemory(Protocol):
    """What the person said of quick replies. Raises ConfigError and StorageError."""

    async def approved(self, digest: str) -> bool:
        """Whether a script of that digest may run."""
        ...

    async def approve(self, digests: Sequence[str]) -> None:
        """Let scripts of these digests run from now on."""
        ...

    async def bars(self) -> dict[str, bool]:
        """Sets, by name, whose buttons were turned on or off."""
        ...

    async def turn(self, name: str, on: bool | None) -> None:
        """Turn the buttons of a set on or off; None: as its file says."""
        ...
