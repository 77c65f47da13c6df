"""What victims do, and what must be true of it afterwards."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import ClassVar, Protocol

from tests.soak.truth import Found
from tests.soak.victims import Victim
from tui.adapters.storage import backups, mending, schema
from tui.adapters.storage.chats import SqliteChats
from tui.cli.main import main as salon
from tui.domain.chat import Chat, Message

DATA = Path(__file__).parent.parent / "data"
PHOTOS = sorted((DATA / "photos").glob("*.jpg"))
_CONFIG = """\
connections:
  soak: {{provider: custom, url: "http://127.0.0.1:{port}/{key}/v1", model: soaked, vision: "yes"}}
chat: {{connection: soak}}
captioning: {{source: multimodal, cache: false}}
"""
OLD_MESSAGES = 400


class Scene(Protocol):
    """One kind of work that is cut off."""

    name: str
    in_terminal: bool
    longest: float
    """Seconds after its start that a victim lives at most."""

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        """Fill the victim's home; its folder is there and empty."""

    def work(self, home: Path) -> int:
        """Run in the victim; gives the exit code."""

    def drive(self, victim: Victim, log: Path) -> None:
        """Called often while the victim lives."""

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        """What is not as it must be."""


def configure(home: Path, port: int) -> None:
    """Write settings with a connection to the server; its log has the home's name."""
    folder = home / "config"
    folder.mkdir(parents=True, mode=0o700)
    file = folder / "config.yaml"
    file.write_text(_CONFIG.format(port=port, key=home.name))
    file.chmod(0o600)


def script(home: Path, *lines: str) -> None:
    """Write the script that `Script.work` runs."""
    (home / "script").write_text(" |\n".join(lines))


class Script:
    """The base of scenes that `salon run` plays."""

    name = ""
    in_terminal = False
    longest = 2.5

    def work(self, home: Path) -> int:
        return salon(["run", "--chat", "soak", "--new", str(home / "script")])

    def drive(self, victim: Victim, log: Path) -> None:
        """Nobody types."""


class Streaming(Script):
    """Messages are sent and a reply streams: what was said is there, and the reply up to now."""

    name = "streaming"

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        first = chance.randint(1, 20)
        lines = [line for n in range(first) for line in (f"/send soak-{n}", f"/echo kept:{n}")]
        script(home, *lines, "/reply")

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        kept = acknowledged(victim.said, "kept")
        Account.confirmed[self.name] += len(kept)
        return [*missing(kept, found), *behind(victim, log, found)]


class Editing(Script):
    """The same message is written anew and again: it is the last version or the one after it."""

    name = "editing"
    longest = 1.2

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        lines = ["/send soak-start"]
        size = chance.choice((1, 50, 600))
        for number in range(1000):
            lines += [f"/edit last v{number} {'x' * size}", f"/echo kept:{number}"]
        script(home, *lines)

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        kept = acknowledged(victim.said, "kept")
        if not kept:
            return []
        shown = re.match(r"v(\d+) x+$", found.texts[-1]) if found.texts else None
        if shown is None or int(shown[1]) not in (kept[-1], kept[-1] + 1):
            return [f"after edit {kept[-1]} the message is {found.texts[-1:]!r:.60}"]
        Account.confirmed[self.name] += len(kept)
        return []


class Captioning(Script):
    """Pictures are captioned into the chat: each message has its words and its whole picture."""

    name = "captioning"
    longest = 1.5

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        lines = []
        for number in range(20):
            lines += [
                f"/caption file={chance.choice(PHOTOS)} source=multimodal what is it?",
                f"/echo kept:{number}",
            ]
        script(home, *lines)

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        kept = acknowledged(victim.said, "kept")
        pictured = [each for each in found.messages if each.attachments]
        problems = []
        if kept and len(pictured) <= kept[-1]:
            problems.append(f"{kept[-1] + 1} captions were shown, {len(pictured)} are there")
        Account.confirmed[self.name] += len(pictured)
        problems += [
            "a picture without its caption" for each in pictured if "boat" not in each.text
        ]
        return problems


class Importing(Script):
    """Quick replies are taken over: each set that was named is there, none by half."""

    name = "importing"
    longest = 0.6
    sets = 40

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        taken = json.loads((DATA / "quick_replies" / "travel.json").read_text())
        for number in range(self.sets):
            taken["name"] = f"soak {number:02}"
            (home / f"{number}.json").write_text(json.dumps(taken))

    def work(self, home: Path) -> int:
        files = [str(home / f"{number}.json") for number in range(self.sets)]
        return salon(["import-quick-replies", *files])

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        return asyncio.run(self._check(victim))

    async def _check(self, victim: Victim) -> Sequence[str]:
        from tui.adapters.quick_replies import YamlQuickReplies

        replies = YamlQuickReplies(victim.home / "data" / "quick-replies")
        names = {each.name for each in await replies.sets()}
        told = re.findall(r"^soak \d\d$", victim.said, re.MULTILINE)
        problems = [f"set {name!r} is gone" for name in told if name not in names]
        Account.confirmed[self.name] += len(told)
        return [*problems, *(str(error) for error in replies.problems)]


class Migrating(Script):
    """A file of the first version becomes the present one, or stays what it was."""

    name = "migrating"
    longest = 0.04

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        data = home / "data"
        data.mkdir(mode=0o700)
        old = data / "chats.db"
        shutil.copy(first_version(home.parent), old)
        old.chmod(0o600)

    def work(self, home: Path) -> int:
        async def read() -> int:
            store = SqliteChats(home / "data" / "chats.db")
            await store.chats()
            await store.aclose()
            return 0

        return asyncio.run(read())

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        expected = [f"old-{number}" for number in range(OLD_MESSAGES)]
        Account.confirmed[self.name] += len(found.texts)
        return [] if found.texts == expected else [f"{len(found.texts)} old messages are there"]


