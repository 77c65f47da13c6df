from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Button, Static

from tests.ui.widgets.harness import wait_until
from tui.domain.fate import Fate
from tui.slash.offers import Suggestion
from tui.ui.chat.chips import Chip
from tui.ui.chat.composer import Composer
from tui.ui.chat.picture_chip import PictureChip, Shown
from tui.ui.chat.popup import enter_accepts
from tui.ui.widgets.completion_list import CompletionList

COMMANDS = {"/caption": "describe a picture", "/context": "what is sent", "/theme": "colours"}


def complete(text: str, cursor: int) -> list[Suggestion]:
    before = text[:cursor]
    if before.startswith("/theme "):
        word = before.removeprefix("/theme ")
        return [Suggestion(name, 7, name) for name in ("moss", "plum") if name.startswith(word)]
    if before.startswith("/caption "):
        start = before.rfind(" ") + 1
        names = ("cat.jpg", "[red]x[/].png")
        return [Suggestion(name, start, name) for name in names if name.startswith(before[start:])]
    if before.startswith("/") and " " not in before:
        found = [name for name in COMMANDS if before[1:] in name]
        return [Suggestion(f"{name} ", 0, name, COMMANDS[name]) for name in found]
    return []


def shown(key: str, title: str) -> Shown:
    return Shown(key, title, "4×2", "no caption", Fate(True, False, "picture: the model sees"))


class Desk(App[None]):
    CSS = "#above { height: 1fr; }"

    def __init__(self, history: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.composer = Composer(complete, history=history)
        self.posted: list[Message] = []

    def compose(self) -> ComposeResult:
        yield Static("above", id="above")
        yield self.composer

    def on_mount(self) -> None:
        self.composer.focus()

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.posted.append(event)

    def on_composer_images_pasted(self, event: Composer.ImagesPasted) -> None:
        self.posted.append(event)

    def on_composer_draft_changed(self, event: Composer.DraftChanged) -> None:
        self.posted.append(event)

    def on_composer_scrolled(self, event: Composer.Scrolled) -> None:
        self.posted.append(event)

    def on_composer_clipboard_requested(self, event: Composer.ClipboardRequested) -> None:
        self.posted.append(event)

    def on_composer_picture_removed(self, event: Composer.PictureRemoved) -> None:
        self.posted.append(event)

    def sent(self) -> list[str]:
        return [each.text for each in self.posted if isinstance(each, Composer.Submitted)]


async def paste(app: Desk, pilot: Pilot[None], text: str) -> None:
    app.composer.area.post_message(events.Paste(text))
    for _ in range(4):
        await pilot.pause()


async def type_in(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", "/": "slash", "\\": "backslash", ".": "full_stop"}
    await pilot.press(*(names.get(char, char) for char in text))


async def test_enter_sends_and_empties_the_prompt() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "hello you")
        await pilot.press("enter")

        assert app.sent() == ["hello you"]
        assert app.composer.text == ""


async def test_enter_on_the_empty_prompt_is_told_too() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await pilot.press("enter", "space", "enter")

        assert [text.strip() for text in app.sent()] == ["", ""]


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"])
async def test_a_newline_key_makes_a_new_line(key: str) -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await pilot.press("a", key, "b", "enter")

        assert app.sent() == ["a\nb"]


async def test_a_backslash_before_enter_makes_a_new_line() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "a\\")
        await pilot.press("enter", "b", "enter")

        assert app.sent() == ["a\nb"]


@pytest.mark.parametrize(("height", "rows"), [(36, 10), (24, 8), (12, 4)])
async def test_the_prompt_grows_to_a_third_of_the_screen(height: int, rows: int) -> None:
    app = Desk()
    async with app.run_test(size=(60, height)) as pilot:
        assert app.composer.area.size.height == 1
        await pilot.press(*["ctrl+j"] * 15)
        await pilot.pause()

        assert app.composer.area.size.height == rows


