"""What a frame of a reply costs must not grow with the reply: counted, never timed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.transcript.chat_source import Messages
from tui.domain.chat import Message
from tui.ui.transcript import paragraph, stream
from tui.ui.transcript.document import Document
from tui.ui.transcript.entries import Entry
from tui.ui.transcript.layout import Look
from tui.ui.transcript.lines import Line
from tui.ui.transcript.markdown import layout, parse
from tui.ui.transcript.stream import MarkdownStream

WORDS = "the quick *brown* fox, `jumps` over [a](/dog) lazy 犬 and snake_case [1] goes. "
PIECES = (
    *("x = 1\n", "\n", "\tif y:\n", "    z\n", "``\n", "```\n", "~~~\n", "````\n", "`", " ```"),
    *("```js\n", "# a\n", "a", '"""\n', "&amp; *b*\n", "漢\u202e\n"),
)
CODE = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def runs(lines: list[Line]) -> list[list[tuple[str, str, str]]]:
    return [list(line.runs) for line in lines]


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what is parsed."""
    lengths: list[int] = []

    def counted(text: str, *more: object) -> object:
        lengths.append(len(text))
        return parse(text, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(stream, "parse", counted)
    monkeypatch.setattr(paragraph, "parse", counted)
    return lengths


@settings(max_examples=150)
@given(st.sampled_from(["```python\n", "~~~\n", "````\n", "  ```\n"]), CODE, st.integers(1, 9))
def test_code_that_is_read_by_lines_looks_as_if_it_were_parsed(
    opening: str, code: str, step: int
) -> None:
    text = f"before\n\n{opening}{code}"
    growing = MarkdownStream(30)
    before: list[Line] = []
    for end in range(0, len(text) + step, step):
        now = growing.update(text[:end])
        assert now[: growing.kept] == before[: growing.kept]
        assert texts(now) == texts(layout(text[:end], 30))
        before = now[:]

    assert growing.finish(text) == layout(text, 30)


def test_an_open_block_of_code_is_not_parsed_again(parsed: list[int]) -> None:
    growing = MarkdownStream(60)
    text = "```python\nx = 1\n"
    growing.update(text)
    parsed.clear()
    for number in range(500):
        text += f"y = {number}\n"
        growing.update(text)

    assert not parsed
    assert growing.kept == 500
    assert len(growing.lines) == 501


def test_a_paragraph_without_end_is_parsed_in_parts(parsed: list[int]) -> None:
    growing = MarkdownStream(60)
    text = ""
    while len(text) < 30_000:
        text += WORDS
        assert runs(growing.update(text)) == runs(layout(text, 60))

    assert max(parsed) < 3 * paragraph.LONG
    parsed.clear()
    assert growing.finish(text) == layout(text, 60)


@pytest.mark.parametrize("mark", ["*", "`", "[", "<a"])
def test_a_paragraph_is_not_cut_behind_a_mark_that_may_still_end(mark: str) -> None:
    growing = MarkdownStream(60)
    text = f"a {mark}b "
    while len(text) < 8000:
        text += "and more words "
        growing.update(text)
    text += "c*`](/u) d"

    assert runs(growing.update(text)) == runs(layout(text, 60))


def test_the_same_text_again_changes_nothing(parsed: list[int]) -> None:
    growing = MarkdownStream(60)
    growing.update("some *text*")
    parsed.clear()

    growing.update("some *text*")

    assert not parsed
    assert growing.kept == len(growing.lines)


@pytest.mark.parametrize("field", ["text", "reasoning"])
def test_only_rows_at_the_end_are_compared(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def counted(new: object, old: object, rows: range) -> None:
        compared.append(len(rows))

    reply = Message("m", "assistant", "Ada", "", 0.0, status="streaming")
    shown = Document()
    shown.look = Look(80)
    shown.show(Messages([reply]))
    shown.unfolded.add("m")
    shown.begin(0)
    whole = "A block of words.\n\n" * 1000
    setattr(reply, field, whole)
    reply.touch()
    shown.grow()
    monkeypatch.setattr(Entry, "_compare", counted)
    for count in range(30):
        setattr(reply, field, whole + "more " * count)
        reply.touch()
        shown.grow()

    assert shown.heights.total > 2000
    assert sum(compared) < 30 * 20


BLOCKS = (
    *("word ", "A ", "\n", "\n\n", "- ", "1. ", "2) ", "12", "+ ", "* ", "# ", "> ", "    ", "\t"),
    *("```\n", "|a|b|\n", "|-|-|\n", "| c | d |\n", "**b** ", "---", "===", "_i_ ", "é", "  \n"),
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(BLOCKS), max_size=25))
def test_a_block_that_is_finished_early_looks_as_in_the_whole(pieces: list[str]) -> None:
    growing, text = MarkdownStream(40), ""
    for piece in pieces:
        text += piece
        now = growing.update(text)
        if growing._doubt:
            break
        assert runs(now) == runs(layout(text, 40))


@pytest.mark.parametrize(
    "before",
    ["# head", "one long line", "| a |\n|---|\n| b |", "```\ncode\n```", "> said", "- item"],
)
def test_what_an_empty_line_ends_is_not_parsed_with_what_follows(
    before: str, parsed: list[int]
) -> None:
    growing = MarkdownStream(40)
    text = f"{before}\n\nN"
    growing.update(text)
    parsed.clear()
    for letter in "ew words":
        text += letter
        growing.update(text)

    assert max(parsed) <= len("New words")


@pytest.mark.parametrize("before", ["- item", "1. item"])
def test_a_list_may_go_on_behind_an_empty_line(before: str) -> None:
    growing = MarkdownStream(40)
    for text in (f"{before}\n\n-", f"{before}\n\n- ", f"{before}\n\n- more"):
        assert runs(growing.update(text)) == runs(layout(text, 40))
