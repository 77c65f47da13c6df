from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.terminal import multiplexer
from tui.ui.terminal import probe as probe_module
from tui.ui.terminal.probe import MARKS, Probe, Terminal, read_answers
from tui.ui.terminal.raw_mode import RawMode

GOOD = b"\x1b[1;3R" * 4
KITTY = GOOD + b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;17;8t\x1b[?62;52c"
XTERM = b"\x1b[1;7R\x1b[1;2R\x1b[1;5R\x1b[1;2R\x1bP>|XTerm(379)\x1b\\\x1b[6;17;8t\x1b[?64;4;6;22c"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """The two ends of a pty of 0x0 cells in raw mode: the emulator's and the program's."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("SALON_NO_PROBE", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    outer, inner = pty.openpty()
    assert RawMode(inner).enter()
    yield outer, inner
    os.close(outer)
    os.close(inner)


def test_everything_is_asked_at_once_with_the_sure_answer_last(terminal: tuple[int, int]) -> None:
    outer, inner = terminal

    assert Probe(inner, inner).ask()

    asked = os.read(outer, 4096)
    assert asked.count(b"\x1b[6n") == 4
    assert b"\x1b_G" in asked
    assert asked.endswith(b"\x1b[c")


@pytest.mark.parametrize("name", ["TMUX", "STY"])
def test_a_multiplexer_is_not_asked_what_it_would_take_for_a_title(
    name: str, terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, inner = terminal
    monkeypatch.setenv(name, "1")
    monkeypatch.setattr(probe_module, "SECONDS", 0.0)
    probe = Probe(inner, inner)

    assert probe.ask()

    assert b"\x1b_" not in os.read(outer, 4096)
    assert probe.collect().inside == {"TMUX": "tmux", "STY": "screen"}[name]


def test_answers_are_read_without_waiting(terminal: tuple[int, int]) -> None:
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, KITTY)

    found = probe.collect()

    assert (found.name, found.kitty, found.sixel) == ("kitty(0.41.1)", True, False)
    assert (found.cell_width, found.cell_height) == (8, 17)
    assert not found.drops
    assert found.seconds < 0.05


def test_a_mute_terminal_costs_no_more_than_its_time(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "SECONDS", 0.05)
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, b"hi")

    found = probe.collect()

    assert found.typed == "hi"
    assert found.seconds < 0.5


def test_what_is_typed_between_the_answers_is_handed_back(terminal: tuple[int, int]) -> None:
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, b"a" + GOOD + "é\r".encode() + KITTY[len(GOOD) :] + b"\x1b[A")

    found = probe.collect()

    assert found.typed == "aé\r\x1b[A"
    assert found.kitty


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reader, writer = os.pipe()

    assert not Probe(reader, writer).ask()
    assert Probe(reader, writer).collect() == Terminal()
    os.close(writer)
    assert os.read(reader, 10) == b""
    os.close(reader)


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("SALON_NO_PROBE", "1")])
def test_it_can_be_left_out(
    name: str, value: str, terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert not Probe(terminal[1], terminal[1]).ask()


def test_a_terminal_with_other_widths_loses_just_those_marks() -> None:
    found = read_answers(XTERM)

    assert found.drops == MARKS
    assert found.sixel
    assert not found.kitty
    assert read_answers(b"\x1b[1;3R\x1b[1;3R\x1b[1;5R\x1b[1;3R\x1b[?1c").drops == {"skin"}


def test_half_the_widths_prove_nothing() -> None:
    assert not read_answers(b"\x1b[1;7R\x1b[1;2R\x1b[?62c").drops


@pytest.mark.parametrize(
    ("answers", "kitty"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.26.5)\x1b\\", False),
        (b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.28.0)\x1b\\", True),
        (b"\x1b_Gi=31;OK\x1b\\\x1bP>|ghostty 1.1\x1b\\", True),
        (b"\x1b_Gi=31;OK\x1b\\\x1bP>|Konsole 25.04\x1b\\", False),
        (b"\x1b_Gi=31;ENOTSUP\x1b\\\x1bP>|kitty(0.41.1)\x1b\\", False),
    ],
)
def test_pictures_need_placeholders(answers: bytes, kitty: bool) -> None:
    assert read_answers(answers + b"\x1b[?62c").kitty is kitty


@given(st.binary(max_size=80))
def test_no_answer_breaks_it(data: bytes) -> None:
    read_answers(data)


def test_the_colours_of_sixels_are_counted(terminal: tuple[int, int]) -> None:
    assert read_answers(b"\x1b[?1;0;256S" + XTERM).colours == 256
    assert read_answers(b"\x1b[?1;0;16S" + XTERM).colours == 16
    assert read_answers(b"\x1b[?1;3;0S" + XTERM).colours == 256
    assert read_answers(b"\x1b[?1;0;16Sx" + XTERM).typed == "x"


@pytest.mark.parametrize(
    ("name", "environment", "is_iterm2"),
    [
        (b"\x1bP>|iTerm2 3.5.0\x1b\\", {}, True),
        (b"", {"TERM_PROGRAM": "iTerm.app"}, True),
        (b"", {"LC_TERMINAL": "iTerm2"}, True),
        (b"\x1bP>|WezTerm 2024\x1b\\", {"LC_TERMINAL": "iTerm2"}, False),
        (b"", {}, False),
    ],
)
def test_iterm2_is_known_by_its_name(
    name: bytes,
    environment: dict[str, str],
    is_iterm2: bool,
    terminal: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for each in ("TERM_PROGRAM", "LC_TERMINAL"):
        monkeypatch.delenv(each, raising=False)
    for each, value in environment.items():
        monkeypatch.setenv(each, value)
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, name + b"\x1b[?62c")

    assert probe.collect().iterm2 is is_iterm2


def test_the_cells_are_measured_where_the_terminal_does_not_tell(
    terminal: tuple[int, int],
) -> None:
    outer, inner = terminal
    fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 20, 200, 180))
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, b"\x1b[?62;4c")

    found = probe.collect()

    assert (found.cell_width, found.cell_height) == (10, 18)


def test_tmux_that_does_not_answer_is_not_waited_for(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text("#!/bin/sh\nexec sleep 5\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TMUX", "1")
    monkeypatch.setattr(multiplexer, "_SECONDS", 0.01)
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, b"\x1b[?62;4c")

    found = probe.collect()

    assert (found.inside, found.outside, found.passthrough) == ("tmux", "", False)


def test_tmux_is_asked_for_the_terminal_outside(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text("#!/bin/sh\nprintf 'xterm-kitty\\tkitty(0.41.1)\\ton\\n'\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TMUX", "1")
    outer, inner = terminal
    probe = Probe(inner, inner)
    probe.ask()
    os.write(outer, b"\x1b[?62;4c")

    found = probe.collect()

    assert (found.outside, found.passthrough) == ("kitty(0.41.1)", True)
