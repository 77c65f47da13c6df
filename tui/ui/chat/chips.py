"""The row above the prompt with what goes out beside the text: pictures and large pastes."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.containers import HorizontalGroup
from textual.content import Content
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

    @dataclass
    class Removed(Message):
        """The person at the keyboard does not want it any more."""

        key: str

    def __init__(self, label: str, key: str, mark: str = "") -> None:
        super().__init__()
        self.key = key
        self._content = Content(f"{mark}{clean_line(label, _LONGEST_LABEL)} ×")

    def render(self) -> Content:
        """The label and the cross."""
        return self._content

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
        self.mount(chip)

    def discard(self, key: str) -> bool:
        """Take a chip away; False when there is none with this key."""
        chip = self._chips.pop(key, None)
        if chip is None:
            return False
        chip.remove()
        self.display = bool(self._chips)
        return True

    def clear(self) -> None:
        """Take all away."""
        for key in self.keys:
            self.discard(key)
