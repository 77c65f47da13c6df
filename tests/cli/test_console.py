from __future__ import annotations

import errno
import io

import pytest

from tui.cli.console import Console, describe
from tui.domain.errors import StorageError
from tui.domain.generation import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_over_itself_and_taken_away() -> None:
    out, err = io.StringIO(), Terminal()
    console = Console(out, err)

    console.progress(Progress("loading the model"))
    console.say("a word")
    console.progress(Progress("captioning\x1b[2J"))
    console.data("a caption")

    assert out.getvalue() == "a caption\n"
    assert "\rloading the model" in err.getvalue()
    assert "\r                 \rsalon: a word\n" in err.getvalue()
    assert "\x1b" not in err.getvalue()


def test_a_pipe_gets_no_progress() -> None:
    err = io.StringIO()

    Console(io.StringIO(), err).progress(Progress("loading", 1, 2))

    assert err.getvalue() == ""


@pytest.mark.parametrize(
    ("event", "seconds", "line"),
    [
        (Progress("loading"), 1, "loading"),
        (Progress("reading", 1, 4), 1, "reading 25%"),
        (
            Progress("model.onnx", 25e6, 100e6, "bytes"),
            5,
            "model.onnx [#####...............] 25% 25.0 of 100.0 MB at 5.0 MB/s",
        ),
        (Progress("model.onnx", 25e6, None, "bytes"), 0.1, "model.onnx 25.0 MB"),
        (Progress("x", 3e6, 1e6, "bytes"), 0, f"x [{'#' * 20}] 100% 3.0 of 1.0 MB"),
    ],
)
def test_bytes_come_with_a_bar_and_a_speed(event: Progress, seconds: float, line: str) -> None:
    assert describe(event, seconds) == line


def test_a_download_that_goes_on_counts_only_what_came_since() -> None:
    line = describe(Progress("x", 90e6, 100e6, "bytes"), 5, 80e6)

    assert line.endswith("90.0 of 100.0 MB at 2.0 MB/s")


def test_data_that_cannot_be_written_is_told_in_a_line() -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(StorageError) as caught:
        Console(Full(), io.StringIO()).data("a")
    assert caught.value.line() == "the result cannot be written: no space left on device"
    with pytest.raises(BrokenPipeError):
        Console(Gone(), io.StringIO()).data("a")
