"""What the person said of quick replies: which scripts may run, whose buttons are shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui import paths as places
from tui.adapters.config_text import read_text
from tui.adapters.storage.atomic import write_atomic
from tui.adapters.wire import as_dict, as_list, parse


@dataclass(slots=True)
class _Said:
    approved: list[str] = field(default_factory=list)
    bars: dict[str, bool] = field(default_factory=dict)


class QuickReplyFile:
    """A small JSON file that only its owner can read and write; what is damaged was never said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()

    async def approved(self, digest: str) -> bool:
        """Whether a script of that digest may run."""
        return digest in (await asyncio.to_thread(self._read)).approved

    async def approve(self, digests: Sequence[str]) -> None:
        """Let scripts of these digests run from now on."""

        def change(said: _Said) -> None:
            said.approved += [each for each in digests if each not in said.approved]

        await self._change(change)

    async def bars(self) -> dict[str, bool]:
        """Sets, by name, whose buttons were turned on or off."""
        return (await asyncio.to_thread(self._read)).bars

    async def turn(self, name: str, on: bool | None) -> None:
        """Turn the buttons of a set on or off; None: as its file says."""

        def change(said: _Said) -> None:
            said.bars.pop(name, None)
            if on is not None:
                said.bars[name] = on

        await self._change(change)

    async def _change(self, change: Callable[[_Said], None]) -> None:
        def work() -> None:
            said = self._read()
            change(said)
            self._write(said)

        async with self._turn:
            await asyncio.to_thread(work)

    def _read(self) -> _Said:
        text = read_text(self._path)
        try:
            data = as_dict(parse(text or "{}"))
        except ValueError:
            return _Said()
        bars = as_dict(data.get("bars"))
        return _Said(
            [each for each in as_list(data.get("approved")) if isinstance(each, str)],
            {name: on for name, on in bars.items() if isinstance(on, bool)},
        )

    def _write(self, said: _Said) -> None:
        places.folder(self._path.parent)
        data = {"approved": said.approved, "bars": said.bars}
        write_atomic(self._path, json.dumps(data, indent=1).encode())