async def test_up_and_down_walk_through_what_was_sent_and_back_to_the_draft() -> None:
    app = Desk(history=("one", "two\nlines"))
    async with app.run_test() as pilot:
        await type_in(pilot, "draft")
        await pilot.press("up")
        assert app.composer.text == "two\nlines"
        await pilot.press("up")
        assert app.composer.text == "one"
        await pilot.press("up")
        assert app.composer.text == "one"
        await pilot.press("down")
        assert app.composer.text == "two\nlines"
        await pilot.press("down")

        assert app.composer.text == "draft"


async def test_up_inside_a_text_moves_the_cursor_first() -> None:
    app = Desk(history=("old",))
    async with app.run_test() as pilot:
        await pilot.press("a", "ctrl+j", "b", "up")
        assert app.composer.text == "a\nb"
        await pilot.press("up")

        assert app.composer.text == "old"


async def test_a_sent_line_joins_the_history_once() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await pilot.press("a", "enter", "a", "enter", "b", "enter", "up", "up", "up", "up")

        assert app.composer.text == "a"


async def test_the_draft_is_posted_and_not_taken_back_before_the_message_is_kept() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "some words")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause()

        drafts = [each.text for each in app.posted if isinstance(each, Composer.DraftChanged)]
        assert drafts[-1] == "some words"
        assert len(drafts) <= 3


async def test_a_paste_with_escapes_and_enters_is_only_text() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await paste(app, pilot, "please review\x1b Z\r\nrm -rf ~\r\x9b2J")

        assert app.sent() == []
        assert "\x1b" not in app.composer.text
        assert "\x9b" not in app.composer.text
        assert app.composer.text.startswith("please review\ufffd Z\nrm -rf ~")


async def test_a_large_paste_becomes_a_chip_and_is_sent_whole() -> None:
    app = Desk()
    text = "\n".join(f"line {number}" for number in range(5000))
    async with app.run_test() as pilot:
        await type_in(pilot, "see this")
        await paste(app, pilot, text)

        chip = app.query_one(Chip)
        assert chip.render().plain == "[pasted 5,000 lines] ×"
        assert app.composer.text == "see this"
        await pilot.press("enter")
        submitted = next(each for each in app.posted if isinstance(each, Composer.Submitted))
        assert submitted.text == f"see this\n\n{text}"
        assert submitted.pastes == (text,)
        assert submitted.typed == "see this"
        await pilot.pause()
        assert not app.query(Chip)


async def test_a_chip_is_removed_by_its_cross_and_by_key() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await paste(app, pilot, "x" * 30_000)
        app.composer.chips.add(PictureChip(shown("p1", "cat.jpg")))
        app.composer.chips.add(PictureChip(shown("p2", "dog.jpg")))
        await pilot.pause()
        assert app.composer.pictures == ["p1", "p2"]

        first, second, _ = app.query(Chip)
        await pilot.click(first, offset=(first.size.width, 0))
        second.focus()
        await pilot.press("delete")
        await pilot.pause()

        assert app.composer.full_text == ""
        assert app.composer.pictures == ["p2"]
        assert [each.key for each in app.posted if isinstance(each, Composer.PictureRemoved)] == [
            "p1"
        ]
        assert app.composer.area.has_focus


async def test_a_chips_label_is_not_read_as_markup() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        app.composer.chips.add(PictureChip(shown("p", "[red]x[/] \x1b[2J.jpg")))
        await pilot.pause()

        assert str(app.query_one(PictureChip).query_one(Static).content) == (
            "[red]x[/] \ufffd[2J.jpg 4×2                       ×\n"
            "no caption (C) · picture: the model sees (F)"
        )


async def test_a_picture_alone_can_be_sent() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        app.composer.chips.add(PictureChip(shown("p1", "cat.jpg")))
        await pilot.press("enter")

        assert app.sent() == [""]
        assert app.composer.pictures == ["p1"]
        app.composer.chips.discard("p1")
        assert app.composer.pictures == []


