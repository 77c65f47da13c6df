"""The real program where the disk is full, the home is read-only, or another Salon is open."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.soak.scenes import DATA, acknowledged, missing
from tests.soak.truth import look
from tui.adapters.storage.chats import SqliteChats

ROOT = Path(__file__).parent.parent.parent
_MAY_WRITE_ALL, _DROP = 1, 24
"""CAP_DAC_OVERRIDE and PR_CAPBSET_DROP of Linux's headers."""
Before = Callable[[], None]


def salon(home: Path, *arguments: str, before: Before | None = None) -> tuple[int, str]:
    """Run a command line. Returns its exit code, and what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        cwd=ROOT,
        env={**os.environ, "SALON_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        preexec_fn=before,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def sends(start: int, end: int, size: int = 0) -> str:
    """A script that sends messages and tells of each."""
    lines = [f"/send soak-{n}{'x' * size} |\n/echo kept:{n}" for n in range(start, end)]
    return " |\n".join(lines)


def limited(size: int) -> Before:
    """Let no file grow larger: for a program, that is like a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def as_anybody() -> None:
    """Take from root the right to write everywhere."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_DROP, _MAY_WRITE_ALL, 0, 0, 0)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    assert salon(home, "run", "--chat", "soak", "--new", "-c", sends(0, 2))[0] == 0
    for path in (home, *home.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield home
    for path in (home, *home.rglob("*")):
        path.chmod(0o700)


def test_a_full_disk_stops_sending_and_loses_nothing_that_was_told_of(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(sends(0, 60, size=8000))
    command = ("run", "--chat", "soak", "--new", str(tmp_path / "script"))

    code, said = salon(tmp_path, *command, before=limited(300_000))
    found = look(tmp_path)
    kept = acknowledged(said, "kept")

    assert code == 1
    assert "make room on the disk" in said.splitlines()[-1]
    assert 0 < len(kept) < 60
    texts = [text.rstrip("x") for text in found.texts if text.startswith("soak-")]
    assert texts[: len(kept)] == [f"soak-{number}" for number in kept]
    assert found.problems == []
    # And once there is room again, it goes on.
    assert salon(tmp_path, "run", "--chat", "soak", "-c", "/send soak-later")[0] == 0
    assert look(tmp_path).texts[-1] == "soak-later"


def test_a_picture_that_does_not_fit_leaves_no_half_of_itself(tmp_path: Path) -> None:
    assert salon(tmp_path, "run", "--chat", "soak", "--new", "-c", "/send soak-0")[0] == 0
    picture = DATA / "photos" / "coffee.jpg"
    line = f"/caption file={picture} source=describe"

    code, said = salon(tmp_path, "run", "--chat", "soak", "-c", line, before=limited(20_000))
    found = look(tmp_path)

    assert code == 1, said
    assert "coffee.jpg cannot be kept" in said or "make room" in said
    assert found.problems == []
    assert not list((tmp_path / "data").rglob("*.tmp"))
    assert missing([0], found) == []


QUICK = '{"version": 2, "name": "Mine", "qrList": [{"id": 1, "label": "a", "message": "/echo a"}]}'
SETTINGS = '{"extension_settings": {"caption": {"source": "local", "prompt": "What is it?"}}}'


@pytest.mark.parametrize(
    "command",
    [
        ("import", "settings.json"),
        ("import-quick-replies", "quick.json"),
        ("export", "--format", "markdown", "--output", "exported"),
        ("export", "--format", "html", "--output", "exported"),
        ("export", "--all", "--output", "exported"),
    ],
    ids=" ".join,
)
def test_what_is_taken_in_or_given_out_and_does_not_fit_leaves_nothing(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (tmp_path / "script").write_text(sends(0, 1, size=60_000))
    assert salon(home, "run", "--chat", "soak", "--new", str(tmp_path / "script"))[0] == 0
    (tmp_path / "quick.json").write_text(QUICK)
    (tmp_path / "settings.json").write_text(SETTINGS)
    (tmp_path / "exported").mkdir()
    paths = ("settings.json", "quick.json", "exported")
    arguments = [str(tmp_path / each) if each in paths else each for each in command]
    before = {path for path in home.rglob("*") if path.is_file()}

    # A chat cannot be read at all where SQLite's index of its log has no room, which is 32 KB.
    room = 40_000 if command[0] == "export" else 0
    code, said = salon(home, *arguments, before=limited(room))

    assert code == 1, said
    assert len(said.splitlines()) == 1
    assert "cannot write" in said
    assert list((tmp_path / "exported").iterdir()) == []
    new = {path for path in home.rglob("*") if path.is_file()} - before
    assert {path.name for path in new} <= {"chats.db-wal", "chats.db-shm", "salon.log"}
    assert salon(home, *arguments)[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="gives rights up in Linux's way")
@pytest.mark.parametrize("command", [("chats",), ("run", "--chat", "soak", "-c", "/send more")])
def test_a_read_only_home_is_one_line_and_what_to_do(
    read_only: Path, command: tuple[str, ...]
) -> None:
    code, said = salon(read_only, *command, before=as_anybody)

    assert code == 1
    assert len(said.splitlines()) == 1
    assert "permission denied" in said
    assert "let yourself write in" in said
    for path in (read_only, *read_only.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert missing([0, 1], look(read_only)) == []


def test_two_at_once_write_into_one_chat_and_each_finds_both(tmp_path: Path) -> None:
    assert salon(tmp_path, "run", "--chat", "soak", "--new", "-c", "/send soak-0")[0] == 0
    environ = {**os.environ, "SALON_HOME": str(tmp_path)}
    both = []
    for start in (1, 101):
        (tmp_path / f"{start}").write_text(sends(start, start + 60))
        command = [sys.executable, "-m", "tui", "run", "--chat", "soak", str(tmp_path / f"{start}")]
        both.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        )
    said = [each.communicate(timeout=40)[0].decode() for each in both]
    found = look(tmp_path)

    assert [each.returncode for each in both] == [0, 0], said
    assert found.problems == []
    sent = [int(text.removeprefix("soak-")) for text in found.texts if text.startswith("soak-")]
    assert sorted(sent) == [0, *range(1, 61), *range(101, 161)]
    assert [number for number in sent if 0 < number < 100] == list(range(1, 61))
    assert [number for number in sent if number > 100] == list(range(101, 161))


async def test_who_opens_a_chat_second_knows_of_the_first(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from tui.adapters.storage.chats import SqliteChats\n"
        "async def main():\n"
        "    store = SqliteChats(Path(sys.argv[1])); await store.chats()\n"
        "    print(store.show('c1'), store.show('c2'), flush=True)\n"
        "asyncio.run(main())\n"
    )
    store = SqliteChats(tmp_path / "chats.db")
    await store.chats()
    assert not store.show("c1")

    second = subprocess.run(  # noqa: ASYNC221 - short
        [sys.executable, "-c", code, str(tmp_path / "chats.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    await store.aclose()

    assert second.stdout == "True False\n"


def test_messages_keep_their_order_when_the_clock_is_set_back(tmp_path: Path) -> None:
    """The second run takes place years before the first, as far as it knows."""
    back = (
        "import sys, time\n"
        "real = time.time\n"
        "time.time = lambda: real() - 3e8\n"
        "from tui.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    assert salon(tmp_path, "run", "--chat", "soak", "--new", "-c", sends(0, 3))[0] == 0
    command = [sys.executable, "-c", back, "run", "--chat", "soak", "-c", sends(3, 6)]
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "SALON_HOME": str(tmp_path)},
        capture_output=True,
        timeout=30,
        check=True,
    )

    found = look(tmp_path)

    assert found.problems == []
    assert missing(list(range(6)), found) == []
    created = [each.created for each in found.messages if each.text.startswith("soak-")]
    assert created[3] < created[2] - 1e8
    assert found.chats[0].title == "soak"
    assert max(created) <= time.time()
