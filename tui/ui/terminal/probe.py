"""What the terminal can do, asked once before the app starts.

All questions go out in one write, the one that every terminal answers last; so its answer says
that no other will come. `ask` writes, `collect` reads: what lies between, such as imports, costs
nothing. Answers that come later than a second are dropped by the parser. What was typed meanwhile
is handed back.
"""

from __future__ import annotations

import os
import re
import select
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal, get_args

from tui.ui.terminal.cells import measured
from tui.ui.terminal.multiplexer import Inside, Outside, inside

SECONDS = 1.0

Mark = Literal["zwj", "vs16", "skin", "keycap"]
"""What joins or changes emoji; terminals measure each kind of cluster in ways of their own."""
MARKS: frozenset[Mark] = frozenset(get_args(Mark))

_CLUSTERS: tuple[tuple[Mark, str, int], ...] = (
    ("zwj", "\U0001f468\u200d\U0001f469\u200d\U0001f467", 2),
    ("vs16", "\u2764\ufe0f", 2),
    ("skin", "\U0001f44d\U0001f3fd", 2),
    ("keycap", "1\ufe0f\u20e3", 2),
)
"""Kind, an example, and the cells that Rich gives it."""
_GRAPHICS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_SIXEL_COLOURS = "\x1b[?1;3;256S"
"""Asks for this many, and to be told how many there are: xterm begins with 16."""
_ANSWER = re.compile(
    rb"\x1b\[(?P<row>\d{1,5});(?P<column>\d{1,5})R"
    rb"|\x1b_Gi=31;(?P<graphics>[^\x1b]*)\x1b\\"
    rb"|\x1bP>\|(?P<name>[^\x1b]*)\x1b\\"
    rb"|\x1b\[6;(?P<height>\d{1,5});(?P<width>\d{1,5})t"
    rb"|\x1b\[\?1;0;(?P<colours>\d{1,5})S"
    rb"|\x1b\[\?(?P<attributes>[\d;]*)c"
)
_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_PLACEHOLDERS_SINCE = (0, 28)
"""kitty draws pictures at placeholders in the text from this version on."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What was found out; the defaults promise nothing."""

    name: str = ""
    """Name and version as it gives them; untrusted."""
    kitty: bool = False
    """Draws kitty graphics at placeholders in the text."""
    sixel: bool = False
    iterm2: bool = False
    """Draws iTerm2's inline pictures, and nothing that is better."""
    colours: int = 256
    """Most colours of a sixel."""
    inside: Inside = ""
    """The multiplexer that answers for it."""
    outside: str = ""
    """Name and version of the terminal around tmux; untrusted."""
    passthrough: bool = False
    """Whether tmux hands on what it does not know itself."""
    cell_width: int = 0
    """Pixels; 0 when it did not tell."""
    cell_height: int = 0
    drops: frozenset[Mark] = frozenset()
    """Marks of the emoji clusters that it gives another width than Rich."""
    typed: str = ""
    """Keys that were typed while it was asked; the parser gets them first."""
    seconds: float = 0.0
    """How long `collect` waited."""


UNKNOWN = Terminal()
"""One that said nothing."""


class Probe:
    """One round of questions and answers."""

    def __init__(self, keys: int = 0, screen: int = 1) -> None:
        self._keys = keys
        self._screen = screen
        self._asked_at: float | None = None
        self._outside: Outside | None = None

    def ask(self) -> bool:
        """Write the questions, unless there is nobody to answer them.

        The terminal must be in raw mode and show nothing in its first row.
        """
        if not can_ask(self._keys, self._screen):
            return False
        try:
            os.write(self._screen, _questions().encode())
        except OSError:
            return False
        if inside() == "tmux":
            self._outside = Outside()
        self._asked_at = monotonic()
        return True

    def collect(self) -> Terminal:
        """Read the answers; waits until a second after the questions at the longest."""
        if self._asked_at is None:
            return Terminal()
        began = monotonic()
        data = b""
        until = self._asked_at + SECONDS
        while not _is_complete(data):
            left = until - monotonic()
            ready = select.select([self._keys], [], [], max(0.0, left))[0]
            if not ready:
                break
            try:
                more = os.read(self._keys, 4096)
            except OSError:
                break
            if not more:
                break
            data += more
        return self._completed(read_answers(data, monotonic() - began))

    def _completed(self, found: Terminal) -> Terminal:
        """Add what the system and the environment know."""
        outside, passthrough = self._outside.collect() if self._outside else ("", False)
        if not found.cell_width or not found.cell_height:
            width, height = measured(self._screen)
            found = replace(found, cell_width=width, cell_height=height)
        return replace(
            found,
            iterm2=_is_iterm2(found.name),
            inside=inside(),
            outside=outside,
            passthrough=passthrough,
        )