async def test_a_dropped_picture_is_posted_and_not_typed(tmp_path: Path) -> None:
    file = tmp_path / "a cat.JPG"
    file.touch()
    app = Desk()
    async with app.run_test() as pilot:
        await paste(app, pilot, f"'{file}' ")
        while not app.posted:
            await pilot.pause(0.01)

        found = [each.paths for each in app.posted if isinstance(each, Composer.ImagesPasted)]
        assert found == [(file,)]
        assert app.composer.text == ""


async def test_a_picture_dropped_on_a_command_becomes_its_argument(tmp_path: Path) -> None:
    file = tmp_path / "a cat.jpg"
    file.touch()
    app = Desk()
    async with app.run_test(size=(200, 24)) as pilot:
        await type_in(pilot, "/caption ")
        await paste(app, pilot, f"'{file}'")
        while app.composer.text == "/caption ":
            await pilot.pause(0.01)

        assert app.composer.text == f'/caption "{file}"'


async def test_an_empty_paste_asks_for_the_clipboard() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await paste(app, pilot, "")
        await pilot.press("ctrl+v")
        await pilot.pause()

        asked = [each for each in app.posted if isinstance(each, Composer.ClipboardRequested)]
        assert len(asked) == 2


async def test_scrolling_keys_are_handed_on() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await pilot.press("pageup", "end", "home", "a", "home", *["end"] * 2, "pagedown")
        await pilot.pause()

        keys = [each.key for each in app.posted if isinstance(each, Composer.Scrolled)]
        assert keys == ["pageup", "end", "home", "end", "pagedown"]


# The popup


async def test_a_slash_opens_the_popup_and_tab_takes_the_chosen_row() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        assert not app.query(CompletionList)
        await type_in(pilot, "/c")
        popup = app.query_one(CompletionList)
        assert popup.display
        assert popup.region.bottom == app.composer.region.y
        await pilot.press("down", "tab")

        assert app.composer.text == "/context "


async def test_enter_takes_a_half_typed_command_and_then_sends_it() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "/the")
        await pilot.press("enter")
        assert app.composer.text == "/theme "
        assert app.sent() == []
        await type_in(pilot, "mo")
        await pilot.press("enter")
        assert app.composer.text == "/theme moss"
        await pilot.press("enter")

        assert app.sent() == ["/theme moss"]


async def test_tab_with_nothing_to_offer_stays_in_a_command() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await app.mount(Button("+"))
        await type_in(pilot, "/caption zzz")
        await pilot.press("tab")

        assert app.focused is app.composer.area
        assert app.composer.text == "/caption zzz"


async def test_enter_right_behind_fast_typing_sends_what_was_typed() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "/")
        assert app.query_one(CompletionList).is_open
        for key in "theme x y":
            app.post_message(events.Key("space" if key == " " else key, key))
        app.post_message(events.Key("enter", "\r"))
        for _ in range(4):
            await pilot.pause()

        assert app.sent() == ["/theme x y"]


async def test_enter_is_not_stolen_from_a_complete_command() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "/caption")
        assert app.query_one(CompletionList).is_open
        await pilot.press("enter")
        await type_in(pilot, "/caption ")
        assert app.query_one(CompletionList).is_open
        await pilot.press("enter")
        await type_in(pilot, "/caption my c")
        await pilot.press("enter")

        assert app.sent() == ["/caption", "/caption ", "/caption my c"]


async def test_escape_closes_the_popup_and_nothing_else() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "/c")
        await pilot.press("escape")
        popup = app.query_one(CompletionList)
        assert not popup.display
        assert app.composer.text == "/c"
        await pilot.press("tab")

        assert popup.display
        assert app.composer.area.has_focus


async def test_the_popup_closes_when_nothing_fits_and_when_the_text_is_replaced() -> None:
    app = Desk(history=("/caption old",))
    async with app.run_test() as pilot:
        await type_in(pilot, "/q")
        popup = app.query_one(CompletionList)
        assert not popup.display
        app.composer.load("/ca")
        await pilot.pause()
        assert not popup.display
        await type_in(pilot, "p")

        assert popup.display


