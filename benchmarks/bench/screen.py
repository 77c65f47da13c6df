"""What a terminal would show: enough of one to know when a text is to be seen.

Colours are skipped; positions, wrapping, wide characters, scrolling and erasing are those of a
VT100 with xterm's additions, as far as the programs measured here use them.

Of our own and not pyte 0.8.2, which was tried: it shows the same at the end of a recorded reply of
Salon, codex, elia and Textual, but takes three to twelve times as long, which counts for megabytes
of output and for the cursor's place, asked for while a program starts. And it is wrong where others
may step any day: it loses what follows a variation selector in a text (Salon's probe writes such),
does not scroll by `CSI S` and `CSI T`, draws what stands in DCS and APC strings and after `CSI <`
and `CSI =`, and fails at private sequences of which it knows only the public form.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

COLUMNS, ROWS = 120, 40
_CSI = r"\x1b\[(?P<values>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
_STRING = r"\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)"
_TOKENS = re.compile(
    rf"{_CSI}|(?P<string>{_STRING})|\x1b(?P<escape>[ -/]*[0-~])|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?|[ -/]*)?\Z")


def _width(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200d\ufe0f\u200b":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """Fed with what a program writes; knows the text of each row and which rows were touched."""

    def __init__(self) -> None:
        self.cells = [[" "] * COLUMNS for _ in range(ROWS)]
        self.x = self.y = 0
        self.touched: set[int] = set()
        self.in_update = False
        """Within a synchronised update (mode 2026): nothing of it is visible yet."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._top, self._bottom = 0, ROWS - 1
        self._saved = (0, 0)

    def feed(self, data: bytes) -> None:
        """Take a piece of output in; what is cut off in the middle waits for the next."""
        text = self._rest + self._decoder.decode(data)
        cut = _UNFINISHED.search(text)
        self._rest = text[cut.start() :] if cut else ""
        for found in _TOKENS.finditer(text, 0, len(text) - len(self._rest)):
            if found["text"]:
                self._write(found["text"])
            elif found["final"]:
                self._sequence(found["values"], found["between"], found["final"])
            elif found["control"]:
                self._control(found["control"])
            elif found["escape"]:
                self._escape(found["escape"])

    def row(self, y: int) -> str:
        """Text of a row."""
        return "".join(self.cells[y])

    def text(self) -> str:
        """All rows."""
        return "\n".join(self.row(y) for y in range(ROWS))

    def take_touched(self) -> list[int]:
        """Rows written to since the last time, or none while an update is under way."""
        if self.in_update:
            return []
        rows = sorted(self.touched)
        self.touched.clear()
        return rows

    def _write(self, text: str) -> None:
        if text.isascii() and self.x + len(text) <= COLUMNS:
            self.cells[self.y][self.x : self.x + len(text)] = text
            self.touched.add(self.y)
            self.x += len(text)
            return
        for character in text:
            self._put(character)

    def _put(self, character: str) -> None:
        width = _width(character)
        if width == 0:
            if self.x:
                self.cells[self.y][self.x - 1] += character
            return
        if self.x + width > COLUMNS:
            self.x = 0
            self._down()
        self.cells[self.y][self.x] = character
        if width == 2:
            self.cells[self.y][self.x + 1] = ""
        self.touched.add(self.y)
        self.x += width

    def _control(self, code: str) -> None:
        if code == "\r":
            self.x = 0
        elif code in "\n\x0b\x0c":
            self._down()
        elif code == "\b":
            self.x = max(0, min(self.x, COLUMNS - 1) - 1)
        elif code == "\t":
            self.x = min(COLUMNS - 1, self.x // 8 * 8 + 8)

    def _escape(self, code: str) -> None:
        if code == "7":
            self._saved = (self.x, self.y)
        elif code == "8":
            self.x, self.y = self._saved
        elif code in "DE":
            self.x = 0 if code == "E" else self.x
            self._down()
        elif code == "M":
            self._up()
        elif code == "c":
            self._erase(range(ROWS))
            self.x = self.y = 0

    def _sequence(self, values: str, between: str, final: str) -> None:
        if between or values.startswith(("<", "=", ">")):
            return
        if values[:1] == "?":
            self._mode(values[1:], final)
            return
        numbers = [int(each.split(":")[0] or 0) for each in values.split(";")] if values else []
        first = numbers[0] if numbers else 0
        second = numbers[1] if len(numbers) > 1 else 0
        if final in "HfABCDEFGde`a":
            self._move(final, first, second)
        elif final == "r":
            self._top, self._bottom = max(first, 1) - 1, (second or ROWS) - 1
            self.x = self.y = 0
        else:
            self._change(final, first)

    def _mode(self, values: str, final: str) -> None:
        modes = values.split(";")
        if final in "hl":
            if "2026" in modes:
                self.in_update = final == "h"
            if "1049" in modes:
                self._erase(range(ROWS))

    def _move(self, final: str, first: int, second: int) -> None:
        steps = max(first, 1)
        if final in "Hf":
            self.y, self.x = steps - 1, max(second, 1) - 1
        elif final in "G`":
            self.x = steps - 1
        elif final == "d":
            self.y = steps - 1
        else:
            self.x += {"C": steps, "a": steps, "D": -steps}.get(final, 0)
            self.y += {"A": -steps, "F": -steps, "B": steps, "E": steps, "e": steps}.get(final, 0)
            self.x = 0 if final in "EF" else self.x
        self.x = min(max(self.x, 0), COLUMNS - 1)
        self.y = min(max(self.y, 0), ROWS - 1)

    def _change(self, final: str, value: int) -> None:
        count, row, x = max(value, 1), self.cells[self.y], min(self.x, COLUMNS - 1)
        if final == "J":
            self._erase_display(value)
        elif final == "K":
            begin, end = ((x, COLUMNS), (0, x + 1), (0, COLUMNS))[min(value, 2)]
            row[begin:end] = [" "] * (end - begin)
        elif final == "X":
            count = min(count, COLUMNS - x)
            row[x : x + count] = [" "] * count
        elif final == "P":
            row[:] = (row[:x] + row[x + count :] + [" "] * COLUMNS)[:COLUMNS]
        elif final == "@":
            row[:] = (row[:x] + [" "] * count + row[x:])[:COLUMNS]
        elif final in "LM" and self._top <= self.y <= self._bottom:
            self._scroll(self.y, count if final == "M" else -count)
        elif final in "ST":
            self._scroll(self._top, count if final == "S" else -count)
        elif final in "su":
            self._escape("7" if final == "s" else "8")
        self.touched.add(self.y)

    def _erase_display(self, value: int) -> None:
        if value in (0, 1):
            self._change("K", value)
        above, below = range(self.y), range(self.y + 1, ROWS)
        self._erase({0: below, 1: above}.get(value, range(ROWS)))

    def _erase(self, rows: range) -> None:
        for y in rows:
            self.cells[y] = [" "] * COLUMNS
        self.touched.update(rows)

    def _down(self) -> None:
        if self.y == self._bottom:
            self._scroll(self._top, 1)
        else:
            self.y = min(self.y + 1, ROWS - 1)

    def _up(self) -> None:
        if self.y == self._top:
            self._scroll(self._top, -1)
        else:
            self.y = max(self.y - 1, 0)

    def _scroll(self, top: int, count: int) -> None:
        """Move the rows from `top` to the region's end up, or down when negative."""
        height = self._bottom - top + 1
        moved, empty = min(abs(count), height), [[" "] * COLUMNS for _ in range(abs(count))]
        region = self.cells[top : self._bottom + 1]
        kept = region[moved:] + empty if count > 0 else empty + region[:-moved]
        self.cells[top : self._bottom + 1] = kept[:height]
        self.touched.update(range(top, self._bottom + 1))


def first_seen(
    screen: Screen, pieces: list[tuple[float, bytes]], wanted: re.Pattern[str]
) -> tuple[dict[str, float], list[float]]:
    """When each match of a pattern was first visible, and when any row changed.

    Args:
        screen: as it stood before the pieces.
        pieces: what was written, each with its time.
        wanted: matched within rows.
    """
    screen.touched.clear()
    before = [screen.row(y) for y in range(ROWS)]
    seen: dict[str, float] = {}
    changes = []
    for at, data in pieces:
        screen.feed(data)
        rows = {y: screen.row(y) for y in screen.take_touched()}
        changed = {y: row for y, row in rows.items() if row != before[y]}
        for y, row in changed.items():
            before[y] = row
            for each in _matches(wanted, row):
                seen.setdefault(each, at)
        if changed:
            changes.append(at)
    return seen, changes


def _matches(wanted: re.Pattern[str], row: str) -> Iterator[str]:
    return (found.group() for found in wanted.finditer(row))
