from __future__ import annotations

import os
import select
from collections.abc import Iterator
from threading import Event

import pytest
from textual._ansi_sequences import SYNC_END, SYNC_START

from tui.ui.terminal import driver
from tui.ui.terminal.driver import Writer

MUCH = "x" * 200_000
"""More than a pipe takes."""


class Pipe:
    """A terminal that is read only when somebody wants to."""

    def __init__(self) -> None:
        self.outer, inner = os.pipe()
        self.file = os.fdopen(inner, "w", encoding="utf-8")
        self.gone, self.caught_up = Event(), Event()
        self.writer = Writer(self.file, self.gone.set, self.caught_up.set)
        self.writer.start()

    def there(self) -> str:
        """What can be read without waiting."""
        if not select.select([self.outer], [], [], 0)[0]:
            return ""
        return os.read(self.outer, 65536).decode()

    def read(self, until: str) -> str:
        text = ""
        while until not in text:
            text += os.read(self.outer, 65536).decode()
        return text


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.writer.stop()
    made.file.close()


def test_what_is_written_arrives_in_its_order(pipe: Pipe) -> None:
    for number in range(200):
        pipe.writer.write(f"{number};")

    assert pipe.read("199;") == "".join(f"{number};" for number in range(200))


def test_one_that_takes_nothing_holds_nobody_up(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "PATIENCE", 0.02)
    for _ in range(200):
        pipe.writer.write(MUCH)
    pipe.writer.write("DROPPED")

    # It can still be ended; and once it is read again it says that frames were lost.
    assert not pipe.caught_up.is_set()
    while not pipe.caught_up.wait(0.01):
        assert "DROPPED" not in pipe.there()
    pipe.writer.write("AGAIN")
    pipe.read("AGAIN")


def test_one_that_is_gone_is_told_of_once_and_takes_the_rest(pipe: Pipe) -> None:
    os.close(pipe.outer)

    for _ in range(200):
        pipe.writer.write("x")

    assert pipe.gone.wait(5)
    assert pipe.writer.is_alive()


def test_a_writer_that_hangs_does_not_keep_the_app_from_ending(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "PATIENCE", 0.02)
    for _ in range(200):
        pipe.writer.write(MUCH)

    pipe.writer.stop()

    assert pipe.writer.is_alive()
    os.close(pipe.outer)
    pipe.writer.join(5)


def test_an_update_of_the_screen_reaches_the_writer_in_one_piece() -> None:
    written: list[str] = []

    class Notes:
        def write(self, text: str) -> None:
            written.append(text)

    made = object.__new__(driver.Driver)
    made._writer_thread = Notes()  # type: ignore[assignment]
    made._frame = None
    for text in ("bell", SYNC_START, "rows", "cursor", SYNC_END, "title"):
        made.write(text)

    assert written == ["bell", f"{SYNC_START}rowscursor{SYNC_END}", "title"]
