"""A small app with everything of the terminal's edge installed; the tests run it in a pty."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui.ui.chat.composer import Composer
from tui.ui.terminal import line_filter, parser, signals, stderr
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.probe import Probe, Terminal
from tui.ui.terminal.skeleton import paint


class Small(App[None]):
    CSS = "#said { height: 1fr; }"

    def __init__(self, hold: KeyHold, terminal: Terminal) -> None:
        super().__init__()
        self.hold = hold
        self.terminal = terminal
        self.composer = Composer()

    def compose(self) -> ComposeResult:
        yield Static(Content(f"READY {self.terminal.name} \x1b]0;evil\x07"), id="said")
        yield self.composer

    def on_mount(self) -> None:
        signals.install(self, self.save)
        self.composer.focus()

    def on_descendant_focus(self) -> None:
        self.hold.release(self)
        ctypes.CDLL(None).perror(b"NOISE")

    async def save(self) -> None:
        Path(os.environ["SAVED"]).write_text("saved", encoding="utf-8")

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.query_one("#said", Static).update(Content(f"SENT {event.text!r}"))
        if event.text == "bye":
            self.exit(return_code=7)


def main() -> None:
    frame = paint(placeholder="SKELETON")
    probe = Probe()
    probe.ask()
    restore = stderr.redirect(Path(os.environ["LOG"]))
    terminal = probe.collect()
    hold = KeyHold()
    parser.install(hold, terminal.typed)
    app = Small(hold, terminal)
    line_filter.install(app, terminal.drops)
    try:
        if frame is not None:
            frame.hand_over()
        app.run()
    finally:
        restore()
        if frame is not None:
            frame.restore()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
