"""Markdown written to take long: the time grows with the text, and has a bound."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.ui.transcript import markdown
from tui.ui.transcript.lines import Line, runs_width
from tui.ui.transcript.markdown import MOST_CHARACTERS, layout
from tui.ui.transcript.stream import MarkdownStream

SIZE = MOST_CHARACTERS // 10
SECONDS = 2.0
"""Of the processor, for a tenth of the longest text; tried: 0.3 at most."""


def filled(piece: str, start: str = "") -> str:
    return (start + piece * SIZE)[:SIZE]


TEXTS = {
    "one word": filled("a"),
    "one word of another script": filled("ж"),
    "one wide word": filled("漢"),
    "one family": filled("👨\u200d"),
    "marks on one letter": filled("\u0301", "e"),
    "nothing to be seen": filled("\u200b"),
    "quotes in quotes": filled(">") + " x",
    "quotes in quotes with blanks": filled("> "),
    "lists in lists": filled("- "),
    "numbers in numbers": filled("1. "),
    "lists ever deeper": "\n".join(" " * (2 * depth) + "- x" for depth in range(300)),
    "open brackets": filled("["),
    "open links": filled("[a]("),
    "open pictures": filled("!["),
    "open emphasis": filled("*a **b _c "),
    "open marks of all kinds": filled("*_~`["),
    "open code": "".join("`" * count + " " for count in range(1, 200)),
    "open tags": filled("<a <!-- <http:"),
    "entities": filled("&#1;&amp;"),
    "backslashes": filled("\\"),
    "definitions": filled("[a]: /x\n"),
    "one long link many times": filled("[a] ", f"[a]: /{'x' * (SIZE // 2)}\n\n"),
    "rows of a table": filled("|x|y|\n", "|a|b|\n|-|-|\n"),
    "columns of a table": "|a" * 1000 + "\n" + "|-" * 1000 + "|\n" + "|\n" * 1000,
    "headings": filled("# a\n"),
    "rules": filled("---\n"),
    "short lines": filled("a\n"),
    "empty lines": filled("\n"),
    "code": filled('x = "a"\n', "```python\n"),
    "code on one line": filled('x="a";', "```python\n"),
    "code of an endless language": "```" + "x" * 50_000 + "\nabc\n```",
    "addresses": filled("http://a.b/c "),
    "an endless address": filled("a.", "http://"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_any_text_is_laid_out_in_bounded_time(what: str) -> None:
    start = time.thread_time()
    rows = layout(TEXTS[what], 60)
    assert time.thread_time() - start < SECONDS
    assert len(rows) < 70_000  # markdown-it fills a table up to 65,536 cells
    # Rich's own sums differ for a joiner that begins a row; the screen cuts such a row.
    if "👨" not in TEXTS[what]:
        assert max((runs_width(row.runs) for row in rows), default=0) <= 60


@pytest.mark.parametrize("piece", ["a", "ж", "漢", "a\n", "**a** ", "|x|\n", "👨\u200d"])
def test_a_very_long_text_is_shown_as_it_is_written(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    start = time.thread_time()
    rows = layout(text, 60)
    assert time.thread_time() - start < SECONDS
    shown = "".join(row.text + ("\n" if row.joint is None else row.joint) for row in rows)
    assert shown.rstrip() == text.rstrip()


def test_the_last_text_that_is_markdown_and_the_first_that_is_not() -> None:
    text = "**a** " + "b" * (MOST_CHARACTERS - 6)
    assert layout(text, 60)[0].text.startswith("a")
    assert layout(text + "b", 60)[0].text.startswith("**a**")


def test_marks_without_end_are_shown_as_they_are_written() -> None:
    table = "|a|b|\n|-|-|\n"
    assert layout(table + "|x|y|\n" * 10_000, 60)[0].text.strip() == "a │ b"
    assert layout(table + "|x|y|\n" * 14_000, 60)[0].text == "|a|b|"


def test_an_address_as_long_as_a_book_is_no_link() -> None:
    text = f"[a]: /{'x' * 5000}\n\n[a] ![b](/{'y' * 5000}) [c](/short)"
    hrefs = {href for row in layout(text, 60) for _, _, href in row.runs}
    assert hrefs == {"", "/short"}


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["a", "**b** ", "\n", "- c\n", "\n\n", "漢", "\r\n"]), max_size=60))
def test_a_text_that_grows_too_long_ends_like_one_that_was(pieces: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "MOST_CHARACTERS", 40)
        patch.setattr(markdown, "MOST_MARKS", 10)
        growing = MarkdownStream(20)
        text = ""
        before: list[Line] = []
        for piece in pieces:
            text += piece
            rows = growing.update(text)[:]
            assert rows[: growing.kept] == before[: growing.kept]
            before = rows
        whole = layout(text, 20)
        assert [row.text.rstrip() for row in growing.finish(text)] == [
            row.text.rstrip() for row in whole
        ]


def test_of_a_long_text_that_grows_only_the_last_line_is_made_again() -> None:
    text = "word " * 20 + "\n"
    growing = MarkdownStream(60)
    growing.update(text * 1000)
    start = time.thread_time()
    for count in range(1001, 1200):
        growing.update(text * count)
    assert growing.kept > 2000
    assert time.thread_time() - start < 5


@pytest.mark.parametrize("language", ["java", "c", "markdown", "python", "make", "diff"])
@pytest.mark.parametrize("piece", ["\n", " \n", "a ", "x.", "1"])
def test_code_that_takes_too_long_to_colour_stays_plain(language: str, piece: str) -> None:
    layout(f"```{language}\nx\n```", 60)
    lines = layout(f"```{language}\n{filled(piece)}\n```", 60)
    shown = "\n".join(line.text for line in lines)
    letter = piece.strip(" .")
    assert shown.count(letter) >= filled(piece).count(letter)
