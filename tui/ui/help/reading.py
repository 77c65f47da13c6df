"""A guide to read in: to caption sources, to macros."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from tui.ui.transcript.markdown import parser
from tui.ui.widgets.dialog import Dialog


class Reading(Dialog[None]):
    """Text to scroll in."""

    DEFAULT_CSS = """
    Reading {
        & Markdown { background: transparent; padding: 0; margin: 0; }
        & VerticalScroll { scrollbar-size-vertical: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "chapter(1)", "Next chapter", id="guide.next"),
        Binding("p", "chapter(-1)", "Chapter before", id="guide.previous"),
        Binding("escape", "close", "Close", id="guide.close"),
    ]
    HELP = "Up, Down, Page Up and Page Down scroll; N and P go to the next chapter and back."

    def __init__(self, title: str, text: str) -> None:
        """Show a text of our own, in Markdown."""
        super().__init__()
        self._title = title
        self._text = text
        self._scroll = VerticalScroll()

    def body(self) -> ComposeResult:
        """The text."""
        with self._scroll:
            yield Markdown(self._text, parser_factory=parser, open_links=False)

    def on_mount(self) -> None:
        """Let the keys scroll at once."""
        self.set_title(self._title)
        self._scroll.focus()

    def action_chapter(self, step: int) -> None:
        """Scroll to the next heading, or to the one before."""
        here = round(self._scroll.scroll_y)
        tops = sorted({each.virtual_region.y for each in self.query("MarkdownH2")})
        ahead = [y for y in tops if (y > here if step > 0 else y < here)]
        if ahead:
            self._scroll.scroll_to(y=ahead[0] if step > 0 else ahead[-1], animate=False)
        elif step < 0:
            self._scroll.scroll_home(animate=False)
