from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from tui.adapters.folder_watch import FolderWatch
from tui.domain.errors import ImageError

TICK = 0.01


class Listener:
    """Collects what a watched folder gives."""

    def __init__(self, folder: Path) -> None:
        self.found: list[str] = []
        self._watch = FolderWatch(TICK).watch(folder)

    async def run(self) -> None:
        async with aclosing(self._watch) as paths:
            async for path in paths:
                self.found.append(path.name)


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncGenerator[Listener, None]:
    (tmp_path / "old.png").write_bytes(b"old")
    listener = Listener(tmp_path)
    task = asyncio.create_task(listener.run())
    await asyncio.sleep(3 * TICK)
    yield listener
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def until(listener: Listener, *names: str) -> None:
    async with asyncio.timeout(5):
        while sorted(listener.found) != sorted(names):
            await asyncio.sleep(TICK)
    await asyncio.sleep(4 * TICK)
    assert sorted(listener.found) == sorted(names)


async def test_only_new_pictures_are_given(listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(b"new")
    (tmp_path / "NEW.JPG").write_bytes(b"new")
    (tmp_path / "notes.txt").write_bytes(b"new")
    (tmp_path / ".half.png").write_bytes(b"new")
    (tmp_path / "folder.png").mkdir()

    await until(listener, "new.png", "NEW.JPG")


async def test_a_picture_with_an_old_date_is_new_when_it_comes_now(
    listener: Listener, tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    aside.write_bytes(b"x")
    os.utime(aside, (1000, 1000))
    aside.rename(tmp_path / "moved.png")

    await until(listener, "moved.png")


async def test_one_that_still_grows_is_waited_for(listener: Listener, tmp_path: Path) -> None:
    with (tmp_path / "slow.png").open("wb") as file:
        await asyncio.sleep(5 * TICK)
        assert listener.found == []
        file.write(b"all of it")
    await until(listener, "slow.png")


async def test_one_that_is_written_anew_is_given_again(listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"changed")
    await until(listener, "old.png")


async def test_a_folder_that_goes_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    folder.mkdir()
    listener = Listener(folder)
    task = asyncio.create_task(listener.run())
    await asyncio.sleep(3 * TICK)
    folder.rmdir()
    await asyncio.sleep(3 * TICK)
    folder.mkdir()
    (folder / "a.png").write_bytes(b"x")
    await until(listener, "a.png")
    task.cancel()


async def test_a_folder_that_was_never_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such folder to watch"):
        await Listener(tmp_path / "nowhere").run()
