"""A picture that waits beside the prompt: what it is, its caption, what the chat model gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.fate import Fate
from tui.domain.image import Image
from tui.domain.safetext import clean_line
from tui.ui.chat.chips import Chip
from tui.ui.widgets.image_view import ImageView

_LONGEST_TITLE = 40
_HIGH, _WIDE = 30, 100
"""From this size of the screen on there are three rows to a chip."""
_LOW, _NARROW = 18, 60
"""Below this size there is one."""
_THUMBNAILS = {3: 6, 2: 4, 1: 0}
"""Cells across, by rows."""

Loader = Callable[[str], Awaitable[Image | None]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chip tells of a picture."""

    key: str
    """The picture's digest."""
    title: str
    """Id and name: "img3 cat.jpg"."""
    size: str
    """In pixels: "640×427"."""
    status: str
    """How its caption stands: "no caption"."""
    fate: Fate
    caption: str = ""
    stirs: bool = False
    """Whether the status matters more than the fate where there is room for one alone."""

    @property
    def spoken(self) -> str:
        """All of it, for the tooltip and for those who do not see the chip."""
        caption = f"Caption: {clean_line(self.caption)}" if self.caption else self.status
        return (
            f"{clean_line(self.title)}, {self.size}. {caption}. "
            f"The chat model gets: {self.fate.reason}. "
            "C captions it, F changes what is sent, Ctrl+Left and Ctrl+Right move it, "
            "Delete removes it."
        )


def lines(shown: Shown, rows: int, room: int, *, whole: bool) -> list[str]:
    """What a chip says, the cross at the end of its first line.

    Args:
        shown: The picture.
        rows: How many lines: 1, 2 or 3.
        room: Cells across, the cross not counted.
        whole: Whether there is room for reasons: it is alone or has the focus.
    """
    title, size = clean_line(shown.title, _LONGEST_TITLE), shown.size
    status, fate = clean_line(shown.status), shown.fate
    told = f"{fate.reason}" if whole else fate.word
    if rows == 1:
        told = status if shown.stirs else told
        options = [f"▣ {title} · {told}", f"▣ {title.split()[0]} · {told}", told]
        words = [_first_that_fits(options if whole else options[:1], room)]
    elif rows == 2:
        keyed = f"{status} (C) · {told} (F)"
        plain = f"{status} · {told}"
        last = [keyed, plain] if whole else [plain]
        words = [
            _first_that_fits([f"{title} {size}", title], room),
            _first_that_fits([*last, told if whole and not shown.stirs else status], room),
        ]
    else:
        words = [
            _first_that_fits([title], room),
            _first_that_fits([f"{size} · {status} (C)", f"{status} (C)", status], room),
            _first_that_fits([f"{told} (F)", told], room),
        ]
    width = max(map(cell_len, words))
    return [f"{set_cell_size(words[0], width)} ×", *words[1:]]


def _first_that_fits(options: list[str], room: int) -> str:
    for option in options:
        if cell_len(option) <= room:
            return option
    return set_cell_size(options[-1], max(1, room) - 1) + "…"


