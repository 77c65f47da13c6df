from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.ui.transcript.lines import Line, runs_width
from tui.ui.transcript.markdown import layout
from tui.ui.transcript.stream import MarkdownStream

PIECES = st.sampled_from(
    [
        *("a", "b c", "\n", "\n\n", "- ", "* ", "+", "1. ", "2) ", "> ", "#", "# ", "```", "~~~"),
        *("```python\n", '"""', "|", "a | b\n", "--|--\n", "---", "===", "[x]", "[x]: /u\n", "'t"),
        *("\t", "    ", "  ", "**", "*", "`", "漢字", "<b>", "<!--", "https://a.bc/d", "\r\n"),
        *("&#x202e;", "&#27;", "\\", "👨‍👩‍👧", "\x1b[2J", "\u202e"),
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


def shown(text: str, room: int = 40) -> list[str]:
    return [line.text.rstrip() for line in layout(text, room)]


def styles(line: Line) -> dict[str, str]:
    return {text: style for text, style, _ in line.runs}


def test_blocks_are_set_apart_by_one_empty_row() -> None:
    assert shown("# Title\ntext\n***\nmore") == ["Title", "", "text", "", "─" * 40, "", "more"]


def test_single_newlines_stay_as_they_are() -> None:
    assert shown("one\ntwo") == ["one", "two"]


def test_lists_nest_and_keep_their_indent() -> None:
    text = "- one\n- two\n  1. first\n  2. second\n     - deep"

    assert shown(text) == ["• one", "• two", "  1. first", "  2. second", "     ◦ deep"]


def test_a_wrapped_item_hangs_under_its_text() -> None:
    lines = layout("- some words that wrap", 14)

    assert [line.text for line in lines] == ["• some words", "  that wrap"]
    assert [line.gutter for line in lines] == [0, 2]


def test_loose_lists_keep_their_empty_rows_and_tight_ones_have_none() -> None:
    assert shown("- a\n\n- b\n- c") == ["• a", "", "• b", "• c"]


def test_ordered_lists_count_from_their_first_number() -> None:
    assert shown("7. a\n1. b") == ["7. a", "8. b"]


def test_quotes_carry_a_bar_on_every_row() -> None:
    assert shown("> one\n>\n> - two") == ["▌ one", "▌", "▌ • two"]


def test_tables_align_their_columns() -> None:
    assert shown("| a | num |\n|:-:|--:|\n| long | 1 |\n| x |") == [
        " a   │ num",
        "─────┼────",
        "long │   1",
        " x   │",
    ]


def test_cells_wrap_when_a_table_is_too_wide() -> None:
    rows = shown("| name | text |\n|-|-|\n| x | many words that need room |", 20)

    assert rows[2:] == ["x    │ many words", "     │ that need", "     │ room"]


def test_a_table_that_never_fits_becomes_records() -> None:
    head = "|" + "|".join(f"head{each}" for each in range(6)) + "|"
    text = head + "\n" + "|-" * 6 + "|\n" + "|value" * 6 + "|"

    assert shown(text, 24)[0] == "head0: value"


def test_cells_with_wide_characters_line_up() -> None:
    assert shown("| 漢字 | b |\n|-|-|\n| a | c |")[2] == "a    │ c"


def test_code_keeps_its_spaces_and_is_coloured() -> None:
    lines = layout("```python\ndef f():\n\treturn 1\n```", 40)

    assert [line.text for line in lines] == [" def f():", "     return 1"]
    assert styles(lines[0])["def"] == "keyword"
    assert all(line.fill == "block" for line in lines)


def test_an_unknown_language_is_plain() -> None:
    assert {style for _, style, _ in layout("```nope\nx = 1\n```", 40)[0].runs} == {"block"}


def test_emphasis_nests() -> None:
    found = styles(layout("a *b **c*** ~~d~~ `e`", 40)[0])

    assert found == {
        "a ": "text",
        "b ": "text:i",
        "c": "text:bi",
        " ": "text",
        "d": "text:s",
        "e": "code",
    }


def test_links_and_bare_addresses_carry_their_target() -> None:
    line = layout("[here](https://a.bc/x) and (https://d.ef/g).", 60)[0]

    assert [(text, href) for text, _, href in line.runs if href] == [
        ("here", "https://a.bc/x"),
        ("https://d.ef/g", "https://d.ef/g"),
    ]


def test_html_is_text() -> None:
    assert shown("<b>x</b> <script>\n<!-- y -->") == ["<b>x</b> <script>", "<!-- y -->"]


def test_markup_of_textual_is_text() -> None:
    assert shown("[red]x[/] [@click=app.quit]y[/]") == ["[red]x[/] [@click=app.quit]y[/]"]


@given(TEXTS, st.integers(8, 50))
def test_rows_never_exceed_the_width(text: str, room: int) -> None:
    assert all(runs_width(line.runs) <= room for line in layout(text, room))


@given(TEXTS)
def test_no_control_character_survives(text: str) -> None:
    for line in layout(text, 30):
        assert not any(character < " " or "\x7f" <= character < "\xa0" for character in line.text)
        assert "\u202e" not in line.text


@given(st.lists(st.text("abc漢 ", min_size=1, max_size=12), min_size=1, max_size=8))
def test_plain_words_all_come_out(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)

    out = "".join(line.text for line in layout(text, 10))
    assert "".join(out.split()) == "".join(text.split())


@settings(max_examples=300)
@given(TEXTS, st.data(), st.integers(10, 40))
def test_any_chunking_of_a_stream_ends_like_one_shot(
    text: str, data: st.DataObject, room: int
) -> None:
    stream = MarkdownStream(room)
    before: list[Line] = []
    at = 0
    while at < len(text):
        at += data.draw(st.integers(1, 7))
        now = stream.update(text[:at])
        assert now[: stream.kept] == before[: stream.kept]
        assert all(runs_width(line.runs) <= room for line in now)
        before = now[:]

    assert stream.finish(text) == layout(text, room)


def test_while_it_streams_every_prefix_looks_like_one_shot() -> None:
    table = "| x | y |\n|-|-|\n| 1 | 2 |"
    numbers = "3. z\n\n   zz\n\n1. y\n   - q\n1. x"
    text = f"# T\n\npara *one*\n\n- a\n- b\n\n{table}\n\n{numbers}\n\nend"
    stream = MarkdownStream(30)

    for end in range(len(text) + 1):
        assert stream.update(text[:end]) == layout(text[:end], 30)


def test_finished_blocks_are_not_laid_out_again() -> None:
    stream = MarkdownStream(30)
    stream.update("one\n\ntwo\n\nthree\nfour\n")
    first = stream.lines[0]

    assert stream.update("one\n\ntwo\n\nthree\nfour\nfive")[0] is first
    assert stream.kept == 3


def test_finished_lines_of_open_code_are_not_coloured_again() -> None:
    stream = MarkdownStream(30)
    stream.update("```python\nx = 1\ny = 2\n")
    first = stream.lines[0]

    assert stream.update("```python\nx = 1\ny = 2\nz = ")[0] is first


def test_a_string_over_several_lines_is_coloured_while_it_streams() -> None:
    stream = MarkdownStream(40)
    lines = stream.update('```python\nx = """one\ntwo\nthree"""\ny = 1\n')

    assert styles(lines[1])["two"] == "string"
    assert styles(lines[3])["1"] == "number"


def test_a_text_that_begins_anew_is_laid_out_anew() -> None:
    stream = MarkdownStream(30)
    stream.update("a\n\nb\n\nc\n\nd")

    assert [line.text for line in stream.update("x")] == ["x"]
