"""One picture on the whole screen: nearer, further, the next one, out to the desktop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.domain.image import Image
from tui.domain.safetext import clean, clean_line
from tui.ui.pictures.means import Means, measured
from tui.ui.pictures.zooming import Look, Place, box, kept_inside, panned, taken, whole, zoomed
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.image_view import ImageView, facts_line

_STEP = 1.25
_PART = 0.2  # of what is shown, for an arrow key
GONE = "This picture is not among the stored ones any more"
DAMAGED = "This picture is damaged and cannot be shown"


class Viewer(Dialog[int]):
    """Gives the number of the picture that was looked at last."""

    DEFAULT_CSS = """
    Viewer {
        & > #frame {
            width: 100%; max-width: 100%; height: 100%; max-height: 100%;
            border: none; padding: 0; background: $background;
        }
        & #title, &.-short #title { display: none; }
        & #room { height: 1fr; align: center middle; overflow: hidden; }
        & #gone { display: none; width: 1fr; text-align: center; color: $text-warning; }
        &.-gone #gone { display: block; }
        &.-gone #picture { display: none; }
        & #facts { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & #words { height: auto; max-height: 2; overflow: hidden; }
        &.-short #words { max-height: 1; }
        & #caption { height: auto; }
        &.-whole #words { max-height: 60%; overflow-y: auto; scrollbar-size-vertical: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,pagedown,tab", "turn(1)", "Next", id="viewer.next", key_display="n"),
        Binding("p,pageup,shift+tab", "turn(-1)", "Previous", id="viewer.previous", show=False),
        Binding("plus,equals_sign", "zoom(1)", "Zoom", id="viewer.nearer", key_display="+ -"),
        Binding("minus", "zoom(-1)", "Zoom out", id="viewer.further", show=False),
        Binding("0", "fit", "Fit", id="viewer.fit"),
        Binding("1", "actual", "Own pixels", id="viewer.actual", show=False),
        Binding("o", "outside", "Open", id="viewer.open"),
        Binding("y,c", "copy", "Copy", id="viewer.copy"),
        Binding("i", "whole", "Caption", id="viewer.whole"),
        Binding("r", "again", "Once more", id="viewer.again"),
        Binding("left,h", "pan(-1, 0)", "Left", show=False),
        Binding("right,l", "pan(1, 0)", "Right", show=False),
        Binding("up,k", "pan(0, -1)", "Up", show=False),
        Binding("down,j", "pan(0, 1)", "Down", show=False),
        Binding("q,enter", "close", "Close", show=False),
        Binding("question_mark", "explain", "Help", show=False),
    ]
    TITLE = "Picture"
    HELP = (
        "+ and - go nearer and further, 0 shows all of it, 1 its own pixels; arrows or hjkl move. "
        "N and P, or PageDown and PageUp: next and previous. O opens it in your desktop's viewer, "
        "Y copies the caption, I shows the whole of it. R makes a generated one once more. "
        "The wheel zooms, dragging moves. Esc, Q or Enter closes."
    )

    def __init__(self, pictures: Sequence[Attachment], at: int, means: Means) -> None:
        """Make the screen.

        Args:
            pictures: Those that can be turned to, in this order; at least one.
            at: Which one to begin with, counted from 0.
            means: Where pictures come from and go to.
        """
        super().__init__()
        self._pictures = list(pictures)
        self._at = min(max(at, 0), len(self._pictures) - 1)
        self._means = means
        self._image: Image | None = None
        self._pixels: tuple[int, int] = (0, 0)
        self._look: Look | None = None
        self._held: tuple[int, int] | None = None

    def body(self) -> ComposeResult:
        """The picture, and what is known of it."""
        with Container(id="room"):
            yield ImageView(id="picture")
            yield Static(id="gone")
        yield Static(id="facts")
        with VerticalScroll(id="words", can_focus=False):
            yield Static(id="caption")

    def on_mount(self) -> None:
        """Show the picture."""
        self._turn_to(self._at)

    def on_resize(self) -> None:
        """Fit the picture, or as much of it as is looked at, into the new room."""
        self.call_after_refresh(self._draw)

    @property
    def picture(self) -> Attachment:
        """What is looked at."""
        return self._pictures[self._at]

    # -- which picture

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a picture that was made here can be made once more."""
        is_made = self._means.again is not None and bool(self.picture.recipe)
        return is_made or action != "again"

    def action_again(self) -> None:
        """Leave, and have it made."""
        if self._means.again is not None:
            self.dismiss(self._at)
            self._means.again(self.picture)

    def action_turn(self, step: int) -> None:
        """Go to another picture, around at the ends."""
        if len(self._pictures) > 1:
            self._turn_to((self._at + step) % len(self._pictures))

    def action_close(self) -> None:
        """Leave, and say at which picture."""
        self.dismiss(self._at)

    def _turn_to(self, at: int) -> None:
        self._at, self._look = at, None
        self.refresh_bindings()
        self._tell()
        self._load(self.picture.digest)

    @work(exclusive=True, group="load")
    async def _load(self, digest: str) -> None:
        said = GONE
        image: Image | None = None
        try:
            image = await self._means.load(digest)
        except AppError as error:
            said = clean_line(error.line())
        size = await asyncio.to_thread(measured, image.data) if image is not None else None
        if image is not None and size is None:
            image, said = None, DAMAGED
        self._image, self._pixels = image, size or (0, 0)
        self.set_class(image is None, "-gone")
        self.put("#gone", "" if image is not None else said)
        self._draw()

    # -- which part of it

    def _place(self) -> Place | None:
        room = self.query_one("#room").size
        if not room.area or self._image is None:
            return None
        return Place(*self._pixels, room.width, room.height)

    def _draw(self) -> None:
        if not self.is_attached:
            return
        view, place = self.query_one(ImageView), self._place()
        if place is None:
            view.show(None)
        else:
            if self._look is not None:
                self._look = kept_inside(self._look, place)
            look = self._look or whole(place)
            columns, rows = taken(look, place)
            is_small = look.scale < place.fitting
            view.styles.width = columns if is_small else "1fr"
            view.styles.height = rows if is_small else "1fr"
            part = box(look, place)
            view.show(self._image, None if part == (0, 0, *self._pixels) else part)
        self._tell()

    def _move(self, change: Callable[[Look, Place], Look]) -> None:
        place = self._place()
        if place is not None:
            self._look = change(self._look or whole(place), place)
            self._draw()

    def action_zoom(self, steps: int) -> None:
        """Go nearer or further away."""
        self._move(lambda look, place: zoomed(look, place, _STEP**steps))

    def action_fit(self) -> None:
        """Show the whole picture."""
        self._look = None
        self._draw()

    def action_actual(self) -> None:
        """Show each pixel of the picture as one of the screen."""
        self._move(lambda look, place: zoomed(look, place, 1 / look.scale))

    def action_pan(self, right: int, down: int) -> None:
        """Look elsewhere; while the whole caption is shown, read on in it."""
        if down and self.has_class("-whole"):
            self.query_one("#words").scroll_relative(y=down, animate=False)
            return
        self._move(lambda look, place: panned(look, place, right * _PART, down * _PART))

    # -- what is known of it

    def _tell(self) -> None:
        picture, place = self.picture, self._place()
        parts = [f"{self._at + 1} of {len(self._pictures)}"] if len(self._pictures) > 1 else []
        if place is not None:
            scale = (self._look or whole(place)).scale
            parts.append(f"{scale:.0%}" + ("" if self._look else ", fitted"))
        parts.append(clean_line(picture.name) or "a picture")
        if self._image is not None and self._image.digest == picture.digest:
            parts.append(facts_line(self._image))
        else:
            parts.append(f"{picture.width} × {picture.height}")
        self.put("#facts", " · ".join(parts))
        self.put("#caption", self._words())

    def _words(self) -> str:
        picture = self.picture
        if not picture.caption:
            return "no caption"
        if not self.has_class("-whole"):
            return clean_line(picture.caption)
        by = " · ".join(clean_line(each) for each in (picture.source, picture.model) if each)
        return clean(picture.caption) + (f"\n— {by}" if by else "")

    def action_whole(self) -> None:
        """Show the whole caption, or its beginning again."""
        self.toggle_class("-whole")
        self.query_one("#words").scroll_home(animate=False)
        # The picture gets the room that is left.
        self.call_after_refresh(self._draw)

    async def action_copy(self) -> None:
        """Put the caption on the clipboard."""
        if not self.picture.caption:
            self.notify("This picture has no caption", severity="warning", markup=False)
            return
        await self._means.copy(self.picture.caption)
        self.notify("The caption was copied", markup=False)

    @work(exclusive=True, group="outside")
    async def action_outside(self) -> None:
        """Open the picture in the desktop's viewer."""
        if self._image is None:
            self.notify("There is no picture to open", severity="warning", markup=False)
            return
        try:
            await self._means.open_outside(self._image)
        except AppError as error:
            self.notify(error.line(), severity="warning", markup=False, timeout=12)
        else:
            self.notify("Opened in the system's viewer", markup=False)

    # -- the mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go nearer to what the mouse is on."""
        self._wheel(event, _STEP)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go further away from it."""
        self._wheel(event, 1 / _STEP)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        room = self.query_one("#room").region
        if room.contains(event.screen_x, event.screen_y):
            x = (event.screen_x - room.x + 0.5) / room.width
            y = (event.screen_y - room.y + 0.5) / room.height
            self._move(lambda look, place: zoomed(look, place, factor, (x, y)))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the picture."""
        if self.query_one("#room").region.contains(event.screen_x, event.screen_y):
            self._held = (event.screen_x, event.screen_y)

    def on_mouse_up(self) -> None:
        """Let go of it."""
        self._held = None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it along."""
        if self._held is None:
            return
        x, y = event.screen_x - self._held[0], event.screen_y - self._held[1]
        self._held = (event.screen_x, event.screen_y)
        room = self.query_one("#room").size
        if x or y:
            self._move(lambda look, place: panned(look, place, -x / room.width, -y / room.height))
