"""A grid of pictures that draws only what is in view, so that hundreds of them stay quick."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.chat import PictureUse
from tui.domain.image import Image
from tui.domain.safetext import clean_line
from tui.ui.pictures.cells import GAP, Cells, divide, two_lines
from tui.ui.pictures.thumbnails import Key, Thumbnails
from tui.ui.widgets.row_list import cut

_MARKER = "› "


class PictureGrid(ScrollView, can_focus=True):
    """Pictures with their captions; on a small screen their names and captions alone."""

    DEFAULT_CSS = """
    PictureGrid {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
        & > .picture-grid--dim { color: $text-muted; }
        & > .picture-grid--here { background: $primary 25%; text-style: bold; }
        & > .picture-grid--here-dim { background: $primary 25%; color: $text-muted; }
        &:focus > .picture-grid--here { background: $primary 40%; }
        &:focus > .picture-grid--here-dim { background: $primary 40%; color: $foreground 85%; }
    }
    """
    COMPONENT_CLASSES = {"picture-grid--dim", "picture-grid--here", "picture-grid--here-dim"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Left", show=False),
        Binding("right", "move(1)", "Right", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
    ]

    highlighted: var[int | None] = var(None, always_update=False)
    """Index of the picture under the cursor, or None where there is none."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another picture, or there is none."""

        use: PictureUse | None

    @dataclass
    class Selected(Message):
        """A picture was clicked."""

        use: PictureUse

    def __init__(
        self,
        load: Callable[[str], Awaitable[Image | None]],
        *,
        draws: bool = True,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
    ) -> None:
        """Make an empty grid.

        Args:
            load: Gives a stored picture by its digest, None when it is gone. Raises AppError.
            draws: Whether pictures are drawn; otherwise only their texts are listed.
            id: As of every widget.
        """
        super().__init__(id=id)
        self._uses: list[PictureUse] = []
        self._empty = ""
        self._draws = draws
        self._cells = Cells(1, 1, 0)
        self.thumbnails = Thumbnails(load, self._one_more)
        """What has been drawn so far."""

    def _one_more(self) -> None:
        self.refresh()

    def on_unmount(self) -> None:
        """Stop drawing."""
        self.thumbnails.close()

    # -- what is listed

    @property
    def uses(self) -> list[PictureUse]:
        """What is listed."""
        return self._uses

    @property
    def use(self) -> PictureUse | None:
        """The picture under the cursor."""
        at = self.highlighted
        return None if at is None or at >= len(self._uses) else self._uses[at]

    @property
    def cells(self) -> Cells:
        """How the room is divided."""
        return self._cells

    def set_uses(self, uses: Sequence[PictureUse], *, empty: str) -> None:
        """List other pictures; the cursor stays on its own where that is among them.

        Args:
            uses: What to list.
            empty: What to say when there are none.
        """
        kept = self.use
        self._uses, self._empty = list(uses), empty
        at = self._uses.index(kept) if kept in self._uses else 0
        self.set_reactive(PictureGrid.highlighted, at if self._uses else None)
        self._arrange()
        self.post_message(self.Highlighted(self.use))

    def _on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        room = self.scrollable_content_region
        self._cells = divide(room.width, room.height, draws=self._draws)
        rows = -(-len(self._uses) // self._cells.columns)
        self.virtual_size = Size(0, rows * self._cells.height)
        self._show_highlight()
        self._want()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._want()

    def _want(self) -> None:
        cells = self._cells
        if not cells.picture:
            return
        top = self.scroll_offset.y // cells.height
        bottom = (self.scroll_offset.y + self.size.height - 1) // cells.height
        seen = self._uses[top * cells.columns : (bottom + 1) * cells.columns]
        self.thumbnails.want([self._key(use) for use in seen])

    def _key(self, use: PictureUse) -> Key:
        return use.attachment.digest, self._cells.width, self._cells.picture

    # -- the cursor

    def watch_highlighted(self) -> None:
        """Bring the picture into view and tell about it."""
        self._show_highlight()
        self.refresh()
        self.post_message(self.Highlighted(self.use))

    def _show_highlight(self) -> None:
        if self.highlighted is not None:
            row, height = self.highlighted // self._cells.columns, self._cells.height
            region = Region(0, row * height, 1, height)
            self.scroll_to_region(region, animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Go on or back by pictures, as far as there are some."""
        if self.highlighted is not None:
            self.highlighted = min(max(self.highlighted + step, 0), len(self._uses) - 1)

    def action_row(self, step: int) -> None:
        """Go up or down by rows; the last row may have no picture right below."""
        at, columns = self.highlighted, self._cells.columns
        if at is None:
            return
        row = min(max(at // columns + step, 0), (len(self._uses) - 1) // columns)
        self.highlighted = min(row * columns + at % columns, len(self._uses) - 1)

    def action_page(self, direction: int) -> None:
        """Go up or down by what is in view."""
        self.action_row(direction * max(self.size.height // self._cells.height, 1))

    def action_first(self) -> None:
        """Go to the first picture."""
        self.action_move(-len(self._uses))

    def action_last(self) -> None:
        """Go to the last picture."""
        self.action_move(len(self._uses))

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        row = (event.y + self.scroll_offset.y) // self._cells.height
        column, inside = divmod(event.x, self._cells.width + GAP)
        at = row * self._cells.columns + column
        if column < self._cells.columns and inside < self._cells.width and at < len(self._uses):
            self.highlighted = at
            self.post_message(self.Selected(self._uses[at]))

    # -- drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the part in view."""
        width, cells = self.scrollable_content_region.width, self._cells
        line = y + self.scroll_offset.y
        row, part = divmod(line, cells.height)
        if not self._uses:
            return self._render_empty(line, width)
        segments: list[Segment] = []
        for column in range(cells.columns):
            at = row * cells.columns + column
            if at >= len(self._uses):
                break
            if column:
                segments.append(Segment(" " * GAP, self.rich_style))
            segments += self._cell(self._uses[at], at == self.highlighted, part)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _render_empty(self, line: int, width: int) -> Strip:
        lines = self._empty.split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        style = self.get_component_rich_style("picture-grid--dim")
        return Strip([Segment(set_cell_size(f"  {cut(text, width - 2)}", width), style)], width)

    def _cell(self, use: PictureUse, here: bool, part: int) -> list[Segment]:
        plain, dim = self._styles(here)
        width, picture = self._cells.width, self._cells.picture
        caption, name = use.attachment.caption, clean_line(use.attachment.name)
        marker = _MARKER if here else ""
        if not picture:
            below = clean_line(caption) or "no caption"
            text = f"{marker or '  '}{name}" if part == 0 else f"    {below}"
            return [Segment(set_cell_size(cut(text, width), width), dim if part else plain)]
        if part < picture:
            return self._picture_line(use, part, plain, dim)
        if part > picture + 1:
            return [Segment(" " * width, self.rich_style)]
        words = two_lines(marker + (caption or name), width)[part - picture]
        return [Segment(set_cell_size(words, width), plain if caption else dim)]

    def _picture_line(self, use: PictureUse, part: int, plain: Style, dim: Style) -> list[Segment]:
        width, picture = self._cells.width, self._cells.picture
        rows = self.thumbnails.get(self._key(use))
        if not rows:
            said = "" if part != picture // 2 else "…" if rows is None else "gone or damaged"
            return [Segment(set_cell_size(cut(said, width).center(width), width), dim)]
        at = part - (picture - len(rows)) // 2
        if not 0 <= at < len(rows):
            return [Segment(" " * width, plain)]
        drawn = sum(cell_len(segment.text) for segment in rows[at])
        left = (width - drawn) // 2
        return [
            Segment(" " * left, plain),
            *rows[at],
            Segment(" " * (width - drawn - left), plain),
        ]

    def _styles(self, here: bool) -> tuple[Style, Style]:
        named = self.get_component_rich_style
        if here:
            return named("picture-grid--here"), named("picture-grid--here-dim")
        return self.rich_style, named("picture-grid--dim")
