from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import widgets
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets.option_list import Option
from textual.widgets.selection_list import Selection

from tui.domain.safetext import clean, clean_line
from tui.ui.terminal.line_filter import SafeFilter, install
from tui.ui.terminal.probe import MARKS

EVIL = (
    "MARK\x1b]52;c;ZXZpbA==\x07\x1b]52;c;ZXZpbA==\x1b\\\x1b]0;evil\x07\x1b[2J\x1b[31mA\x1bc"
    "\x9b2J\x9d0;evil\x9c\x90q#1~-\x9c\x1bP+q\x1b\\\x1b_Ga=d\x1b\\\x0e\x08\x05\x7f"
    "\u202eB\u2066C\u200e\U0010eeeeD\U000e0041\ud800\u2028END"
)
BLACK = Color(0, 0, 0)


class Capture(HeadlessDriver):
    """Writes nowhere, but what a terminal would get is kept."""

    written = ""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written += data


class Page(App[None]):
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar = [Binding("f9", "nothing", EVIL)]

    def __init__(self, make: Callable[[], Widget], *, safe: bool = True) -> None:
        super().__init__()
        self.make = make
        if safe:
            install(self)

    def _build_driver(
        self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None
    ) -> Driver:
        return Capture(self, mouse=mouse, size=size)

    def compose(self) -> ComposeResult:
        yield self.make()

    @property
    def written(self) -> str:
        assert isinstance(self._driver, Capture)
        return self._driver.written


