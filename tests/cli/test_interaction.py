from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncGenerator, Iterator

import pytest

from tests.fakes.models import picture
from tui.cli.console import Console
from tui.cli.interaction import SilentInteraction
from tui.domain.caption import Asked, Caption
from tui.domain.generation import Finished, GenerationEvent, Progress, TextDelta
from tui.services.dialogs import Choice, ChoiceQuestion, Notice, Page, TextQuestion
from tui.services.refinement import Refinement


def silent() -> tuple[SilentInteraction, io.StringIO]:
    err = io.StringIO()
    return SilentInteraction(Console(io.StringIO(), err)), err


async def test_nothing_is_asked() -> None:
    interaction, err = silent()

    assert await interaction.ask_prompt("What is it?") == "What is it?"
    assert await interaction.pick_image() is None
    assert await interaction.pick_images() == ()
    assert err.getvalue() == ""


async def test_refining_takes_the_caption_as_it_comes() -> None:
    closed: list[bool] = []

    async def start(_asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        try:
            yield Progress("loading")
            yield TextDelta("a cat")
            refinement.current = Caption("a cat", "local", "local model", "tiny", "", 1.0)
            yield Finished("stop")
        finally:
            closed.append(True)

    refinement = Refinement(picture(), "", start, str, "local model")
    interaction, _ = silent()

    assert (await interaction.refine([refinement])).texts == ["a cat"]
    assert closed == [True]


class Terminal:
    """A terminal at which somebody types."""

    def __init__(self) -> None:
        self._keys, screen = os.openpty()
        self.stdin = os.fdopen(screen, "r", encoding="utf-8")
        self.err = io.StringIO()
        self.interaction = SilentInteraction(Console(io.StringIO(), self.err), self.stdin)

    def type(self, text: str) -> None:
        os.write(self._keys, text.encode())

    def close(self) -> None:
        self.stdin.close()
        os.close(self._keys)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


CHOICE = ChoiceQuestion("Which?", (Choice("short"), Choice("long", "many words")))


async def test_without_a_terminal_questions_have_their_defaults() -> None:
    err = io.StringIO()
    interaction = SilentInteraction(Console(io.StringIO(), err), io.StringIO("typed\n"))

    assert await interaction.ask_text(TextQuestion("Name?", "Bob")) == "Bob"
    assert await interaction.ask_choice(CHOICE) is None
    assert await interaction.show(Page("Hello", "Title")) == "ok"
    assert await interaction.show(Page("Sure?", cancel="No")) == "dismissed"
    interaction.beep()
    assert err.getvalue() == "salon: Title\nsalon: Hello\nsalon: Sure?\n"


async def test_a_notice_is_a_line_on_stderr() -> None:
    interaction, err = silent()

    await interaction.tell(Notice("two\nlines", "Title", "error"), wait=True)
    await interaction.tell(Notice("a\x1b[2Jb"))

    assert err.getvalue() == ("salon: error: Title: two\nsalon: lines\nsalon: a\ufffd[2Jb\n")


async def test_at_a_terminal_a_text_is_asked_for(terminal: Terminal) -> None:
    question = TextQuestion("Name?", "Bob")
    terminal.type("Eve\n\n\x04")

    assert await terminal.interaction.ask_text(question) == "Eve"
    assert await terminal.interaction.ask_text(question) == "Bob"
    assert await terminal.interaction.ask_text(question) is None
    assert "salon: Name?\nsalon: OK [Bob]>" in terminal.err.getvalue()


async def test_at_a_terminal_a_number_chooses(terminal: Terminal) -> None:
    terminal.type("3\nlong\n2\n")

    assert await terminal.interaction.ask_choice(CHOICE) == (1,)
    assert terminal.err.getvalue().count("from 1 to 2, please") == 2
    assert "2. long (many words)" in terminal.err.getvalue()


async def test_at_a_terminal_several_numbers_choose(terminal: Terminal) -> None:
    several = ChoiceQuestion("Which?", CHOICE.choices, several=True)
    terminal.type("2 1 2\n\n")

    assert await terminal.interaction.ask_choice(several) == (0, 1)
    assert await terminal.interaction.ask_choice(several) is None


async def test_at_a_terminal_a_page_with_two_buttons_asks(terminal: Terminal) -> None:
    page = Page("Sure?", ok="Yes", cancel="No")
    terminal.type("what\n0\n1\n\x04")

    assert await terminal.interaction.show(page) == "cancel"
    assert await terminal.interaction.show(page) == "ok"
    assert await terminal.interaction.show(page) == "dismissed"


async def test_waiting_for_an_answer_can_be_cancelled(terminal: Terminal) -> None:
    asking = asyncio.ensure_future(terminal.interaction.ask_text(TextQuestion("Name?")))
    await asyncio.sleep(0)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