class BackingUp:
    """Messages are written while backups are made: both kinds of files are sound."""

    name = "backing up"
    in_terminal = False
    longest = 0.5

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)
        (home / "data").mkdir(mode=0o700)

    def drive(self, victim: Victim, log: Path) -> None:
        """Nobody types."""

    def work(self, home: Path) -> int:
        path = home / "data" / "chats.db"

        async def write() -> int:
            store = SqliteChats(path)
            await store.create(Chat("c1", "", "salon", "you", 1.0, 1.0))
            for number in range(2000):
                text = f"soak-{number}"
                await store.append("c1", Message(text, "user", "You", text, 1.0))
                print(f"salon: kept:{number}", flush=True)
                if number % 7 == 0:
                    await asyncio.to_thread(backups.make, path)
            return 0

        return asyncio.run(write())

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        kept = acknowledged(victim.said, "kept")
        Account.confirmed[self.name] += len(kept)
        problems = missing(kept, found)
        path = victim.home / "data" / "chats.db"
        made = [backups.place(path, number) for number in range(1, backups.KEPT + 1)]
        for each in made:
            if each.exists():
                backups.refuse_damaged(each)
        if len(kept) > 2 * 7 and not any(each.exists() for each in made):
            problems.append("no backup is left")
        return problems


class Mending(BackingUp):
    """A damaged file is replaced by its backup: all that the backup has is there."""

    name = "mending"
    longest = 0.03

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        super().prepare(home, port, chance)
        path = home / "data" / "chats.db"
        shutil.copy(first_version(home.parent), path)
        backups.make(path)
        data = bytearray(path.read_bytes())
        start = chance.randrange(0, len(data) // 4096) * 4096
        data[start : start + 8192] = chance.randbytes(len(data[start : start + 8192]))
        path.write_bytes(data)
        path.chmod(0o600)
        mending.note_doubt(path)

    def work(self, home: Path) -> int:
        return Migrating().work(home)

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        expected = [f"old-{number}" for number in range(OLD_MESSAGES)]
        Account.confirmed[self.name] += len(found.texts)
        kept = list((victim.home / "data").glob("chats.db.damaged-?"))
        problems = [] if kept else ["the damaged file was not kept"]
        if found.texts != expected:
            problems.append(f"{len(found.texts)} messages are there")
        return problems


def first_version(folder: Path) -> Path:
    """A file as the first Salon made it; made once for all victims."""
    path = folder / "first.db"
    if path.exists():
        return path
    with sqlite3.connect(path) as database:
        for statement in schema._FIRST:
            database.execute(statement)
        database.execute("INSERT INTO chats VALUES ('c1', 'Old', 'salon', 'you', '', 1, 2, NULL)")
        database.executemany(
            "INSERT INTO messages (id, chat, role, name, text, created, attachments, captions,"
            " templated, reasoning, status, error, model, characters, lines, pictures, writer)"
            " VALUES (?, 'c1', 'user', 'You', ?, 1, '[]', '', 0, '', 'complete', '', '',"
            " 8, 1, 0, 0)",
            [(f"m{number}", f"old-{number}") for number in range(OLD_MESSAGES)],
        )
        database.execute("PRAGMA user_version = 1")
    database.close()
    return path


# What several scenes ask


def acknowledged(said: str, word: str) -> list[int]:
    """The numbers that the victim told of; its last line may be cut off."""
    return [int(each) for each in re.findall(rf"^salon: {word}:(\d+)\n", said, re.MULTILINE)]


def missing(kept: Sequence[int], found: Found) -> list[str]:
    """Messages that were acknowledged and are not there once and in order."""
    texts = [text for text in found.texts if text.startswith("soak-")]
    expected = [f"soak-{number}" for number in kept]
    if texts[: len(expected)] == expected:
        return []
    return [f"told of {expected[-1]}, but there are {texts!r:.200}"]


class Account:
    """What all checks together have seen; a run that confirmed nothing proves nothing."""

    allowed = 1.0
    """Seconds that a reply or a draft on the disk may be behind."""
    worst = 0.0
    """How far a reply was behind what the server had sent."""
    confirmed: ClassVar[Counter[str]] = Counter()
    """By scene: messages, edits, pictures, sets and words that were to be there, and are."""


def behind(victim: Victim, log: Path, found: Found) -> list[str]:
    """Words that were sent long before the kill and are not on the disk."""
    if not victim.killed or not log.exists():
        return []
    sent = [
        (float(at), int(what))
        for at, kind, what in (line.split(" ", 2) for line in log.read_text().splitlines())
        if kind == "sent"
    ]
    replies = [each for each in found.messages if each.role == "assistant" and "w0 " in each.text]
    kept = len(replies[-1].text.split()) if replies else 0
    lost = [at for at, number in sent if number >= kept and at < victim.killed]
    if not lost:
        return []
    seconds = victim.killed - min(lost)
    Account.worst = max(Account.worst, seconds)
    problems = []
    if seconds > Account.allowed:
        problems.append(f"the reply is {seconds:.2f} s behind ({kept} of {len(sent)} words)")
    if replies and replies[-1].status != "partial":
        problems.append(f"a reply that was cut off counts as {replies[-1].status}")
    return problems
