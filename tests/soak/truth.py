"""What must be true of a home after Salon was killed in it, whatever it was doing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import stat
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from tui.adapters.storage import backups, leftovers
from tui.adapters.storage.chats import SqliteChats
from tui.adapters.storage.images import ImageFiles
from tui.adapters.storage.upkeep import Upkeep
from tui.domain.chat import Chat, Message
from tui.domain.errors import AppError
from tui.paths import Paths, find

_TIGHT = 0o077


@dataclass
class Found:
    """What a fresh Salon finds in a home."""

    problems: list[str] = field(default_factory=list)
    """What is not as it must be, a line each."""
    chats: list[Chat] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    """Of all chats, in the order of each."""

    @property
    def texts(self) -> list[str]:
        """Of the messages."""
        return [message.text for message in self.messages]


def look(home: Path) -> Found:
    """Open the home as a new Salon would, and check all that must hold of any."""
    return asyncio.run(_look(home))


async def _look(home: Path) -> Found:
    found, paths = Found(), find({"SALON_HOME": str(home)})
    if not paths.data.exists():
        return found  # killed before anything was made
    store = SqliteChats(paths.chats)
    try:
        for summary in await store.chats():
            chat = await store.load(summary.id)
            if chat is not None:
                found.chats.append(chat)
            outline = await store.outline(summary.id)
            found.messages += store.read([entry.id for entry in outline])
        await _tidy(found, paths, store)
        await _pictures(found, ImageFiles(paths.images), paths.images)
    except AppError as error:
        found.problems.append(error.line())
    finally:
        await store.aclose()
    if paths.chats.exists():
        _database(found, paths.chats)
    _files(found, home)
    return found


async def _tidy(found: Found, paths: Paths, store: SqliteChats) -> None:
    """What is done once a day leaves neither half-written files nor pictures of no message."""
    future = mock.patch.multiple(leftovers, HALF_SECONDS=-1.0, UNUSED_SECONDS=-1.0)
    with future, mock.patch.object(backups, "OLD_SECONDS", -1.0):
        await Upkeep(paths).run()
    found.problems += [f"half-written: {path.name}" for path in paths.data.rglob(".*")]
    shown = {each.digest for message in found.messages for each in message.attachments}
    shown |= {entry.digest for entry in await store.journal()}
    for path in paths.images.glob("??/*"):
        if path.stem not in shown:
            found.problems.append(f"a picture of no message: {path.name}")


async def _pictures(found: Found, images: ImageFiles, folder: Path) -> None:
    for message in found.messages:
        for each in message.attachments:
            if await images.get(each.digest) is None:
                found.problems.append(f"{each.name}, which a message shows, is not on the disk")
    for facts in folder.glob("??/*.json"):
        # Where its facts are, a picture is whole: the digest of its pixels' file is not kept, so
        # that it can be decoded must do.
        if await images.get(facts.stem) is None:
            found.problems.append(f"a picture's facts without the picture: {facts.name}")
    for picture in folder.glob("??/*.jpg"):
        data = await asyncio.to_thread(picture.read_bytes)
        if not data.startswith(b"\xff\xd8") or not data.endswith(b"\xff\xd9"):
            found.problems.append(f"half a picture: {picture.name}, {digest_of(data)}")


def digest_of(data: bytes) -> str:
    """For telling files apart in a report."""
    return hashlib.sha256(data).hexdigest()[:12]


def _database(found: Found, path: Path) -> None:
    database = sqlite3.connect(path)
    try:
        [(said,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
        if said != "ok":
            found.problems.append(f"integrity check: {said}")
        database.execute("INSERT INTO messages_index (messages_index) VALUES ('integrity-check')")
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            found.problems.append(f"{len(broken)} rows of nothing")
        for (kept,) in database.execute("SELECT attachments FROM messages"):
            json.loads(kept)
    except (sqlite3.Error, ValueError) as error:
        found.problems.append(f"database: {error}")
    finally:
        database.close()


def _files(found: Found, home: Path) -> None:
    for kind in ("config", "data", "state", "cache"):
        for path in (home / kind).rglob("*"):
            if stat.S_IMODE(path.stat().st_mode) & _TIGHT:
                found.problems.append(f"others can read {path.relative_to(home)}")