async def test_a_row_is_taken_by_a_click_and_shown_without_markup() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await type_in(pilot, "/caption ")
        popup = app.query_one(CompletionList)
        rows = ["".join(part.text for part in popup.render_line(y)) for y in range(2)]
        assert rows[1].startswith(" [red]x[/].png")
        await wait_until(lambda: popup.region.height == 2)
        await pilot.pause()
        await pilot.click(popup, offset=(3, 0))

        assert app.composer.text == "/caption cat.jpg"
        assert app.composer.area.has_focus


async def test_the_popup_stays_on_a_small_screen() -> None:
    app = Desk()
    async with app.run_test(size=(40, 12)) as pilot:
        await type_in(pilot, "/")
        popup = app.query_one(CompletionList)

        assert popup.region.y >= 0
        assert popup.region.right <= 40


def test_enter_accepts_only_what_is_surely_meant() -> None:
    command = Suggestion("/theme ", 0, "/theme")
    value = Suggestion("moss", 7, "moss")
    later = Suggestion("cat.jpg", 12, "cat.jpg")

    assert enter_accepts("/th", command, navigated=False)
    assert not enter_accepts("/theme", command, navigated=False)
    assert enter_accepts("/theme m", value, navigated=False)
    assert not enter_accepts("/theme ", value, navigated=False)
    assert enter_accepts("/theme ", value, navigated=True)
    assert not enter_accepts("/theme moss", value, navigated=True)
    assert not enter_accepts("/theme o", value, navigated=False)
    assert not enter_accepts("/caption my c", later, navigated=False)
    assert enter_accepts("/caption my c", later, navigated=True)


async def test_what_is_typed_right_behind_enter_is_the_next_message() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        for key in (*"one", "enter", *"two", "enter", *"rest"):
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await wait_until(lambda: app.composer.text == "rest")
        await pilot.pause()

        assert app.sent() == ["one", "two"]


async def test_what_is_typed_right_behind_enter_stays_when_a_draft_comes_back() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        app.composer.load("a draft")
        app.composer.borrow("/edit 1 x")
        for key in ("enter", *"yz"):
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await wait_until(lambda: "yz" in app.composer.text)
        await pilot.pause()

        assert app.sent() == ["/edit 1 x"]
        assert app.composer.text == "a draftyz"


async def test_keys_that_come_at_once_are_taken_in_their_order() -> None:
    """As over a slow line, or while the app was busy."""
    app = Desk()
    async with app.run_test() as pilot:
        burst = [
            *"abx",
            "backspace",
            "c",
            "left",
            "!",
            "end",
            *"yz",
            "ctrl+u",
            *"ok",
            "ctrl+w",
            "p",
        ]
        for key in burst:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.composer.text == "p"

        for key in [*"abx", "backspace", "c", "left", "!", "end", "z"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.composer.text == "pab!cz"


async def test_a_blink_is_painted_at_once_and_leaves_nothing_to_do() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        area = app.composer.area
        area.blink_timer.pause()
        await pilot.pause()
        screen = app.screen
        was = area._cursor_visible

        area._toggle_cursor_blink_visible()

        assert area._cursor_visible is not was
        assert not screen._dirty_widgets
        assert not area._repaint_regions
        assert not screen._compositor._dirty_regions


@pytest.mark.parametrize("text", ["", "ok", "one\ntwo 漢字\nthree"])
async def test_a_blink_shows_and_hides_the_cursor(text: str) -> None:
    app = Desk()
    async with app.run_test() as pilot:
        area = app.composer.area
        area.blink_timer.pause()
        area.put(text)
        await pilot.pause()

        def looks() -> str:
            row = area._cursor_offset[1] - area.scroll_offset.y
            return str(area.render_line(row)._segments)

        first = looks()
        area._toggle_cursor_blink_visible()
        second = looks()
        area._toggle_cursor_blink_visible()

        assert first != second
        assert looks() == first
