from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tui.domain.clipping import Clipping
from tui.domain.errors import ClipboardError
from tui.ui.terminal import kitty_clipboard
from tui.ui.terminal.answers import ANSWERS
from tui.ui.terminal.kitty_clipboard import is_kitty, read
from tui.ui.terminal.parser import SafeParser

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def b64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def answer(status: str, mime: str = "", data: bytes = b"", end: str = "\x1b\\") -> str:
    about = f":mime={b64(mime)};{b64(data)}" if mime else ""
    return f"\x1b]5522;type=read:status={status}{about}{end}"


def whole(end: str = "\x1b\\", **contents: bytes) -> str:
    """An answer in pieces, as kitty sends it; types with `_` for the slash."""
    parts = [answer("OK", end=end)]
    for name, data in contents.items():
        pieces = [data[at : at + 4096] for at in range(0, len(data), 4096)]
        parts += [answer("DATA", name.replace("_", "/"), piece, end) for piece in pieces]
    return "".join((*parts, answer("DONE", end=end)))


class Kitty:
    """A terminal that answers through the parser, in chunks of any size."""

    def __init__(self, *replies: str, chunk: int = 1000) -> None:
        self.asked: list[str] = []
        self.typed: list[object] = []
        self._replies = "".join(replies)
        self._chunk = chunk
        self._parser = SafeParser()

    def write(self, sequence: str) -> None:
        self.asked.append(sequence)
        for at in range(0, len(self._replies), self._chunk):
            self.typed += self._parser.feed(self._replies[at : at + self._chunk])


@pytest.mark.parametrize("end", ["\x1b\\", "\x07"])
@pytest.mark.parametrize("chunk", [1, 7, 4096, 100_000])
async def test_a_picture_comes_through_the_terminal_to_the_last_byte(chunk: int, end: str) -> None:
    kitty = Kitty(whole(end, text_plain=b"words", image_png=PNG), chunk=chunk)

    assert await read(kitty.write) == Clipping(PNG)
    assert kitty.asked == [
        f"\x1b]5522;type=read;{b64('image/png image/jpeg image/webp image/gif text/plain')}\x1b\\"
    ]
    assert kitty.typed == []


async def test_text_comes_where_there_is_no_picture() -> None:
    assert await read(Kitty(whole(text_plain="grüße".encode())).write) == Clipping(text="grüße")


async def test_an_empty_clipboard_is_nothing() -> None:
    assert await read(Kitty(whole()).write) == Clipping()


@pytest.mark.parametrize(
    ("status", "said"),
    [("EPERM", "not allowed"), ("ENOSYS", "ENOSYS"), ("EBUSY", "EBUSY"), ("x\x9b31m", "could not")],
)
async def test_a_refusal_is_told(status: str, said: str) -> None:
    with pytest.raises(ClipboardError, match=said):
        await read(Kitty(answer(status)).write)


async def test_a_terminal_that_is_silent_is_told() -> None:
    with pytest.raises(ClipboardError, match="did not give its clipboard"):
        await read(Kitty().write, first_seconds=0.01)


async def test_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kitty_clipboard, "LARGEST", 5000)

    with pytest.raises(ClipboardError, match="larger than"):
        await read(Kitty(whole(image_png=PNG)).write)


def test_answers_that_nobody_waits_for_are_dropped_and_never_typed() -> None:
    parser = SafeParser()

    found = [*parser.feed(whole(image_png=PNG)), *parser.feed("x")]

    assert [each.key for each in found if isinstance(each, events.Key)] == ["x"]


@given(st.text(max_size=60))
def test_nothing_but_answers_about_the_clipboard_is_handed_on(body: str) -> None:
    heard: list[str] = []
    with ANSWERS.listening(heard.append):
        list(SafeParser().feed(f"\x1b]52;c;{body}\x07\x1b]11;{body}\x1b\\\x1b_G{body}\x1b\\"))

    assert all(each.startswith("\x1b]5522;") for each in heard)


@given(st.text(alphabet="typeread=:;statusOKDATADONEmime+/5522ab= ", max_size=80))
def test_no_answer_is_too_odd(body: str) -> None:
    async def ask() -> None:
        kitty = Kitty(f"\x1b]5522;{body}\x1b\\", answer("DONE"))
        try:
            assert isinstance(await read(kitty.write, 0.5), Clipping)
        except ClipboardError:
            return

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, False),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, False),
        ({}, False),
    ],
)
def test_only_kitty_itself_is_asked(environ: dict[str, str], expected: bool) -> None:
    assert is_kitty(environ) is expected


def test_nobody_listens_after_a_failure() -> None:
    def broken() -> None:
        with ANSWERS.listening(lambda _text: None):
            raise ValueError

    call: Callable[[], None] = broken
    with pytest.raises(ValueError):
        call()
    assert ANSWERS._take is None