def ask_once() -> Terminal:
    """Ask outside the app: the terminal is put into raw mode for that second."""
    import termios  # noqa: PLC0415 - not on every system
    import tty  # noqa: PLC0415 - likewise

    probe = Probe()
    if not can_ask(0, 1):
        return Terminal()
    before = termios.tcgetattr(0)
    try:
        tty.setcbreak(0)
        probe.ask()
        return probe.collect()
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)


def can_ask(keys: int, screen: int) -> bool:
    """Whether there is a terminal at both ends that may answer."""
    environment = os.environ
    if environment.get("SALON_NO_PROBE") or environment.get("TERM", "dumb") == "dumb":
        return False
    try:
        return os.isatty(keys) and os.isatty(screen)
    except OSError:
        return False


def _questions() -> str:
    # Concealed, in a row that is erased at once: nobody shall see them.
    widths = "".join(f"\r{cluster}\x1b[6n" for _, cluster, _ in _CLUSTERS)
    graphics = f"{_GRAPHICS}{_SIXEL_COLOURS}" if _takes_graphics() else ""
    return f"\x1b7\x1b[1;1H\x1b[8m{widths}\r\x1b[28m\x1b[2K\x1b8{graphics}\x1b[>q\x1b[16t\x1b[c"


def _takes_graphics() -> bool:
    # tmux and screen never answer, and take the question for the title of their pane.
    term = os.environ.get("TERM", "")
    return not inside() and not term.startswith(("linux", "tmux", "screen"))


def _is_complete(data: bytes) -> bool:
    return any(match["attributes"] is not None for match in _ANSWER.finditer(data))


def read_answers(data: bytes, seconds: float = 0.0) -> Terminal:
    """Make sense of what came; what is no answer was typed."""
    columns: list[int] = []
    name = ""
    draws = sixel = False
    colours = 256
    width = height = 0
    for match in _ANSWER.finditer(data):
        if match["column"] is not None:
            columns.append(int(match["column"]) - 1)
        elif match["graphics"] is not None:
            draws = match["graphics"] == b"OK"
        elif match["name"] is not None:
            name = match["name"].decode("utf-8", "replace")
        elif match["width"] is not None:
            width, height = int(match["width"]), int(match["height"])
        elif match["colours"] is not None:
            colours = max(2, min(256, int(match["colours"])))
        else:
            sixel = b"4" in match["attributes"].split(b";")[1:]
    measured = len(columns) == len(_CLUSTERS)
    return Terminal(
        name=name,
        kitty=draws and has_placeholders(name),
        sixel=sixel,
        colours=colours,
        cell_width=width,
        cell_height=height,
        drops=frozenset(
            kind
            for (kind, _, cells), column in zip(_CLUSTERS, columns, strict=False)
            if measured and column != cells
        ),
        typed=_ANSWER.sub(b"", data).decode("utf-8", "replace"),
        seconds=seconds,
    )


def _is_iterm2(name: str) -> bool:
    if name:
        return name.startswith("iTerm2")
    environment = os.environ
    names = environment.get("TERM_PROGRAM"), environment.get("LC_TERMINAL")
    return "iTerm.app" in names or "iTerm2" in names


def has_placeholders(name: str) -> bool:
    """Whether a terminal of this name and version draws kitty graphics at placeholders."""
    if match := _KITTY.match(name):
        return (int(match[1]), int(match[2])) >= _PLACEHOLDERS_SINCE
    return name.lower().startswith("ghostty")
