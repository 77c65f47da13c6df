from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Built
from tests.fakes.models import FakeConnector
from tui.cli import doctor
from tui.cli.main import main
from tui.domain.connection import Endpoint, FoundServer, Model
from tui.domain.errors import NetworkError
from tui.domain.settings import Images
from tui.paths import find
from tui.ui.terminal.probe import Terminal


def test_all_connections_are_told_with_what_sees(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["doctor"])

    out = capsys.readouterr().out
    assert code == 0
    assert "ok    kitchen: Fake: tiny-vision · no key · Fake 1.0 · 2 models;" in out
    assert "see pictures: tiny-vision" in out
    assert "Nothing is broken." in out


def test_a_server_that_does_not_answer_is_told_with_the_way_out(
    built: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_self: FakeConnector, _endpoint: Endpoint) -> str:
        raise NetworkError("Fake at 127.0.0.1:1 cannot be reached", hint="is it running?")

    monkeypatch.setattr(FakeConnector, "about", down)

    code = main(["doctor"])

    out = capsys.readouterr().out
    assert code == 1
    assert (
        "BAD   kitchen: Fake: tiny-vision · no key · Fake at 127.0.0.1:1 cannot be reached" in out
    )
    assert "→ is it running?" in out
    assert "2 broken" in out


def test_a_model_that_the_server_does_not_list_is_told(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(built.house.settings.change("connections.kitchen.model", "tiny-visoin"))

    code = main(["doctor"])

    out = capsys.readouterr().out
    assert code == 0
    assert "note  kitchen: Fake: tiny-visoin" in out
    assert "→ it does not list 'tiny-visoin': /model in Salon chooses one that it lists" in out


def test_no_key_shows_anywhere(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    built.house.secrets.keys["kitchen"] = "sk-planted-0123456789"

    main(["doctor"])

    printed = capsys.readouterr()
    assert "key from test" in printed.out
    assert "planted" not in printed.out + printed.err


def test_found_servers_are_offered(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    found = FoundServer("ollama", "Ollama", "http://127.0.0.1:11434", (Model("m", "yes"),), "0.13")
    built.house.connector.found = [found]

    main(["doctor"])

    out = capsys.readouterr().out
    assert "Ollama 0.13: http://127.0.0.1:11434 · 1 model; see pictures: m" in out
    assert "makes it a connection" in out


def test_what_makes_pictures_is_told_without_a_word_of_sight(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = built.house.settings
    asyncio.run(settings.change("connections.easel", {"provider": "painter"}))
    url = "http://127.0.0.1:7861"
    built.house.connector.found = [FoundServer("painter", "Painter", url, (Model("v1", "no"),))]

    assert main(["doctor"]) == 0

    out = capsys.readouterr().out
    assert "ok    easel: Painter · no key · Painter 1.0\n" in out
    assert f"Painter: {url} · makes pictures, 1 model" in out


def test_a_found_server_that_a_connection_leads_to_is_not_offered(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://127.0.0.1:1/v1"  # the address of the row, which the connection does not repeat
    built.house.connector.found = [FoundServer("fake", "Fake", url, (Model("m", "yes"),))]

    main(["doctor"])

    out = capsys.readouterr().out
    assert f"Fake: {url}" in out
    assert "makes it a connection" not in out


@pytest.mark.parametrize(
    ("free", "level"), [(0, "bad"), (50_000_000, "note"), (10_000_000_000, "ok")]
)
def test_a_disk_without_room_is_told(
    free: int, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALON_HOME", str(tmp_path))
    (tmp_path / "data").mkdir(mode=0o700)
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr("tui.cli.doctor.shutil.disk_usage", lambda _folder: usage)

    data = next(each for each in doctor.check_folders(find()) if each.title == "data")

    assert data.level == level
    assert (f"{free // 1_000_000} MB of the disk are free" in data.text) == (level != "ok")
    assert (data.fix == "make room on the disk") == (level != "ok")


def test_a_folder_that_others_can_read_is_noted(tmp_path: Path) -> None:
    paths = find({"SALON_HOME": str(tmp_path)})
    paths.config.mkdir(mode=0o755, parents=True)
    paths.data.mkdir(mode=0o700, parents=True)

    levels = {each.title: each.level for each in doctor.check_folders(paths)}

    assert levels == {"config": "note", "data": "ok", "state": "ok", "cache": "ok"}


def test_the_clipboards_missing_helper_is_named() -> None:
    finding = doctor.check_clipboard({"WAYLAND_DISPLAY": "wayland-0", "PATH": "/nowhere"})

    assert finding.fix.startswith("install wl-clipboard")


@pytest.mark.parametrize(
    ("terminal", "images", "told", "fix"),
    [
        (Terminal(kitty=True), "auto", "kitty's pixels: the terminal offers them", ""),
        (Terminal(kitty=True), "off", "off, as the settings say: captions stand for them", ""),
        (
            Terminal(inside="tmux", outside="kitty(0.41.1)"),
            "auto",
            "half blocks: tmux does not hand pictures on",
            "put set -g allow-passthrough on into tmux.conf",
        ),
    ],
)
def test_how_pictures_are_drawn_is_told_with_what_would_allow_more(
    terminal: Terminal, images: Images, told: str, fix: str
) -> None:
    finding = doctor.check_terminal(terminal, {}, images)[-1]

    assert (finding.title, finding.text, finding.fix) == ("pictures", told, fix)