class PictureChip(Chip):
    """A picture with a thumbnail where there is room.

    F asks for another fate, C or Enter for a caption, Ctrl with an arrow for another place.
    """

    DEFAULT_CSS = """
    PictureChip {
        layout: horizontal;
        & > ImageView { display: none; margin: 0 1 0 0; }
        & > Static { width: auto; height: auto; text-wrap: nowrap; }
        &.-rows-2 { height: 2; }
        &.-rows-2 > ImageView { display: block; width: 4; height: 2; }
        &.-rows-3 { height: 3; }
        &.-rows-3 > ImageView { display: block; width: 6; height: 3; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fate", "What is sent", id="picture.fate", show=False),
        Binding("c,enter", "caption", "Caption", id="picture.caption", show=False),
        Binding("ctrl+left", "shift(-1)", "Forward", id="picture.forward", show=False),
        Binding("ctrl+right", "shift(1)", "Back", id="picture.back", show=False),
    ]

    @dataclass
    class FateAsked(Message):
        """Another fate is wanted for this picture."""

        key: str

    @dataclass
    class CaptionAsked(Message):
        """A caption is wanted for this picture."""

        key: str

    @dataclass
    class Shifted(Message):
        """The picture is to change places with the one before or behind."""

        key: str
        step: int

    def __init__(self, shown: Shown, load: Loader | None = None) -> None:
        super().__init__(shown.title, shown.key)
        self.shown = shown
        self._load = load
        self._view = ImageView()
        self._static = Static()
        self._rows = 1

    def compose(self) -> ComposeResult:
        """The thumbnail, and the words beside it."""
        yield self._view
        yield self._static

    def on_mount(self) -> None:
        """Take the room there is."""
        self.refit()

    def show(self, shown: Shown) -> None:
        """Tell something else of the same picture."""
        if shown != self.shown:
            self.shown = shown
            self.refit()

    def refit(self) -> None:
        """Say as much as there is room for."""
        if not self.is_attached:
            return
        size = self.app.size
        self._rows = 3 if size.height >= _HIGH and size.width >= _WIDE else 2
        if size.height < _LOW or size.width < _NARROW:
            self._rows = 1
        for rows in _THUMBNAILS:
            self.set_class(rows == self._rows, f"-rows-{rows}")
        self.tooltip = Content(self.shown.spoken)
        self._static.update(Content(self.words))
        self.refresh(layout=True)
        if self._rows > 1:
            self._fetch()

    @work(group="thumbnail", exclusive=True, exit_on_error=False)
    async def _fetch(self) -> None:
        load, self._load = self._load, None
        if load is not None:
            self._view.show(await load(self.key))

    @property
    def words(self) -> str:
        """What it says, the cross included."""
        # As it was laid out last: asked for its size while the screen is being laid out, which is
        # when this is needed, Textual lays all of it out once more.
        row = self.parent
        width = row.outer_size.width - row.gutter.width if isinstance(row, Widget) else 0
        room = (width if width > 0 else self.app.size.width) - self.gutter.width - self._beside
        alone = self.parent is not None and self.parent.has_class("-alone")
        return "\n".join(lines(self.shown, self._rows, room - 2, whole=alone or self.has_focus))

    @property
    def _beside(self) -> int:
        """Cells that the thumbnail takes."""
        across = _THUMBNAILS[self._rows]
        return across + 1 if across else 0

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the thumbnail and the longest line."""
        return max(map(cell_len, self.words.split("\n"))) + self._beside

    def render(self) -> Content:
        """Nothing of its own: thumbnail and words lie on it."""
        return Content("")

    def on_resize(self) -> None:
        """Keep all of it in view while it has the focus."""
        if self.has_focus:
            self.scroll_visible(animate=False)

    def on_focus(self) -> None:
        """Say why, once the focus has come."""
        self.call_later(self.refit)

    def on_blur(self) -> None:
        """Say less."""
        self.call_later(self.refit)

    def action_fate(self) -> None:
        """Ask for another fate."""
        self.post_message(self.FateAsked(self.key))

    def action_caption(self) -> None:
        """Ask for a caption."""
        self.post_message(self.CaptionAsked(self.key))

    def action_shift(self, step: int) -> None:
        """Ask for another place."""
        self.post_message(self.Shifted(self.key, step))

    def on_click(self, event: events.Click) -> None:
        """Beside the cross: the row of the caption asks for one, that of the fate for another."""
        event.stop()
        if self.is_cross(event) or self._rows == 1:
            return
        row = event.screen_y - self.content_region.y
        at = event.screen_x - self._static.region.x
        last = self.words.split("\n")[-1]
        if at < 0 or row == 0:
            return
        if self._rows == 3 and row == 1:
            self.action_caption()
        elif self._rows == 3 or at > last.rfind(" · "):
            self.action_fate()
        else:
            self.action_caption()
