from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.ui.terminal.skeleton import DEFAULT_COLOURS, paint, recall, remember
from tui.ui.themes import DEFAULT_THEME, load_theme


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    yield outer, inner
    os.close(outer)
    os.close(inner)


def test_the_frame_stands_where_the_prompt_will_be(terminal: tuple[int, int]) -> None:
    outer, inner = terminal

    assert paint(keys=inner, screen=inner, placeholder="Write") is not None

    drawn = os.read(outer, 8192).decode()
    assert drawn.startswith("\x1b[?1049h")
    assert f"\x1b[21;1H\x1b[38;2;127;180;255m╭{'─' * 78}╮" in drawn
    assert "│\x1b[38;2;152;161;181m Write" in drawn


def test_keys_wait_unseen_and_unchanged(terminal: tuple[int, int]) -> None:
    outer, inner = terminal
    frame = paint(keys=inner, screen=inner)
    assert frame is not None
    os.read(outer, 8192)

    os.write(outer, b"hi\r\x13")

    assert os.read(inner, 10) == b"hi\r\x13"
    frame.restore()
    assert os.read(outer, 100) == b"\x1b[0m\x1b[?1049l\x1b[?25h"


def test_the_terminal_is_given_back_as_it_was(terminal: tuple[int, int]) -> None:
    outer, inner = terminal
    before = termios.tcgetattr(inner)
    frame = paint(keys=inner, screen=inner)
    assert frame is not None
    assert termios.tcgetattr(inner) != before
    os.read(outer, 8192)

    frame.hand_over()
    frame.restore()
    frame.restore()

    assert termios.tcgetattr(inner) == before
    os.write(inner, b"x")
    assert os.read(outer, 100) == b"x"


def test_colours_are_remembered_and_nonsense_is_not(tmp_path: Path) -> None:
    file = str(tmp_path / "colours")
    assert recall(file) == DEFAULT_COLOURS

    remember(file, ("#faf5ea", "#7a3e12", "#62574a"))
    assert recall(file) == ("#faf5ea", "#7a3e12", "#62574a")

    remember(file, ("#faf5ea", "\x1b[2J", "#62574a"))
    assert recall(file) == ("#faf5ea", "#7a3e12", "#62574a")

    Path(file).write_bytes(b"#ffffff \x1b]0;x #1234567 \xff")
    assert recall(file) == DEFAULT_COLOURS
    remember(str(tmp_path / "missing" / "colours"), DEFAULT_COLOURS)


def test_the_default_colours_are_the_default_themes() -> None:
    theme, _ = load_theme(DEFAULT_THEME, [Path(__file__).parents[3] / "themes"])

    assert theme is not None
    found = (theme.background, theme.primary, theme.variables["text-muted"])
    assert found == DEFAULT_COLOURS


def test_no_colour_is_used_where_none_is_wanted(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    outer, inner = terminal
    paint(keys=inner, screen=inner)

    assert b"48;2" not in os.read(outer, 8192)


def test_nothing_is_written_where_there_is_no_terminal(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    assert paint(keys=reader, screen=writer) is None
    monkeypatch.setenv("TERM", "dumb")
    assert paint(keys=terminal[1], screen=terminal[1]) is None

    os.close(writer)
    assert os.read(reader, 10) == b""
    os.close(reader)


@pytest.mark.parametrize("size", [(0, 0), (3, 3), (12, 40)])
def test_no_size_breaks_it(size: tuple[int, int], terminal: tuple[int, int]) -> None:
    fcntl.ioctl(terminal[1], termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    assert paint(keys=terminal[1], screen=terminal[1], placeholder="long " * 20) is not None


def test_it_imports_next_to_nothing() -> None:
    program = (
        "import sys; import tui.ui.terminal.skeleton;"
        "heavy = {'re', 'typing', 'dataclasses', 'pathlib', 'asyncio', 'textual', 'rich', 'yaml'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )

    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, check=False)

    assert done.stderr.decode() == ""
