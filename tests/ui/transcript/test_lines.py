from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.ui.transcript.lines import Line, Run, cut, runs_width, width, wrap

words = st.text(
    st.sampled_from("ab,.!-_ \u3000漢字かなカナ한글、。「」（）éñ👍👨‍👩‍👧🏽\ufe0f☀\xa0"),
    max_size=80,
)


def rejoined(lines: list[Line]) -> str:
    return "".join(line.text + (line.joint or "") for line in lines)


@given(words, st.integers(2, 30))
def test_wrapped_text_keeps_all_characters(text: str, room: int) -> None:
    lines = wrap([(text, "text", "")], room)

    missing = text.removeprefix(rejoined(lines))
    assert text.startswith(rejoined(lines))
    assert not missing.strip()


def test_a_wide_space_before_punctuation_takes_nothing_with_it() -> None:
    assert rejoined(wrap([("\u3000、", "text", "")], 2)) == "\u3000、"


@given(words, st.integers(2, 30))
def test_no_row_is_wider_than_the_room(text: str, room: int) -> None:
    assert all(runs_width(line.runs) <= room for line in wrap([(text, "text", "")], room))


@given(st.lists(st.tuples(words, st.sampled_from(["text", "code"])), max_size=6))
def test_styles_stay_with_their_characters(parts: list[tuple[str, str]]) -> None:
    runs = [(text, style, "") for text, style in parts]
    styled = [(character, style) for text, style, _ in runs for character in text]

    out: list[tuple[str, str]] = []
    for line in wrap(runs, 12):
        out += [(character, style) for text, style, _ in line.runs for character in text]
        out += [(character, "") for character in line.joint or ""]

    assert all(a == b and (not t or s == t) for (a, s), (b, t) in zip(styled, out, strict=False))


def test_words_stay_whole_across_styles() -> None:
    lines = wrap([("one ", "text", ""), ("tw", "text", ""), ("o", "code", "")], 6)

    assert [line.text for line in lines] == ["one", "two"]


def test_a_word_longer_than_the_row_is_cut() -> None:
    assert [line.text for line in wrap([("abcdefgh", "text", "")], 3)] == ["abc", "def", "gh"]


def test_wide_characters_break_anywhere_but_not_before_a_full_stop() -> None:
    lines = wrap([("漢字漢字。漢", "text", "")], 8)

    assert [line.text for line in lines] == ["漢字漢", "字。漢"]


def test_newlines_end_rows_for_good() -> None:
    lines = wrap([("a\nb", "text", "")], 10)

    assert [(line.text, line.joint) for line in lines] == [("a", None), ("b", None)]


def test_cutting_never_splits_a_family() -> None:
    family = "👨‍👩‍👧"

    assert cut(family + family, 3) == len(family)
    assert width(family) == 2


@given(st.lists(st.tuples(st.text("ab \n漢", max_size=9), st.just("text"), st.just(""))))
def test_runs_keep_their_styles_wherever_they_are_cut(parts: list[Run]) -> None:
    runs = [(text, str(number), href) for number, (text, _, href) in enumerate(parts)]
    styles = [style for text, style, _ in runs for char in text if not char.isspace()]

    rows = wrap(runs, 4)

    shown = [run for row in rows for run in row.runs]
    assert styles == [style for text, style, _ in shown for char in text if not char.isspace()]


def test_very_long_texts_are_cut_in_one_pass() -> None:
    read = 0

    class Counted(list[Run]):
        def __getitem__(self, key: Any) -> Any:
            nonlocal read
            read += 1
            return super().__getitem__(key)

        def __iter__(self) -> Iterator[Run]:
            for run in super().__iter__():
                nonlocal read
                read += 1
                yield run

    words_of = Counted([("word ", "b", ""), ("more ", "text", "")] * 1000)
    lines_of = Counted([("line\n", "b", ""), ("more\n", "text", "")] * 1000)
    assert len(wrap(words_of, 20)) == 500
    assert len(wrap(lines_of, 20)) == 2001

    assert read < 20_000
