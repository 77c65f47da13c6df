"""What comes from the terminal, taken apart so that nothing is typed that nobody typed.

Textual's own parser turns a paste that holds ESC into key presses, Enter included, and types the
terminal's answers to queries it does not know into whatever has the focus. This one knows the
grammar of control sequences: a paste is one event whatever it contains, and a sequence or control
string that means nothing is dropped whole. Made for Textual 8.2.8; `install` puts it there.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import monotonic

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import IS_ITERM, XTermParser
from textual.keys import Keys
from textual.message import Message

from tui.ui.terminal.answers import ANSWERS
from tui.ui.terminal.bracketed import PASTE_END, PASTE_START, without_inner_ends
from tui.ui.terminal.hold import KeyHold

ESC = "\x1b"

STRING_SECONDS = 0.5
"""Silence after which a sequence that has begun is given up; answers arrive in one piece."""
PASTE_SECONDS = 10.0
"""Silence after which a paste without an end is taken as it is, so that keys work again."""
_LONGEST_STRING = 1 << 20

_CSI = re.compile(r"\x1b\[(?:\[[ -~]|(?!\[)[0-?]*[ -/]*[@-~])")
_CSI_BEGUN = re.compile(r"\x1b\[(?:\[|[0-?]*[ -/]*)")
_SS3 = re.compile(r"\x1bO[0-9;]*[ -/:<-~]")
_SS3_BEGUN = re.compile(r"\x1bO[0-9;]*")
_STRING_START = re.compile(r"\x1b(?:\][0-9lLI]|P[0-9;]*[!$>+|]|_G)")
_STRING_BEGUN = re.compile(r"\x1b(?:\]|P[0-9;]*|_)")
_STRING_END = re.compile(r"\x07|\x9c|\x1b")
_RESIZE = re.compile(r"\x1b\[48;(\d+)[:\d]*;(\d+)[:\d]*;(\d+)[:\d]*;(\d+)[:\d]*t")
_PLACE = re.compile(r"\x1b\[(\d+);(\d+)R")
_MODE = re.compile(r"\x1b\[\?(\d+);(\d)\$y")
_MOUSE = re.compile(r"\x1b\[<[-\d;]+[mM]")
_TEXT = re.compile(r"[^\x1b]+")


class SafeParser(XTermParser):
    """Makes events of the terminal's bytes; keeps what is incomplete for the next chunk."""

    def __init__(self, debug: bool = False, *, hold: KeyHold | None = None) -> None:
        super().__init__(debug)
        self._hold = hold
        self._buffer = ""
        self._paste: list[str] | None = None
        self._deadline: float | None = None

    def feed(self, data: str) -> Iterable[Message]:
        """Take the next chunk; empty says that there will be no more."""
        found = self._feed(data)
        return found if self._hold is None else self._hold.sift(found)

    def _feed(self, data: str) -> Iterator[Message]:
        if not data:
            yield from self._give_up()
            return
        self._buffer += without_inner_ends(data)
        self._deadline = None
        yield from self._take_all()
        if self._paste is not None:
            self._deadline = monotonic() + PASTE_SECONDS
        elif self._buffer:
            wait = STRING_SECONDS if len(self._buffer) > 2 else constants.ESCAPE_DELAY
            self._deadline = monotonic() + wait

    def tick(self) -> Iterable[Message]:
        """Called ten times a second: make of a stalled sequence what can be made of it."""
        if self._deadline is None or monotonic() < self._deadline:
            return ()
        found = self._give_up()
        return found if self._hold is None else self._hold.sift(found)

    def _give_up(self) -> Iterator[Message]:
        self._deadline = None
        buffer, self._buffer = self._buffer, ""
        if self._paste is not None:
            yield self._paste_event(buffer)
        elif buffer == ESC:
            yield events.Key("escape", ESC)
        elif len(buffer) == 2:
            # Alt with a key that also begins sequences.
            yield from self._alt(buffer[1])
        elif buffer in ANSI_SEQUENCES_KEYS:
            yield from self._keys(buffer)

    def _take_all(self) -> Iterator[Message]:
        while self._buffer:
            if self._paste is not None:
                taken = self._take_paste()
            elif self._buffer[0] != ESC:
                taken = self._take_text()
            else:
                taken = self._take_sequence()
            if taken is None:
                return
            yield from taken

    def _cut(self, length: int) -> str:
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken

    def _take_paste(self) -> list[Message] | None:
        assert self._paste is not None
        end = self._buffer.find(PASTE_END)
        if end < 0:
            # The last characters may be the beginning of the end.
            self._paste.append(self._cut(max(0, len(self._buffer) - len(PASTE_END) + 1)))
            return None
        last = self._cut(end)
        self._cut(len(PASTE_END))
        return [self._paste_event(last)]

    def _paste_event(self, last: str) -> events.Paste:
        text = "".join([*(self._paste or ()), last])
        self._paste = None
        # Terminals send a carriage return for each end of a line.
        return events.Paste(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))

    def _take_text(self) -> list[Message]:
        match = _TEXT.match(self._buffer)
        assert match is not None
        text = self._cut(match.end())
        return [key for character in text for key in self._keys(character)]

    def _take_sequence(self) -> list[Message] | None:
        """Take what begins with ESC, or nothing as long as it is incomplete."""
        if len(self._buffer) == 1:
            return None
        second = self._buffer[1]
        if second == ESC:
            self._cut(1)
            return [events.Key("escape", ESC)]
        if second == "[":
            match = _CSI.match(self._buffer)
            return self._csi(match.group()) if match else self._unfinished(_CSI_BEGUN)
        if second == "O":
            match = _SS3.match(self._buffer)
            return self._ss3(match.group()) if match else self._unfinished(_SS3_BEGUN)
        if second in "]P_":
            match = _STRING_START.match(self._buffer)
            return self._take_string(match.end()) if match else self._unfinished(_STRING_BEGUN)
        return list(self._alt(self._cut(2)[1]))

    def _unfinished(self, begun: re.Pattern[str]) -> list[Message] | None:
        """Wait for more of a sequence, unless what follows cannot belong to it."""
        match = begun.match(self._buffer)
        assert match is not None
        end = match.end()
        if end == len(self._buffer) and end < _LONGEST_STRING:
            return None
        if end == 2:
            # Alt and a bracket, O or P, and then another key.
            return list(self._alt(self._cut(2)[1]))
        self._cut(end)
        return []

    def _ss3(self, sequence: str) -> list[Message]:
        self._cut(len(sequence))
        return list(self._keys(sequence))

    def _take_string(self, start: int) -> list[Message] | None:
        match = _STRING_END.search(self._buffer, start)
        if match is None:
            if len(self._buffer) > _LONGEST_STRING:
                # Forget the middle: the end is still to come.
                self._buffer = self._buffer[:start]
            return None
        if match.group() != ESC:
            ANSWERS.tell(self._cut(match.end())[:-1])
            return []
        if match.end() == len(self._buffer):
            return None
        closes = self._buffer[match.end()] == "\\"
        if closes:
            ANSWERS.tell(self._buffer[: match.start()])
        # Any other sequence cancels the string, as it does in a terminal.
        self._cut(match.end() + 1 if closes else match.start())
        return []

    def _csi(self, sequence: str) -> list[Message] | None:
        if sequence == "\x1b[M":
            # The oldest mouse report, which no one asked for: three more bytes of anything.
            if len(self._buffer) < 6:
                return None
            self._cut(6)
            return []
        if sequence[:-1] in ANSI_SEQUENCES_KEYS and sequence[-2] == "$":
            sequence = sequence[:-1]
        self._cut(len(sequence))
        if sequence == PASTE_START:
            self._paste = []
            return []
        try:
            return list(self._meaning(sequence))
        except (ValueError, OverflowError, ArithmeticError):
            # Numbers that no character, size or place can have.
            return []

    def _meaning(self, sequence: str) -> Iterator[Message]:
        if sequence == "\x1b[I":
            yield events.AppFocus()
        elif sequence == "\x1b[O":
            yield events.AppBlur()
        elif match := _RESIZE.fullmatch(sequence):
            yield self._resize(*map(int, match.groups()))
        elif match := _PLACE.fullmatch(sequence):
            row, column = map(int, match.groups())
            yield events.CursorPosition(column - 1, row - 1)
        elif match := _MODE.fullmatch(sequence):
            yield from _mode(match.group(1), int(match.group(2)))
        elif _MOUSE.fullmatch(sequence):
            if (mouse := self.parse_mouse_code(sequence)) is not None:
                yield mouse
        else:
            yield from self._keys(sequence)

    def _resize(self, height: int, width: int, pixel_height: int, pixel_width: int) -> Message:
        resize = events.Resize.from_dimensions((width, height), (pixel_width, pixel_height))
        self.terminal_size = (width, height)
        self.terminal_pixel_size = (pixel_width, pixel_height)
        self.mouse_pixels = bool(width and height and pixel_width and pixel_height)
        return resize

    def _keys(self, sequence: str) -> Iterator[Message]:
        if len(sequence) == 1 and "\x80" <= sequence <= "\x9f":
            return
        for key in self._sequence_to_key_events(sequence):
            if key.key != Keys.Ignore:
                yield key

    def _alt(self, character: str) -> Iterator[Message]:
        sequence = ESC + character
        if character == "\r":
            yield events.Key("alt+enter", None)
        elif sequence in ANSI_SEQUENCES_KEYS:
            yield from self._keys(sequence)
        else:
            for key in self._sequence_to_key_events(character, alt=True):
                if key.key != Keys.Ignore:
                    yield key


def _mode(mode: str, setting: int) -> Iterator[Message]:
    if mode == "2026" and setting > 0:
        yield messages.TerminalSupportsSynchronizedOutput()
    elif mode == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
        yield messages.InBandWindowResize.from_setting_parameter(setting)


def install(hold: KeyHold | None = None, typed: str = "") -> None:
    """Make Textual's driver read with this parser; call it before the app runs.

    Args:
        hold: Where keys wait until the prompt has the focus; None: nowhere.
        typed: What was read before, with the terminal's answers taken out; kept in the hold.
    """
    if sys.platform == "win32":
        # There the console gives key records, not bytes.
        return
    from textual.drivers import linux_driver  # noqa: PLC0415 - not to be had on Windows

    def decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
        # A byte that is not UTF-8 must not end the thread that reads the keys.
        return partial(codecs.getincrementaldecoder(encoding), errors="replace")

    if hold is not None and typed:
        hold.keep(SafeParser().feed(typed))
    for name, value in (
        ("XTermParser", partial(SafeParser, hold=hold)),
        ("getincrementaldecoder", decoder),
    ):
        if not hasattr(linux_driver, name):
            raise RuntimeError(f"this version of Textual has no linux_driver.{name}")
        setattr(linux_driver, name, value)
