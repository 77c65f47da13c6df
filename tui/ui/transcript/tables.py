"""Tables within a width: columns that shrink, or records where even that is too narrow."""

from __future__ import annotations

from collections.abc import Sequence

from tui.ui.transcript.lines import EMPTY, Line, Run, prefixed, runs_width, wrap

Cell = list[Run]
_LEAST = 6
"""Cells below which a column is not made narrower while another can give."""


def _columns(rows: Sequence[Sequence[Cell]], count: int, room: int) -> list[int] | None:
    """Widths of the columns, or None when they don't fit at all."""
    wanted = [max(1, *(runs_width(row[column]) for row in rows)) for column in range(count)]
    space = room - 3 * (count - 1)
    least = [min(cells, _LEAST) for cells in wanted]
    if sum(least) > space:
        return None
    low, high = _LEAST, max(wanted)
    while low < high:
        limit = (low + high + 1) // 2
        if sum(min(cells, limit) for cells in wanted) <= space:
            low = limit
        else:
            high = limit - 1
    widths = [min(cells, low) for cells in wanted]
    spare = space - sum(widths)
    for column, cells in enumerate(wanted):
        if widths[column] < cells and spare > 0:
            widths[column] += 1
            spare -= 1
    return widths


def _padded(line: Line, cells: int, align: str) -> list[Run]:
    missing = cells - runs_width(line.runs)
    left = missing if align == "right" else missing // 2 if align == "center" else 0
    out = list(line.runs)
    if left:
        out.insert(0, (" " * left, "text", ""))
    if missing > left:
        out.append((" " * (missing - left), "text", ""))
    return out


def _records(rows: Sequence[Sequence[Cell]], room: int) -> list[Line]:
    """Each row as "head: value" lines, for a table wider than the view."""
    out: list[Line] = []
    head = rows[0]
    for number, row in enumerate(rows[1:]):
        if number:
            out.append(EMPTY)
        for name, value in zip(head, row, strict=True):
            label: list[Run] = [*name, (": ", "dim", "")] if name else []
            lines = wrap([*label, *value], room - 2)
            out.extend(prefixed(lines, (), [("  ", "text", "")]))
    return out or wrap([run for cell in head for run in (*cell, (" ", "text", ""))], room)


def table(rows: Sequence[Sequence[Cell]], aligns: Sequence[str], room: int) -> list[Line]:
    """Lay a table out.

    Args:
        rows: The head first; short rows are filled up.
        aligns: "left", "right" or "center" for each column.
        room: Cells from edge to edge.
    """
    count = max((len(row) for row in rows), default=0)
    if not count:
        return []
    full = [[*row, *([] for _ in range(count - len(row)))] for row in rows]
    widths = _columns(full, count, room)
    if widths is None:
        return _records(full, room)
    out: list[Line] = []
    for number, row in enumerate(full):
        cells = [wrap(cell, cells) for cell, cells in zip(row, widths, strict=True)]
        for line in range(max(len(cell) for cell in cells)):
            runs: list[Run] = []
            for column, cell in enumerate(cells):
                if column:
                    runs.append((" │ ", "rule", ""))
                align = aligns[column] if column < len(aligns) else "left"
                part = cell[line] if line < len(cell) else EMPTY
                runs.extend(_padded(part, widths[column], align))
            out.append(Line(runs))
        if not number:
            out.append(Line([("─┼─".join("─" * cells for cells in widths), "rule", "")]))
    return out
