"""The least that a chat in Textual can be: what Salon's start is compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static


class Bare(App[None]):
    """A place for text and a prompt."""

    CSS = "VerticalScroll { height: 1fr } Input { dock: bottom }"

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static("BARE-READY")
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).focus()


if __name__ == "__main__":
    Bare().run()
