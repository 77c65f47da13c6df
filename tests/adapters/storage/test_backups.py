from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections import namedtuple
from pathlib import Path

import pytest

from tests.adapters.storage.test_mending import fill, spoil
from tests.fakes.models import picture
from tui.adapters.storage import backups, leftovers, schema
from tui.adapters.storage.chats import SqliteChats
from tui.adapters.storage.images import ImageFiles
from tui.adapters.storage.upkeep import Upkeep
from tui.domain.chat import Attachment, Chat, JournalEntry, Message
from tui.domain.errors import StorageError
from tui.paths import Paths

DAY = 24 * 3600.0


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(*(tmp_path / kind for kind in ("config", "data", "state", "cache")))
    found.data.mkdir()
    return found


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def count(path: Path) -> int:
    database = sqlite3.connect(path)
    try:
        return int(database.execute("SELECT count(*) FROM messages").fetchone()[0])
    finally:
        database.close()


async def test_a_backup_is_made_once_a_day_and_two_are_kept(paths: Paths) -> None:
    upkeep = Upkeep(paths)
    await upkeep.run()  # nothing is there yet
    await fill(paths.chats, 0, 3)
    first, second = backups.place(paths.chats, 1), backups.place(paths.chats, 2)

    await upkeep.run()
    await fill(paths.chats, 3, 5)
    await upkeep.run()  # too early for another
    too_early = count(first)
    aged(first, 2 * DAY)
    await upkeep.run()

    assert too_early == 3
    assert (count(first), count(second)) == (5, 3)
    aged(first, 2 * DAY)
    await fill(paths.chats, 5, 6)
    await upkeep.run()
    assert (count(first), count(second)) == (6, 5)
    assert first.stat().st_mode & 0o777 == 0o600


async def test_a_clock_that_was_set_back_does_not_end_the_backups(paths: Paths) -> None:
    await fill(paths.chats, 0, 1)
    backups.make(paths.chats)
    is_due = backups.is_due(paths.chats)
    aged(backups.place(paths.chats, 1), -400 * DAY)

    assert not is_due
    assert backups.is_due(paths.chats)


async def test_a_backup_has_what_others_are_writing_just_now(paths: Paths) -> None:
    store = SqliteChats(paths.chats)
    await store.create(Chat("c1", "", "salon", "you", 1.0, 1.0))
    await store.append("c1", Message("m1", "user", "You", "in the log only", 1.0))

    backups.make(paths.chats)
    await store.append("c1", Message("m2", "user", "You", "later", 1.0))
    await store.aclose()

    assert count(backups.place(paths.chats, 1)) == 1


async def test_a_damaged_database_takes_no_backups_place(paths: Paths) -> None:
    await fill(paths.chats, 0, 40)
    backups.make(paths.chats)
    aged(backups.place(paths.chats, 1), 2 * DAY)
    spoil(paths.chats, 3, 12)

    with pytest.raises(StorageError, match="damaged"):
        await Upkeep(paths).run()

    assert count(backups.place(paths.chats, 1)) == 40
    assert not backups.place(paths.chats, 2).exists()
    assert schema.doubt(paths.chats).exists()
    assert list(paths.data.glob(".*")) == []


async def test_without_room_there_is_no_backup(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(paths.chats, 0, 1)
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000))

    with pytest.raises(StorageError, match="no room"):
        await Upkeep(paths).run()

    assert not backups.place(paths.chats, 1).exists()


async def test_the_newest_sound_backup_is_chosen(paths: Paths) -> None:
    await fill(paths.chats, 0, 2)
    backups.make(paths.chats)
    backups.make(paths.chats)
    backups.place(paths.chats, 1).write_bytes(b"damaged too")

    assert backups.sound(paths.chats) == backups.place(paths.chats, 2)
    backups.place(paths.chats, 2).unlink()
    assert backups.sound(paths.chats) is None


async def test_half_written_files_go_when_nobody_writes_them(paths: Paths) -> None:
    folder = paths.data / "images" / "ab"
    folder.mkdir(parents=True)
    old, young = folder / f".x.jpg.{'a' * 12}.tmp", folder / f".x.jpg.{'b' * 12}.tmp"
    ahead = folder / f".chats.db.{'c' * 12}.tmp-journal"
    mine = folder / ".notes.tmp"
    for each in (old, young, ahead, mine):
        each.touch()
        aged(each, 0 if each == young else 2 * DAY)
    aged(ahead, -2 * DAY)

    removed = leftovers.sweep(paths.data)

    assert removed == 2
    assert sorted(folder.iterdir()) == sorted([young, mine])


async def test_pictures_that_nothing_mentions_go_after_a_month(paths: Paths) -> None:
    images, store = ImageFiles(paths.images), SqliteChats(paths.chats)
    kinds = ("sent", "version", "draft", "caption", "deleted", "unused", "young")
    shown = {
        kind: picture(f"{kind}.jpg", f"{number}".zfill(64)) for number, kind in enumerate(kinds)
    }

    def attached(kind: str) -> Attachment:
        image = shown[kind]
        return Attachment(image.digest, image.name, image.mime, image.width, image.height, number=1)

    for image in shown.values():
        await images.put(image)
        for file in (images.place(image), images.place(image).with_suffix(".json")):
            aged(file, 31 * DAY)
    await store.create(
        Chat("c1", "", "salon", "you", 1.0, 1.0, draft_pictures=(attached("draft"),))
    )
    for kind in ("sent", "deleted"):
        await store.append("c1", Message(kind, "user", "You", kind, 1.0, (attached(kind),)))
    await store.delete_message("deleted")
    both = Message("both", "assistant", "Ada", "", 1.0, (attached("version"),))
    first = both.versions[0]
    both.show((first, type(first)("another", 2.0)), 1)
    await store.append("c1", both)
    await store.log_caption(
        JournalEntry(shown["caption"].digest, "a.jpg", "a", "local", "m", "?", 1.0, 1.0, used=False)
    )
    await images.put(shown["young"])  # attached again just now
    await Upkeep(paths).run()
    await store.aclose()

    left = {kind for kind, image in shown.items() if await images.get(image.digest) is not None}
    assert left == set(kinds) - {"unused"}
    assert len(list(paths.images.glob("*/*"))) == 2 * len(left)
