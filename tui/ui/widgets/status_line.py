"""One row under the prompt: who, through which model, captions by what, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.domain.generation import Usage
from tui.domain.safetext import clean_line
from tui.ui.terminal.compositor import paint_at_once

Part = Literal["character", "model", "local", "source", "state"]

_GAP = " · "
_TICK_SECONDS = 1.0
"""The row is painted as often while a reply streams in, and costs more than a frame of it."""
_NARROW, _TINY = 64, 36
"""Cells: below the first the state says less, below the second no tokens at all."""
_LEAST_MODEL = 8
"""Cells; a model's name cut shorter says nothing, so it goes instead."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the line tells while nothing is running; empty words are left out."""

    character: str = ""
    connection: str = ""
    """Name of the connection; empty: none yet, and the line says how to get one."""
    model: str = ""
    source: str = ""
    """What makes captions, for people."""
    usage: Usage | None = None
    """Tokens of the last reply."""
    local_only: bool = False
    """Whether pictures must not leave the machine."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part as it stands on the line."""

    part: Part
    text: str
    at: int
    """Cells from the left edge."""


class StatusLine(Widget):
    """Shows a status; while something runs, its seconds and how to stop it.

    What does not fit is left out: first the caption source, then the connection's name, the
    character, the model. What is running stays longest, then that pictures stay here.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 1;
        color: $text-muted;
    }
    """

    @dataclass
    class PartClicked(Message):
        """Someone clicked on a part, to change it or to stop what runs."""

        part: Part

    def __init__(self, status: Status | None = None) -> None:
        super().__init__()
        self._status = status or Status()
        self._busy = ""
        self._since = 0.0
        self._timer: Timer | None = None
        self._drawn = ""

    @property
    def status(self) -> Status:
        """What it tells; set it whole (`dataclasses.replace`)."""
        return self._status

    @status.setter
    def status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self.refresh()

    def start(self, label: str = "") -> None:
        """Say that something is running, from now on.

        Args:
            label: What it is, a word or two; empty for a reply. Again with another word while it
                runs, the seconds go on.
        """
        if self._timer is None:
            self._since = monotonic()
            self._timer = self.set_interval(_TICK_SECONDS, self._tick)
        self._busy = clean_line(label)
        self.refresh()

    def stop(self) -> None:
        """Say that it is over."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.refresh()

    def _tick(self) -> None:
        """Draw the seconds, where they changed."""
        if self._state() != self._drawn:
            self.refresh()
            paint_at_once(self)

    def render(self) -> Content:
        """Draw the row."""
        self._drawn = self._state()
        line = Content("")
        for piece in self._pieces():
            gap = " " * (piece.at - line.cell_length)
            if piece.part != "state" and piece.at:
                gap = _GAP.rjust(len(gap))
            line = Content.assemble(line, gap, (piece.text, self._style(piece.part)))
        return line

    def _style(self, part: Part) -> str:
        if part == "state" and self._timer is not None:
            return "$accent"
        if part == "model" and not self._status.connection:
            return "$warning"
        if part == "local":
            return "$success"
        return ""

    def _pieces(self) -> list[Piece]:
        return lay_out(self._status, self._state(), self.size.width)

    def _state(self) -> str:
        seconds = None if self._timer is None else monotonic() - self._since
        return say_state(self._status, self._busy, seconds, self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Tell which part was meant."""
        event.stop()
        x = event.x - self.gutter.left
        for piece in self._pieces():
            if piece.at <= x < piece.at + cell_len(piece.text):
                self.post_message(self.PartClicked(piece.part))


def say_state(status: Status, busy: str, seconds: float | None, width: int) -> str:
    """Say what stands at the right: what runs, else the last reply's tokens.

    Args:
        status: What is known.
        busy: What runs; empty for a reply.
        seconds: How long it has run, or None when nothing runs.
        width: Cells of the whole line; a narrow one gets fewer words.
    """
    if seconds is not None:
        passed = f"{int(seconds)} s"
        # How long and how to stop stay in view, however much there is to say.
        label = f"{_cut(busy, width * 5 // 8)} " if busy and width >= _NARROW else ""
        return f"● {label}{passed} · Esc stops"
    usage = status.usage
    if usage is None or (usage.input is None and usage.output is None):
        return ""
    if usage.input is None or usage.output is None or width < _NARROW:
        count = usage.output if usage.output is not None else usage.input
        return f"{count:,} tokens" if width >= _TINY else ""
    return f"{usage.input:,} in, {usage.output:,} out tokens"


def lay_out(status: Status, state: str, width: int) -> list[Piece]:
    """Choose what fits into `width` cells and where it goes; the state stands at the right."""
    room = width - (cell_len(state) + 2 if state else 0)
    character = clean_line(status.character)
    model = clean_line(status.model)
    if not status.connection:
        long, short = "no model yet: F2", "no model: F2"
    else:
        short = model or clean_line(status.connection)
        long = f"{clean_line(status.connection)}: {model}" if model else short
    source = f"captions: {clean_line(status.source)}" if status.source else ""
    here, kept = ("local only", "local") if status.local_only else ("", "")
    rest = room - (cell_len(kept) + len(_GAP) if kept else 0)
    choices: list[list[tuple[Part, str]]] = [
        [("character", character), ("model", long), ("local", here), ("source", source)],
        [("character", character), ("model", long), ("local", here)],
        [("character", character), ("model", short), ("local", here)],
        [
            ("character", character),
            ("model", _cut(short, rest - cell_len(character) - len(_GAP))),
            ("local", kept),
        ],
        [("model", short), ("local", kept)],
        [("model", _cut(short, rest)), ("local", kept)],
        [("local", kept)],
    ]
    chosen: list[tuple[Part, str]] = []
    for choice in choices:
        texts = [text for _, text in choice if text]
        if all(part != "model" or text for part, text in choice) and _width(texts) <= room:
            chosen = choice
            break
    pieces: list[Piece] = []
    at = 0
    for part, text in chosen:
        if text:
            pieces.append(Piece(part, text, at))
            at += cell_len(text) + len(_GAP)
    if state:
        state = state if cell_len(state) <= width else _cut(state, width, least=1)
        pieces.append(Piece("state", state, max(0, width - cell_len(state))))
    return pieces


def _width(texts: list[str]) -> int:
    return sum(cell_len(text) for text in texts) + len(_GAP) * max(0, len(texts) - 1)


def _cut(text: str, width: int, least: int = _LEAST_MODEL) -> str:
    """Shorten with an ellipsis; empty when less than `least` cells would be left."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width >= least else ""
