from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.slash.parser import is_command, parse
from tui.slash.syntax import quote, read_word, unquoted


@pytest.mark.parametrize(
    ("text", "named", "prompt"),
    [
        ("/caption", [], ""),
        ("/caption  ", [], ""),
        ("/caption quiet=true", [("quiet", "true")], ""),
        (
            "/caption mesId=5 quiet=true Describe it",
            [("mesId", "5"), ("quiet", "true")],
            "Describe it",
        ),
        (
            "/caption quiet=true\nmesId=3 foo\nbar",
            [("quiet", "true"), ("mesId", "3")],
            "foo\nbar",
        ),
        ('/caption "What is this?"', [], "What is this?"),
        ('/caption Describe "it"', [], 'Describe "it"'),
        ('/caption "a" and "b"', [], 'a and "b"'),
        ("/caption foo quiet=true", [], "foo quiet=true"),
        ('/caption quiet="true" p', [("quiet", "true")], "p"),
        ("/caption quiet= true x", [("quiet", "")], "true x"),
        ("/caption quiet=true,mesId=3", [("quiet", "true,mesId=3")], ""),
        ("/caption http://a/b?c=d", [], "http://a/b?c=d"),
        ("/caption a\\|b", [], "a|b"),
        ('/caption title="a"b c', [("title", "a")], "b c"),
        ("/caption title=a\\ b c", [("title", "a b")], "c"),
        ('/caption title="a \\"b\\"" c', [("title", 'a "b"')], "c"),
        ("/caption quiet=true quiet=false", [("quiet", "true"), ("quiet", "false")], ""),
        ("/caption {{user}}", [], "{{user}}"),
        ("/caption C:\\new\\table", [], "C:\\new\\table"),
        ('/caption file="C:\\\\new dir\\\\a" x', [("file", "C:\\new dir\\a")], "x"),
        ("  /caption a", [], "a"),
    ],
)
def test_arguments_come_apart(text: str, named: list[tuple[str, str]], prompt: str) -> None:
    call = parse(text)

    assert call.name == "caption"
    assert [(each.name, each.word.value) for each in call.named] == named
    assert unquoted(call.raw) == prompt


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("/", 0),
        ("/ caption", 0),
        ('/caption file="a b', 14),
        ("/home/me/cat.png", 0),
        ("  /home/me/cat.png look", 2),
        ("/new | /delete 1", 5),
        ("hello", 0),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_column(text: str, column: int) -> None:
    with pytest.raises(CommandError) as caught:
        parse(text)

    assert caught.value.column == column


@pytest.mark.parametrize("text", ["hello", "  hello ", "//path", "  //x", "", "a /caption b"])
def test_what_does_not_begin_with_one_slash_is_no_command(text: str) -> None:
    assert not is_command(text)


@pytest.mark.parametrize("text", ["/", "/caption", "  /x", "/ x"])
def test_what_begins_with_one_slash_is_a_command_even_when_it_makes_no_sense(text: str) -> None:
    assert is_command(text)


def test_columns_point_into_the_typed_text() -> None:
    text = ' /caption  mesId=3  "a b" c'

    call = parse(text)

    assert text[call.start] == "/"
    assert text[call.named[0].start :].startswith("mesId")
    assert text[call.raw_start :] == '"a b" c'
    assert text[call.rest_start :] == 'mesId=3  "a b" c'


def test_a_bar_that_leads_to_no_command_is_text() -> None:
    assert unquoted(parse("/caption is it a cat | dog?").raw) == "is it a cat | dog?"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        call = parse("/" + text)
    except CommandError as error:
        assert 0 <= error.column <= len(text) + 1
        assert "\n" not in error.line()
    else:
        assert is_command("/" + text)
        assert text.startswith(call.name)


@given(st.text(alphabet='ab"\\| =/~#\n', min_size=0))
def test_a_quoted_value_comes_back(value: str) -> None:
    call = parse(f"/caption file={quote(value)} rest")

    assert [each.word.value for each in call.named] == [value]
    assert call.raw == "rest"


@given(st.text())
def test_a_quoted_first_word_comes_back(value: str) -> None:
    call = parse(f"/caption {quote(value)} rest")

    word = read_word(call.raw, 0)
    assert word.value == value
    assert call.raw[word.end :] == " rest"
