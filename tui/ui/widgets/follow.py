"""A list whose rows change by themselves under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from tui.ui.widgets.row_list import Row, RowList


def follow(shown: RowList, rows: Sequence[Row], empty: str | None = None) -> None:
    """Show other rows: the row with the cursor stays in its line, whatever comes above it.

    Args:
        shown: The list.
        rows: What to list. Where the cursor's row is gone, the next one that is left gets it.
        empty: What to say when there are none; None leaves it as it was.
    """
    at, top = shown.highlighted or 0, round(shown.scroll_offset.y)
    left = {row.id: number for number, row in enumerate(rows) if not row.heading}
    near = (row.id for row in (*shown.rows[at:], *shown.rows[:at][::-1]))
    keep = next((id_ for id_ in near if id_ in left), "")
    shown.set_rows(rows, keep=keep, empty=empty)
    if keep:
        lines = shown.virtual_size.height // len(rows)
        shown.scroll_to(y=top + (left[keep] - at) * lines, animate=False, force=True)
