"""The row above the prompt with what goes out beside the text: pictures and large pastes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.domain.fate import Fate
from tui.domain.safetext import clean_line

_LONGEST_LABEL = 40


class Chip(Widget, can_focus=True):
    """One attachment; a click on its cross, Delete or Backspace removes it.

    A picture's chip tells what the chat model gets of it: in a word, and with the reason where
    there is room or the chip has the focus. F asks for another fate.
    """

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
        Binding("f", "fate", "What is sent", id="picture.fate", show=False),
    ]

    @dataclass
    class Removed(Message):
        """The person at the keyboard does not want it any more."""

        key: str

    @dataclass
    class FateAsked(Message):
        """Another fate is wanted for this picture."""

        key: str

    def __init__(self, label: str, key: str, mark: str = "") -> None:
        super().__init__()
        self.key = key
        self._mark = mark
        self._label = f"{mark}{clean_line(label, _LONGEST_LABEL)}"
        self._fate: Fate | None = None
        self._room = 0
        self.is_alone = False
        """Whether it has the row for itself; then it says why."""

    def tell_fate(self, fate: Fate) -> None:
        """Show what the chat model gets of this picture."""
        self._fate = fate
        self.tooltip = f"The chat model gets: {fate.reason}. F changes it."
        self._grow()

    def _grow(self) -> None:
        """Take the room that the words need; with the focus, keep all of it in view."""
        self.refresh(layout=True)
        if self.has_focus:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its words; remembers how wide they may be."""
        self._room = container.width - self.gutter.width
        return cell_len(self._text())

    def render(self) -> Content:
        """The label, the fate and the cross."""
        return Content(self._text())

    def _text(self) -> str:
        if self._fate is None:
            return f"{self._label} ×"
        if self.has_focus or self.is_alone:
            whole = f"{self._label} · {self._fate.reason} ×"
            if cell_len(whole) <= self._room:
                return whole
            if self.has_focus:
                return f"{self._mark}{self._fate.reason} ×"
        return f"{self._label} · {self._fate.word} ×"

    def on_focus(self) -> None:
        """Say why."""
        self._grow()

    def on_blur(self) -> None:
        """Say less."""
        self.refresh(layout=True)

    def action_fate(self) -> None:
        """Ask for another fate; what is no picture has none."""
        if self._fate is not None:
            self.post_message(self.FateAsked(self.key))

    def on_click(self, event: events.Click) -> None:
        """Remove by the cross; anywhere else gives it the focus."""
        event.stop()
        if event.x >= self.size.width:
            self.post_message(self.Removed(self.key))

    def on_key(self, event: events.Key) -> None:
        """Remove by key."""
        if event.key in {"delete", "backspace"}:
            event.stop()
            self.post_message(self.Removed(self.key))


class ChipRow(HorizontalGroup):
    """All chips, in the order they came; hidden while there are none."""

    DEFAULT_CSS = """
    ChipRow {
        display: none;
        height: 1;
        padding: 0 1;
        overflow-x: auto;
        scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._chips: dict[str, Chip] = {}

    @property
    def keys(self) -> list[str]:
        """The keys of the chips, first to last."""
        return list(self._chips)

    def add(self, chip: Chip) -> None:
        """Put a chip at the end, in place of one with the same key."""
        self.discard(chip.key)
        self._chips[chip.key] = chip
        self.display = True
        self._note_who_is_alone()
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

    def tell_fate(self, key: str, fate: Fate) -> None:
        """Show what the chat model gets of a picture."""
        if key in self._chips:
            self._chips[key].tell_fate(fate)

    def _note_who_is_alone(self) -> None:
        for chip in self._chips.values():
            chip.is_alone = len(self._chips) == 1
            chip.refresh(layout=True)

    def clear(self) -> None:
        """Take all away."""
        for key in self.keys:
            self.discard(key)
