"""Quick replies in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tui.domain.errors import ConfigError
from tui.domain.quick_reply import QuickReply, QuickReplySet


class InMemoryQuickReplies:
    """The port `QuickReplyStore`; a set's id is its name."""

    def __init__(self) -> None:
        self.kept: dict[str, QuickReplySet] = {}
        self.problems: list[ConfigError] = []
        self.given: QuickReplySet | None = None
        """What every file of SillyTavern holds."""

    def add(self, name: str, *replies: QuickReply, bar: bool = False) -> None:
        self.kept[name] = QuickReplySet(name, replies, bar=bar, id=name)

    async def sets(self) -> Sequence[QuickReplySet]:
        return sorted(self.kept.values(), key=lambda each: each.name)

    async def save(self, changed: QuickReplySet) -> QuickReplySet:
        kept = replace(changed, id=changed.id or changed.name)
        self.kept[kept.id] = kept
        return kept

    async def remove(self, set_id: str) -> None:
        self.kept.pop(set_id, None)

    async def foreign(self, path: Path) -> QuickReplySet:
        if self.given is None:
            raise ConfigError(f"{path.name} is not there")
        return self.given

    def to_foreign(self, wanted: QuickReplySet) -> str:
        return f"{{{wanted.name}}}\n"


class InMemorySaid:
    """The port `QuickReplyMemory`."""

    def __init__(self) -> None:
        self.digests: list[str] = []
        self.turned: dict[str, bool] = {}

    async def approved(self, digest: str) -> bool:
        return digest in self.digests

    async def approve(self, digests: Sequence[str]) -> None:
        self.digests.extend(digests)

    async def bars(self) -> dict[str, bool]:
        return dict(self.turned)

    async def turn(self, name: str, on: bool | None) -> None:
        self.turned.pop(name, None)
        if on is not None:
            self.turned[name] = on
