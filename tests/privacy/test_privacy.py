"""Whom the program talks to, and who can read what it writes."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from tests.crashes.session import Session, configure, connection, served
from tests.fakes.servers import Recorded, Reply, as_json, delta, sse
from tests.privacy.home import PHOTO, ROOT, Home

REPLIES = ROOT / "tests" / "data" / "quick_replies" / "travel.json"


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
        for _ in range(20):  # drawn in pieces when the machine is busy
            session.pump()
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
