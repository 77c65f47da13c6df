"""The scrolling part of the transcript: rows on the screen, reading place, following the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.ui.terminal.compositor import paint_at_once
from tui.ui.transcript.document import Document
from tui.ui.transcript.entries import Spot
from tui.ui.transcript.events import UnseenChanged
from tui.ui.transcript.painting import Painter
from tui.ui.transcript.pictures import Key, Pictures
from tui.ui.transcript.selection import coordinate, placed
from tui.ui.transcript.terminal_scroll import TerminalScroll, uncovered


class RowView(ScrollView):
    """Shows a document by rows; what is drawn once is kept."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.document = Document()
        self.follow = True
        """Whether the view stays at the end when the transcript grows."""
        self._pictures = Pictures(self._picture_ready, self.document.restyle)
        self._painter = Painter(self, self.document, self._pictures)
        self._restyle = True
        self._terminal_scroll = TerminalScroll()
        self._unseen = 0
        self._shown_mark = (0, 0)
        self._is_resizing = False

    def notify_style_update(self) -> None:
        """The theme or the style sheet changed."""
        super().notify_style_update()
        self._restyle = True

    @property
    def size(self) -> Size:
        """What the layout gave: the rows have no frame. Each frame asks several times."""
        return self.outer_size

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of some rows of the view, straight from what is kept."""
        if self._restyle or self._painter.maker is None:
            self._painter.restyle()
            self._restyle = False
        strips = list(self._rows(crop.y, crop.height))
        if crop.x or crop.right < self.size.width:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        if self._terminal_scroll.due:
            return self._terminal_scroll.prepared(strips, crop.y)
        return strips

    def _rows(self, first: int, count: int) -> Iterator[Strip]:
        maker = self._painter.maker
        assert maker is not None
        top, bottom = self._mark()
        row = first
        start = int(self.scroll_y) + first
        for strip in self._painter.strips(start, count, self.text_selection):
            yield maker.marked(strip, "scroll") if top <= row < bottom else strip
            row += 1
        for _ in range(row, first + count):
            yield maker.blank

    def _mark(self) -> tuple[int, int]:
        """Rows of the scroll mark in the view; none while the end is in view."""
        if self.follow:
            return 0, 0
        total, height = self.document.heights.total, self.size.height
        if total <= height or height < 3:
            return 0, 0
        size = max(1, height * height // total)
        room = total - height
        top = round(int(self.scroll_y) / room * (height - size)) if room else 0
        return top, top + size

    def render_line(self, y: int) -> Strip:
        """A row with the places of its characters, which selecting with the mouse asks for."""
        found = next(self.document.rows(int(self.scroll_y) + y, 1), None)
        strip = self.render_lines(Region(0, y, self.size.width, 1))[0]
        if found is None:
            return placed(strip, 0, coordinate(len(self.document), 0))
        entry, item, line = found
        return placed(strip, len(entry.laid.lines[line].text), coordinate(item, line))

    def _picture_ready(self, key: Key) -> None:
        if self.is_attached:
            self.refresh()

    # Scrolling

    def _set_total(self) -> None:
        """Take the document's height over without laying the rest of the screen out again."""
        size = Size(self.size.width, self.document.heights.total)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)

    def _place(self, row: int) -> None:
        """Scroll without repainting."""
        self._set_total()
        row = max(0, min(row, self.max_scroll_y))
        self.set_reactive(Widget.scroll_y, float(row))
        self.set_reactive(Widget.scroll_target_y, float(row))

    def repaint(self) -> None:
        """Paint everything again with the next frame."""
        self._terminal_scroll.cancel()
        self._shown_mark = self._mark()
        self.refresh()

    @contextmanager
    def keeping_place(self) -> Iterator[None]:
        """Change the document while what stands at the top of the view stays there."""
        spot = self._spot()
        last = self.document.id_of(len(self.document) - 1)
        yield
        if not self.follow and self.document.rows_after(last):
            self.document.ensure_end(self.size.height)
            self._count_unseen(self.document.rows_after(last))
        self.settle(spot)

    def _spot(self) -> Spot | None:
        """What is at the top of the view; None where the end is followed."""
        return None if self.follow else self.document.spot(int(self.scroll_y))

    def settle(self, spot: Spot | None) -> None:
        """Scroll to where a spot is now, or to the end, and paint everything."""
        document, height = self.document, self.size.height
        row = None if spot is None else document.row(spot)
        if self.follow:
            document.ensure_end(height)
            row = document.heights.total
        elif row is None:
            row = int(self.scroll_y)
            document.ensure(row, height)
        elif spot is not None:
            document.ensure(row, height)
            row = document.row(spot) or 0
        self._place(row)
        self._scrolled()
        self.repaint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The person scrolled: make exact what comes into view and keep it where it is."""
        if round(old_value) == round(new_value) or self._is_resizing:
            return
        if self.follow and new_value >= self.max_scroll_y:
            # Nobody scrolled: a layout moved the end, by heights that are still guesses.
            self.settle(None)
            return
        row = int(new_value)
        for _ in range(8):
            place = self._ensured(row)
            if place == row:
                break
            row = place
        if row != int(new_value):
            self._place(row)
        else:
            self._set_total()
        self.follow = self.scroll_y >= self.max_scroll_y
        self._scrolled()
        self.repaint()

    def _ensured(self, row: int) -> int:
        """Make the rows from here on exact; where the row is now, seen from its message's end."""
        document = self.document
        item = document.heights.at(row)
        inside = row - document.heights.top(item)
        left = document.heights[item] - inside
        if not document.ensure(row, self.size.height):
            return row
        top = document.heights.top(item)
        return top if not inside else max(0, top + document.heights[item] - left)

    def _scrolled(self) -> None:
        below = max(0, self.document.heights.total - int(self.scroll_y) - self.size.height)
        self._set_unseen(0 if self.follow else min(self._unseen, below))

    def _count_unseen(self, lines: int) -> None:
        if lines > 0:
            self._set_unseen(self._unseen + lines)

    def _set_unseen(self, lines: int) -> None:
        if lines != self._unseen:
            self._unseen = lines
            self.post_message(UnseenChanged(lines))

    def paint_growth(self, item: int, growth: int) -> None:
        """Paint the rows that changed when the last item grew, and nothing else."""
        strips = self.document.entry(item).strips
        top = self.document.heights.top(item)
        height = self.size.height
        old = int(self.scroll_y)
        seen = range(max(0, old - top), min(len(strips), old + height - top))
        changed = [top + line for line in seen if strips[line] is None]
        if self.follow:
            self._place(self.document.heights.total - height)
            moved = int(self.scroll_y) - old
            if moved and not self._scroll_terminal(moved, changed):
                self.repaint()
                return
            changed.extend(range(old + height, old + height + moved))
        else:
            self._set_total()
            self._count_unseen(growth)
            if self._mark() != self._shown_mark:
                self.repaint()
                return
            changed.extend(range(top + len(strips), top + len(strips) - growth))
        self._refresh_rows(row - int(self.scroll_y) for row in changed)

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        """Paint some rows of the view."""
        width, height = self.size
        regions: list[Region] = []
        for row in sorted({row for row in rows if 0 <= row < height}):
            if regions and regions[-1].bottom == row:
                regions[-1] = Region(0, regions[-1].y, width, row + 1 - regions[-1].y)
            else:
                regions.append(Region(0, row, width, 1))
        if not regions:
            return
        if self._terminal_scroll.due and not self._terminal_scroll.includes(regions[0].y):
            self.repaint()
            return
        paint_at_once(self, *regions)

    def _scroll_terminal(self, moved: int, changed: list[int]) -> bool:
        """Let the terminal scroll with the next frame; False where it can't."""
        height = self.size.height
        first = min([row - int(self.scroll_y) for row in changed] + [height - moved])
        if not (0 < moved < height - 2 and first > 0) or self._waiting() or not uncovered(self):
            return False
        if self._painter.floats(int(self.scroll_y) - moved, height + moved):
            return False
        self._terminal_scroll.request(self.region, moved, first)
        return True

    def _waiting(self) -> bool:
        """Whether a frame is still to come that paints more, or scrolls already."""
        return self._terminal_scroll.due or bool(self._repaint_regions)

    def action_scroll_up(self) -> None:
        """One row up."""
        self.scroll_to(y=self.scroll_y - 1, animate=False)

    def action_scroll_down(self) -> None:
        """One row down."""
        self.scroll_to(y=self.scroll_y + 1, animate=False)

    def action_page_up(self) -> None:
        """A view up, with two rows to go on reading."""
        self.scroll_to(y=self.scroll_y - max(1, self.size.height - 2), animate=False)

    def action_page_down(self) -> None:
        """A view down."""
        self.scroll_to(y=self.scroll_y + max(1, self.size.height - 2), animate=False)

    def action_scroll_home(self) -> None:
        """To the first message."""
        self.scroll_to(y=0, animate=False)

    def action_scroll_end(self) -> None:
        """To the end, and follow it."""
        self.follow = True
        self.settle(None)
