"""Whom the program talks to, and who can read what it writes."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crashes.session import Session, configure, connection, served
from tests.fakes.servers import Recorded, Reply, as_json, delta, sse

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "tests" / "data" / "photos" / "cat.jpg"
REPLIES = ROOT / "tests" / "data" / "quick_replies" / "travel.json"

Runner = Callable[..., subprocess.CompletedProcess[str]]


class Home:
    """A home that is used, with a record of all that was asked for meanwhile."""

    def __init__(self, top: Path) -> None:
        self.path = top / "home"
        self.record = top / "record"
        self.environ = {
            **os.environ,
            "SALON_HOME": str(self.path),
            "RECORD": str(self.record),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "recorder"), str(ROOT)]),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
            env=self.environ,
            umask=0o022,
            stdin=subprocess.DEVNULL,
        )

    @property
    def asked(self) -> set[str]:
        """Names that were looked up and addresses that were connected to."""
        lines = self.record.read_text(encoding="utf-8").splitlines()
        return {" ".join(json.loads(line)[1:3]) for line in lines}

    @property
    def readable(self) -> dict[str, str]:
        """What others than the owner may read or enter, with its mode."""
        found = [self.path, *self.path.rglob("*")]
        modes = {each: stat.S_IMODE(each.lstat().st_mode) for each in found}
        return {str(each.relative_to(self.path)): oct(m) for each, m in modes.items() if m & 0o077}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    for name in ("RECORD", "PYTHONPATH"):
        monkeypatch.setenv(name, made.environ[name])
    return made


def chat(home: Home, settings: str, answer: str) -> None:
    """Open the app, say something, caption a picture, and leave with a draft."""
    session = Session(home.path, "", settings)
    try:
        session.ready("Hello there")
        session.type(b"\r")
        session.until(answer)
        session.type(f"/caption {PHOTO} ".encode())
        session.until("cat.jpg ")
        session.type(b"\r")
        session.until("The message")
        for _ in range(2):  # the first may stop what is still asked
            session.type(b"\x1b")
            for _ in range(8):
                session.pump()
        session.type(b"left behind")
        session.until("left behind")
        session.type(b"\x11")
        assert session.wait() == 0
    finally:
        session.close()


def kind(request: Recorded) -> Reply:
    """A server that answers what it is asked for."""
    if request.method == "GET":
        return as_json({"data": [{"id": "m"}]})
    if request.json.get("stream"):
        return Reply(sse(delta("An answer"), delta(finish="stop")))
    return as_json({"choices": [{"message": {"content": "A cat."}, "finish_reason": "stop"}]})


def test_without_a_connection_nobody_is_asked_for_anything(home: Home) -> None:
    chat(home, "captioning: {source: describe}\n", "nobody answers yet")
    assert home.run("caption", str(PHOTO)).returncode == 0
    assert home.run("run", "-c", "/echo hi").returncode == 0
    assert home.run("chats").returncode == 0

    assert home.asked == set()


def test_doctor_looks_for_servers_on_this_machine_only(home: Home) -> None:
    configure(home.path)

    assert home.run("doctor").returncode == 0

    assert home.asked
    assert {re.sub(r"\d+\)$", "", each) for each in home.asked} == {"('127.0.0.1', "}


def test_with_a_connection_only_its_host_is_asked(home: Home) -> None:
    with served(answer=kind) as server:
        settings = connection(server) + "captioning: {source: multimodal, connection: lab}\n"
        chat(home, settings, "An answer")
        assert home.run("caption", str(PHOTO)).returncode == 0
        assert home.run("run", "-c", "/gen hi").returncode == 0

        assert home.asked == {f"('127.0.0.1', {server.port})"}
        agents = {request.headers.get("user-agent", "") for request in server.requests}
    assert len(agents) == 1
    assert re.fullmatch(r"[Ss]alon(/[\w.+-]+)?", agents.pop())


def test_all_that_is_written_is_for_its_owner_only(home: Home, tmp_path: Path) -> None:
    export = tmp_path / "chat.md"
    model = ROOT / "tests" / "models" / "tiny_captioner" / "model"
    configure(home.path, "captioning: {source: describe}\n")
    assert home.run("run", "-c", "/set ui.theme paper").returncode == 0
    before = os.umask(0o022)
    try:
        chat(home, "", "nobody answers yet")
    finally:
        os.umask(before)
    local = ("--source", "local", "--set", f"extras.captioningModel={model}")
    assert home.run("caption", *local, str(PHOTO)).returncode == 0
    assert home.run("import-quick-replies", str(REPLIES)).returncode == 0
    assert home.run("export", "--output", str(export)).returncode == 0

    names = {each.name for each in home.path.rglob("*")}
    assert {"chats.db", "salon.log", "stderr.log", "first-frame", "model-checks.json"} <= names
    assert home.readable == {}
    # An export is the person's own file, as their other files are.
    assert stat.S_IMODE(export.stat().st_mode) == 0o644
