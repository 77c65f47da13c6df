"""Two captions of one picture side by side as they come, with what differs marked."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain.caption import Asked, Caption
from tui.domain.errors import AppError
from tui.domain.generation import Progress, Restarted, TextDelta
from tui.domain.safetext import clean, clean_line
from tui.services.refinement import Refinement
from tui.ui.captions.facts import took
from tui.ui.captions.page import Page
from tui.ui.widgets.dialog import Dialog

Side = Literal["left", "right"]
_MOST_PAIRS = 250_000
"""Words of one caption times those of the other; so many take 40 ms where all are the same."""


@dataclass(slots=True)
class _Lane:
    """One of the two."""

    asked: Asked
    refinement: Refinement | None = None
    """Makes it; None: it was there already."""
    made: Caption | None = None
    text: str = ""
    status: str = ""
    is_error: bool = False
    running: bool = False


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether the other text lacks it; word by word.

    Args:
        text: In front of the reader.
        other: What it is compared with; case and the white space between words do not matter.

    Returns:
        The text in one piece where both are so long that comparing them would hold the screen up.
    """
    words, others = text.split(" "), other.split()
    if len(words) * len(others) > _MOST_PAIRS:
        return [(text, False)]
    matcher = SequenceMatcher(None, _plain(words), _plain(others), autojunk=False)
    pieces: list[tuple[str, bool]] = []
    for kind, start, end, _, _ in matcher.get_opcodes():
        if start < end:
            lead = " " if pieces else ""
            pieces.append((lead + " ".join(words[start:end]), kind != "equal"))
    return pieces


def _plain(words: list[str]) -> list[str]:
    return [word.strip(".,;:!?\"'()\n").casefold() for word in words]


class CompareScreen(Dialog[Caption | None]):
    """Gives the caption that was taken, or None."""

    DEFAULT_CSS = """
    CompareScreen > #frame { max-width: 140; }
    CompareScreen #lanes { height: 1fr; layout: horizontal; }
    CompareScreen .lane { width: 1fr; height: 1fr; padding: 0 1; }
    CompareScreen .who { height: auto; max-height: 2; text-style: bold; color: $text-primary; }
    CompareScreen .text-box { height: 1fr; border-left: wide $secondary; padding-left: 1; }
    CompareScreen .text { height: auto; }
    CompareScreen .facts { height: auto; max-height: 3; color: $text-muted; }
    CompareScreen.-narrow #lanes { layout: vertical; }
    CompareScreen.-narrow .lane { width: 100%; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1,left", "take('left')", "Take the first", id="compare.left"),
        Binding("2,right", "take('right')", "Take the second", id="compare.right"),
        Binding("ctrl+r", "again", "Ask both again", id="compare.again", priority=True),
    ]
    TITLE = "Compare"
    HELP = (
        "Both come in at the same time; words that the other lacks are marked. 1 or Left takes"
        " the first into the editor, 2 or Right the second, Ctrl+R asks both again, Esc goes"
        " back. Both stay in the caption journal."
    )

    def __init__(self, page: Page, asked: Asked, other: Asked) -> None:
        """Make the screen.

        Args:
            page: The picture; its present version is the left one where there is one.
            asked: Who made that version, or is to make it.
            other: Who makes the right one.
        """
        super().__init__()
        self._page = page
        self._lanes: dict[Side, _Lane] = {"left": _Lane(asked), "right": _Lane(other)}
        current = page.refinement.current
        if current is not None and page.text.strip() and not page.running:
            made = replace(current, text=page.text)
            self._lanes["left"].made, self._lanes["left"].text = made, page.text

    def body(self) -> ComposeResult:
        """Two columns, or one above the other."""
        with Container(id="lanes"):
            for side in self._lanes:
                with Vertical(classes="lane"):
                    yield Static(id=f"who-{side}", classes="who")
                    with VerticalScroll(classes="text-box", can_focus=False):
                        yield Static(id=f"text-{side}", classes="text")
                    yield Static(id=f"facts-{side}", classes="facts")

    def on_mount(self) -> None:
        """Ask those who have not said anything yet."""
        for side, lane in self._lanes.items():
            if lane.made is None:
                self._ask(side)
        self._show()

    def action_again(self) -> None:
        """Ask both."""
        for side, lane in self._lanes.items():
            lane.asked = replace(lane.asked, fresh=True)
            self._ask(side)

    def _ask(self, side: Side) -> None:
        beside = self._page.refinement.beside
        lane = self._lanes[side]
        if beside is not None:
            lane.refinement, lane.made, lane.text = beside(), None, ""
            lane.running, lane.is_error, lane.status = True, False, "asking…"
            self.run_worker(self._stream(lane, lane.refinement), group=side, exclusive=True)

    async def _stream(self, lane: _Lane, refinement: Refinement) -> None:
        try:
            async with aclosing(refinement.start(lane.asked)) as events:
                async for event in events:
                    match event:
                        case TextDelta(text):
                            lane.text, lane.status = lane.text + clean(text), "writing…"
                        case Restarted(reason):
                            lane.text, lane.status = "", clean_line(reason)
                        case Progress(what):
                            lane.status = f"{clean_line(what)}…"
                    self._show()
        except AppError as error:
            lane.status, lane.is_error = clean_line(error.line()), True
        else:
            lane.status = "" if refinement.current else "there was no caption"
        finally:
            # Asked again while one came in, this one is over and another runs.
            if lane.refinement is refinement:
                lane.running, lane.made = False, refinement.current
                lane.text = lane.text.strip()
                if self.is_running:
                    self._show()

    def _show(self) -> None:
        done = not any(lane.running for lane in self._lanes.values())
        left, right = self._lanes["left"], self._lanes["right"]
        for side, lane, other in (("left", left, right), ("right", right, left)):
            source = lane.made or lane.refinement
            number = "1" if side == "left" else "2"
            self.put(
                f"#who-{side}", f"{number} {clean_line(source.source_label if source else '')}"
            )
            text = Content(lane.text)
            if done and lane.text and other.text:
                text = Content.assemble(
                    *(
                        (piece, "$text-warning bold") if differs else piece
                        for piece, differs in marked(lane.text, other.text)
                    )
                )
            for static in self.query(f"#text-{side}").results(Static):
                static.update(text)
            facts = [lane.status, took(lane.made) if lane.made else ""]
            self.put(f"#facts-{side}", " · ".join(filter(None, facts)))
            self.query(f"#facts-{side}").set_class(lane.is_error, "-error")

    def action_take(self, side: Side) -> None:
        """Take one of them into the editor."""
        lane = self._lanes[side]
        if lane.made is None or not lane.text.strip():
            lane.status = "there is nothing to take yet"
            self._show()
            return
        self._stop()
        self.dismiss(replace(lane.made, text=lane.text))

    def action_close(self) -> None:
        """Go back with neither."""
        self._stop()
        self.dismiss(None)

    def _stop(self) -> None:
        for side in self._lanes:
            self.workers.cancel_group(self, side)
