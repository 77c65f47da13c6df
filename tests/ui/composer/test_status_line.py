from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content

from tui.domain.generation import Usage
from tui.ui.widgets import status_line
from tui.ui.widgets.status_line import Part, Status, StatusLine, lay_out, say_state

FULL = Status("Salon", "kitchen", "qwen2.5-7b-instruct", "local (vit-gpt2)", Usage(812, 143))


def row(status: Status, width: int, seconds: float | None = None) -> str:
    line = ""
    for piece in lay_out(status, say_state(status, "", seconds, width), width):
        line = line.ljust(piece.at) + piece.text
    return line


def test_a_wide_line_tells_everything() -> None:
    assert row(FULL, 110).split("   ")[:3] == [
        "Salon",
        "kitchen: qwen2.5-7b-instruct",
        "captions: local (vit-gpt2)",
    ]
    assert row(FULL, 110).endswith("812 in, 143 out tokens")


@pytest.mark.parametrize("seconds", [None, 3.24, 75.0])
@pytest.mark.parametrize("local_only", [False, True])
def test_it_never_is_wider_than_its_place(seconds: float | None, local_only: bool) -> None:
    status = replace(FULL, character="世界 Ωmega", local_only=local_only)

    for width in range(1, 130):
        pieces = lay_out(status, say_state(status, "", seconds, width), width)

        ends = [piece.at + cell_len(piece.text) for piece in pieces]
        assert all(end <= width for end in ends)
        assert all(piece.at >= end for piece, end in zip(pieces[1:], ends, strict=False))


def test_narrow_lines_drop_the_least_important_first() -> None:
    shown = [
        [piece.part for piece in lay_out(FULL, "● 3 s · Esc stops", width)]
        for width in (100, 70, 45, 32, 20)
    ]

    assert shown == [
        ["character", "model", "source", "state"],
        ["character", "model", "state"],
        ["character", "model", "state"],
        ["model", "state"],
        ["state"],
    ]


@pytest.mark.parametrize(("width", "words"), [(120, "local only"), (80, "local"), (50, "local")])
@pytest.mark.parametrize("seconds", [None, 12.0])
def test_that_pictures_stay_here_is_said_at_any_width(
    width: int, words: str, seconds: float | None
) -> None:
    assert words in row(replace(FULL, source="describe", local_only=True), width, seconds)


def test_without_a_connection_it_says_how_to_get_one() -> None:
    assert "no model yet: F2" in row(Status("Salon"), 60)


def test_a_server_that_counts_only_the_answer_gets_that_shown() -> None:
    assert row(replace(FULL, usage=Usage(output=9)), 110).endswith(" 9 tokens")


class Shown(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.line = StatusLine(FULL)
        self.clicked: list[Part] = []

    def compose(self) -> ComposeResult:
        yield self.line

    def on_status_line_part_clicked(self, event: StatusLine.PartClicked) -> None:
        self.clicked.append(event.part)


async def test_a_click_tells_the_part() -> None:
    app = Shown()
    async with app.run_test(size=(112, 3)) as pilot:
        for x in (2, 12, 45, 7, 105):
            await pilot.click(app.line, offset=(x, 0))

        assert app.clicked == ["character", "model", "source", "state"]


async def test_while_it_runs_it_tells_the_seconds_and_how_to_stop() -> None:
    app = Shown()
    async with app.run_test(size=(80, 3)):
        app.line.start("captioning")
        assert "● captioning 0 s · Esc stops" in app.line.render().plain
        app.line.start()
        assert "● 0 s · Esc stops" in app.line.render().plain
        app.line.stop()

        assert "tokens" in app.line.render().plain


async def test_its_seconds_are_drawn_when_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(status_line, "monotonic", lambda: now)
    app = Shown()
    async with app.run_test(size=(80, 3)) as pilot:
        app.line.start()
        await pilot.pause()
        drawn: list[str] = []
        real = StatusLine.render

        def counted(line: StatusLine) -> Content:
            content = real(line)
            drawn.append(content.plain)
            return content

        monkeypatch.setattr(StatusLine, "render", counted)
        app.line._tick()
        assert drawn == []
        now += 12.3
        app.line._tick()
        now += 0.1
        app.line._tick()

        assert len(drawn) == 1
        assert "● 12 s · Esc stops" in drawn[0]


async def test_names_are_cleaned_and_not_read_as_markup() -> None:
    app = Shown()
    async with app.run_test(size=(80, 3)):
        app.line.status = Status("[red]x[/]\x1b[2J", "a\nb", "see [/]")

        plain = app.line.render().plain
        assert plain.isprintable()
        assert plain.startswith("[red]x[/]")
        assert "see [/]" in plain
