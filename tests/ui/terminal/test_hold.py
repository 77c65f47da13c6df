from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from tui.ui.terminal.bracketed import PASTE_END, PASTE_START
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.parser import SafeParser


class Late(App[None]):
    def compose(self) -> ComposeResult:
        yield Input()


async def test_what_was_typed_too_early_is_played_in_order() -> None:
    hold = KeyHold()
    parser = SafeParser(hold=hold)
    assert list(parser.feed(f"ab{PASTE_START}cd{PASTE_END}e")) == []

    app = Late()
    async with app.run_test() as pilot:
        field = app.query_one(Input)
        field.focus()
        await pilot.pause()
        hold.release(app)
        hold.release(app)
        for message in parser.feed("f"):
            message.set_sender(app)
            app.post_message(message)
        await pilot.pause()
        await pilot.pause()

        assert field.value == "abcdef"
