from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from textual.widgets import Static

from tests.ui.widgets.harness import Harness
from tui.domain.chat import JournalEntry
from tui.ui.captions.ask_prompt import AskPrompt
from tui.ui.captions.journal import CaptionJournal

NOW = datetime(2026, 11, 22, 18, 0).timestamp()
ENTRIES = [
    JournalEntry("d", "lake.jpg", "A lake.", "local", "m", "p", 1.0, NOW - 60, used=True),
    JournalEntry(
        "e", "cat [/].jpg", "A cat \x1b[2J sits.", "Ollama", "m", "p", 1.0, NOW, used=False
    ),
]


async def test_enter_gives_the_prompt_that_was_typed() -> None:
    app = Harness(AskPrompt("What's in this image?"))
    async with app.run_test() as pilot:
        await pilot.press(*"Who", "ctrl+j", *"is it?", "enter")
        await pilot.pause()

    assert app.result == "Who\nis it?"


async def test_the_default_prompt_is_taken_by_enter() -> None:
    for keys in (("enter",), ("backspace", "enter")):
        app = Harness(AskPrompt("What's in this image?"))
        async with app.run_test() as pilot:
            await pilot.press(*keys)
            await pilot.pause()

        assert app.result == "What's in this image?"


async def test_escape_asks_nothing() -> None:
    app = Harness(AskPrompt("What?"))
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await pilot.pause()

    assert app.result is None


async def test_a_caption_is_found_in_the_journal_and_given_back() -> None:
    journal = CaptionJournal(ENTRIES, now=lambda: NOW)
    app = Harness(journal)
    async with app.run_test() as pilot:
        await pilot.press(*"cat")
        await pilot.pause()
        whole = str(journal.query_one("#whole", Static).content)
        await pilot.press("enter")
        await pilot.pause()

    assert app.result == ENTRIES[1]
    assert "\x1b" not in whole


async def test_the_journal_tells_what_each_caption_took() -> None:
    paid = replace(ENTRIES[0], input_tokens=812, output_tokens=64, cost=0.0004)
    entries = [paid, replace(paid, cached=True), ENTRIES[0]]
    journal = CaptionJournal(entries, now=lambda: NOW)
    async with Harness(journal).run_test() as pilot:
        await pilot.pause()

        assert [row.detail for row in journal.rows.rows] == [
            "local · 1 min ago · used · 812 + 64 tokens · $0.0004",
            "local · 1 min ago · used · from cache",
            "local · 1 min ago · used",
        ]
        assert str(journal.query_one("#whole", Static).content) == (
            "A lake.\nm · 1.0 s · 812 + 64 tokens · $0.0004 · p"
        )


async def test_an_empty_journal_says_so() -> None:
    journal = CaptionJournal([])
    app = Harness(journal)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()

        assert journal.rows.render_line(0).text.strip() == "No captions yet"
