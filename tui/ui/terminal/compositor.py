"""Frames that cost what they change: only rows that are due are rendered, and at once if wanted.

In Textual 8.2.8 each partial update renders every widget whose container reaches into the changed
rows, all its rows of them, and so practically the whole screen: three quarters of what a frame of
a streaming reply costs. And what a key changed waits for a timer of sixty ticks a second whenever
anything else has been painted shortly before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import cast

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class RowCompositor(Compositor):
    """Renders the changed rows of the widgets that can be seen there, from front to back.

    Where only some columns changed, as those of the prompt when its cursor blinks, what stands
    beside them is not rendered.
    """

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """The strips of each row by the column where they begin.

        Args:
            crop: Surrounds everything that changed.
            is_rendered_line: Whether a row of the screen changed; others stay empty. In one that
                did, pieces beside the crop may be missing.
        """
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [{}] * len(cuts)
        missing = 0
        for y in filter(is_rendered_line, range(crop.y, min(crop.bottom, len(cuts)))):
            chops[y] = dict.fromkeys(cuts[y][:-1])
            missing += sum(_meets(crop, piece) for piece in pairwise(cuts[y]))
        for widget, (region, clip) in self.visible_widgets.items():
            if not missing:
                break
            seen = region.intersection(clip)
            due = seen.intersection(crop)
            if not due:
                continue
            left, right = seen.column_span
            part = Region(seen.x - region.x, due.y - region.y, seen.width, due.height)
            for y, strip in enumerate(widget.render_lines(part), due.y):
                chop = chops[y]
                if not chop:
                    continue
                places = [cut for cut in cuts[y] if left <= cut <= right]
                pieces = strip.divide([cut - left for cut in places[1:]])
                for span, piece in zip(pairwise(places), pieces, strict=False):
                    if chop[span[0]] is None:
                        chop[span[0]] = piece
                        missing -= _meets(crop, span)
        return cast("Sequence[Mapping[int, Strip]]", chops)


def _meets(crop: Region, span: tuple[int, int]) -> bool:
    """Whether the columns from the first to before the second are among those that changed."""
    return span[0] < crop.right and span[1] > crop.x


def paint_at_once(widget: Widget, *regions: Region) -> bool:
    """Paint what changed, without the way through message queues and a timer.

    It is left to them where the screen is covered, or must be laid out first.

    Args:
        widget: Changed.
        regions: What of it changed; none: what it was asked to refresh.
    """
    screen = widget.screen
    waits = screen._layout_required or widget._layout_required or widget.app._batch_count
    if waits or not screen.is_current:
        if regions:
            widget.refresh(*regions)
        return False
    if regions:
        widget._set_dirty(*regions)
    widget._repaint_required = False
    screen._dirty_widgets.add(widget)
    screen._compositor.update_widgets(screen._dirty_widgets)
    screen._compositor_refresh()
    return True