OWN = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\x1b\[\?2026[hl]|\x1b\[\?25[hl]"
    r"|\x1b\]8;id=[\d-]*;[ -~]*\x1b\\|\x1b\]8;;\x1b\\|\x1b\]22;[a-z-]*\x07"
)


def leftovers(written: str) -> str:
    """What is written beside text and the few sequences with which Textual itself draws."""
    rest = OWN.sub("", written)
    return "".join(sorted({char for char in rest if clean(char) != char}))


class Raw:
    """A Rich renderable that writes control segments and links of its own."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(EVIL, Style(link="https://x\x1b]0;evil\x07"))
        yield Segment.line()


class Lines(Widget):
    def render_line(self, y: int) -> Strip:
        return Strip([Segment(EVIL)])


def bordered() -> Widget:
    widget = widgets.Static("x")
    widget.styles.border = ("round", "red")
    widget.border_title = Content(EVIL)
    widget.border_subtitle = Content(EVIL)
    return widget


def tree() -> Widget:
    made: widgets.Tree[None] = widgets.Tree(Text(EVIL))
    made.root.add_leaf(Text(EVIL))
    made.root.expand()
    return made


class Table(widgets.DataTable[object]):
    def on_mount(self) -> None:
        self.add_column(Text(EVIL))
        self.add_row(Text(EVIL))


class Logged(widgets.RichLog):
    def on_mount(self) -> None:
        self.write(Text(EVIL))


class PlainLog(widgets.Log):
    def on_mount(self) -> None:
        self.write(EVIL)


class Tabs(widgets.Tabs):
    def __init__(self) -> None:
        super().__init__(widgets.Tab(Content(EVIL)))


class Linked(widgets.Link):
    def __init__(self) -> None:
        super().__init__("x", url="https://x")

    def render(self) -> Content:
        return Content(EVIL)


class Titled(Vertical):
    def compose(self) -> ComposeResult:
        self.app.title = EVIL
        yield widgets.Header()


WIDGETS: dict[str, Callable[[], Widget]] = {
    "Static": lambda: widgets.Static(Content(EVIL)),
    "Static of rich": lambda: widgets.Static(Text(EVIL)),
    "Static of segments": lambda: widgets.Static(Raw()),
    "Label": lambda: widgets.Label(Content(EVIL)),
    "Link": Linked,
    "Button": lambda: widgets.Button(Content(EVIL)),
    "Checkbox": lambda: widgets.Checkbox(Content(EVIL)),
    "RadioButton": lambda: widgets.RadioButton(Content(EVIL)),
    "OptionList": lambda: widgets.OptionList(Content(EVIL), Option(Content(EVIL))),
    "SelectionList": lambda: widgets.SelectionList[int](Selection(Content(EVIL), 1)),
    "Select": lambda: widgets.Select([(Content(EVIL), 1)], value=1),
    "Collapsible": lambda: widgets.Collapsible(
        widgets.Static(Content(EVIL)), title=clean_line("MARK"), collapsed=False
    ),
    "Tree": tree,
    "DataTable": Table,
    "Tabs": Tabs,
    "Header": Titled,
    "Footer": widgets.Footer,
    "Input": lambda: widgets.Input(EVIL),
    "Input placeholder": lambda: widgets.Input(placeholder=EVIL.replace("[", "")),
    "TextArea": lambda: widgets.TextArea(EVIL),
    "TextArea placeholder": lambda: widgets.TextArea(placeholder=Content(EVIL)),
    "Markdown": lambda: widgets.Markdown(f"# {EVIL}\n\n{EVIL}\n\n- {EVIL}\n\n> {EVIL}"),
    "Markdown code": lambda: widgets.Markdown(f"MARK\n```python\n{EVIL}\n```\n\n`{EVIL}`"),
    "Markdown table": lambda: widgets.Markdown(f"MARK\n\n| a | b |\n|---|---|\n| {EVIL} | x |"),
    "Markdown link": lambda: widgets.Markdown(f"MARK [{EVIL}](https://x/{EVIL})"),
    "RichLog": Logged,
    "Log": PlainLog,
    "border titles": bordered,
    "own lines": Lines,
}


async def settle(pilot: Pilot[None], app: Page) -> None:
    for _ in range(6):
        await pilot.pause()
        if "MARK" in app.written:
            return


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS.keys())
async def test_no_widget_writes_a_control_sequence(make: Callable[[], Widget]) -> None:
    app = Page(make)
    async with app.run_test(size=(150, 20)) as pilot:
        await settle(pilot, app)

        assert "MARK" in app.written
        assert leftovers(app.written) == ""
        assert "]0;evil\x07" not in app.written


async def test_toast_and_tooltip_write_none_either() -> None:
    app = Page(lambda: widgets.Static("x", id="x"))
    async with app.run_test(size=(150, 20), tooltips=True) as pilot:
        app.query_one("#x").tooltip = Content(EVIL)
        app.notify(EVIL, title=EVIL, markup=False)
        await pilot.hover("#x")
        await pilot.pause(0.6)

        assert app.written.count("MARK") >= 2
        assert leftovers(app.written) == ""


async def test_a_screen_pushed_later_is_filtered_too() -> None:
    class Late(ModalScreen[None]):
        def compose(self) -> ComposeResult:
            yield widgets.Static(Content(EVIL))

    app = Page(lambda: widgets.Static("x"))
    async with app.run_test(size=(150, 20)) as pilot:
        app.push_screen(Late())
        await settle(pilot, app)

        assert "MARK" in app.written
        assert leftovers(app.written) == ""


async def test_changing_the_theme_keeps_the_filter() -> None:
    app = Page(lambda: widgets.Static(Content(EVIL)))
    async with app.run_test(size=(150, 20)) as pilot:
        app.theme = "textual-light"
        app.theme = "ansi-dark"
        await settle(pilot, app)

        assert leftovers(app.written) == ""


async def test_without_the_filter_the_sequences_do_reach_the_terminal() -> None:
    app = Page(lambda: widgets.Static(Content(EVIL.replace("\ud800", ""))), safe=False)
    async with app.run_test(size=(150, 20)) as pilot:
        await settle(pilot, app)

        assert "\x1b" in leftovers(app.written)


def texts(segments: list[Segment]) -> list[str]:
    return [segment.text for segment in segments]


def test_a_clean_line_is_given_back_as_it_is() -> None:
    line = [Segment("hello "), Segment("世界", Style(bold=True))]

    assert SafeFilter().apply(line, BLACK) is line


@given(st.text(max_size=40), st.sets(st.sampled_from(sorted(MARKS))))
def test_nothing_dangerous_is_left_and_the_width_stays(text: str, drops: set[str]) -> None:
    line_filter = SafeFilter([mark for mark in MARKS if mark in drops])

    (found,) = texts(line_filter.apply([Segment(text)], BLACK))

    assert clean_line(found) == found
    assert cell_len(found) <= cell_len(text) + text.count("\r")


CLUSTERS = {
    "👨\u200d👩\u200d👧": "👨",
    "❤\ufe0f": "❤ ",
    "👍🏽": "👍",
    "1\ufe0f\u20e3": "1 ",
    "🏳\ufe0f\u200d🌈": "🏳 ",
}


@pytest.mark.parametrize(("cluster", "plain"), CLUSTERS.items())
def test_emoji_are_drawn_plain_and_as_wide_as_before(cluster: str, plain: str) -> None:
    line = f"a{cluster}b{cluster}|"

    assert SafeFilter(MARKS).safe_text(line) == f"a{plain}b{plain}|"
    assert SafeFilter().safe_text(line) == line
    assert cell_len(plain) == cell_len(cluster)


def test_only_the_kinds_that_the_terminal_gets_wrong_are_changed() -> None:
    line_filter = SafeFilter(["skin"])

    assert line_filter.safe_text("👍🏽❤\ufe0f👨\u200d👩") == "👍❤\ufe0f👨\u200d👩"


def test_writing_that_needs_joiners_is_left_alone() -> None:
    assert SafeFilter(MARKS).safe_text("क्\u200dष می\u200cخواهم 🇩🇪") == "क्\u200dष می\u200cخواهم 🇩🇪"
