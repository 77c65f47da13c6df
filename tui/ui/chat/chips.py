"""The row above the prompt with what goes out beside the text: pictures and large pastes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.domain.safetext import clean_line

_LONGEST_LABEL = 40


class Chip(Widget, can_focus=True):
    """One attachment; a click on its cross, Delete or Backspace removes it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Chip {
        width: auto;
        height: 1;
        margin: 0 1 0 0;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1)", "Chip before", id="chip.previous", show=False),
        Binding("right", "walk(1)", "Chip behind", id="chip.next", show=False),
        Binding("delete,backspace", "remove", "Remove", id="chip.remove", show=False),
    ]

    @dataclass
    class Removed(Message):
        """The person at the keyboard does not want it any more."""

        key: str

    @dataclass
    class Left(Message):
        """The focus is to go to another chip."""

        key: str
        step: int
        """1: to the one behind, -1: to the one before."""

    def __init__(self, label: str, key: str) -> None:
        super().__init__()
        self.key = key
        self.label = clean_line(label, _LONGEST_LABEL)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its words."""
        return cell_len(self.words)

    def render(self) -> Content:
        """The words, literally."""
        return Content(self.words)

    @property
    def words(self) -> str:
        """What it says, the cross included."""
        return f"{self.label} ×"

    def refit(self) -> None:
        """The screen has another size."""

    def action_walk(self, step: int) -> None:
        """Go to the chip beside it."""
        self.post_message(self.Left(self.key, step))

    def action_remove(self) -> None:
        """Remove by key."""
        self.post_message(self.Removed(self.key))

    def on_click(self, event: events.Click) -> None:
        """Remove by the cross; anywhere else gives it the focus."""
        event.stop()
        if self.is_cross(event):
            self.action_remove()

    def is_cross(self, event: events.Click) -> bool:
        """Whether a click hit the cross, in the upper right corner."""
        return event.screen_x >= self.content_region.right - 1 and event.screen_y == self.region.y


class ChipRow(HorizontalGroup):
    """All chips, in the order they came or were put into; hidden while there are none.

    Args:
        host: Where it is mounted, before the last, when the first chip comes.
    """

    DEFAULT_CSS = """
    ChipRow {
        display: none;
        height: auto;
        padding: 0 1;
        overflow-x: auto;
        scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self, host: Widget) -> None:
        super().__init__()
        self._host = host
        self._chips: dict[str, Chip] = {}

    @property
    def keys(self) -> list[str]:
        """The keys of the chips, first to last."""
        return list(self._chips)

    def get(self, key: str) -> Chip | None:
        """The chip with a key."""
        return self._chips.get(key)

    def add(self, chip: Chip) -> None:
        """Put a chip at the end, in place of one with the same key."""
        self.discard(chip.key)
        self._chips[chip.key] = chip
        self.display = True
        self._note_who_is_alone()
        if not self.is_attached:
            self._host.mount(self, before=-1)
        self.mount(chip)

    def discard(self, key: str) -> bool:
        """Take a chip away; False when there is none with this key."""
        chip = self._chips.pop(key, None)
        if chip is None:
            return False
        chip.remove()
        self.display = bool(self._chips)
        self._note_who_is_alone()
        return True

    def shift(self, key: str, step: int) -> bool:
        """Let a chip change places with the one before or behind; False at the end of the row."""
        keys = self.keys
        at = keys.index(key)
        to = at + step
        if not 0 <= to < len(keys):
            return False
        chip, other = self._chips[key], self._chips[keys[to]]
        if step < 0:
            self.move_child(chip, before=other)
        else:
            self.move_child(chip, after=other)
        keys[at], keys[to] = keys[to], keys[at]
        self._chips = {each: self._chips[each] for each in keys}
        chip.call_after_refresh(chip.scroll_visible, animate=False)
        return True

    @on(Chip.Left)
    def _walk(self, event: Chip.Left) -> None:
        event.stop()
        to = self.keys.index(event.key) + event.step if event.key in self._chips else -1
        if 0 <= to < len(self._chips):
            self._chips[self.keys[to]].focus()

    def refit(self) -> None:
        """The screen has another size."""
        for chip in self._chips.values():
            chip.refit()

    def _note_who_is_alone(self) -> None:
        self.set_class(len(self._chips) == 1, "-alone")
        self.refit()

    def clear(self) -> None:
        """Take all away."""
        for key in self.keys:
            self.discard(key)
