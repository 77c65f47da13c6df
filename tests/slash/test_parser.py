from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slash.grammar import only, read, shown, texts
from tui.domain.errors import CommandError
from tui.slash.parser import DEEPEST, is_command
from tui.slash.syntax import Closure, Source, Word, quote


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
        ("/caption prompt=x", [("prompt", "x")], ""),
        ("/caption what=this", [("what", "this")], ""),
        ("/caption my-arg=x y", [], "my-arg=x y"),
        ("/caption title = c", [], "title = c"),
        ("/caption http://a/b?c=d", [], "http://a/b?c=d"),
        ("/caption a\\|b", [], "a|b"),
        ("/caption a\\\\|b", [], "a\\|b"),
        ('/caption title="a"b c', [("title", "a")], "b c"),
        ("/caption title=a\\ b c", [("title", "a b")], "c"),
        ("/caption title=[1, 2] c", [("title", "[1, 2]")], "c"),
        ('/caption labels=["a b","c]d"] x', [("labels", '["a b","c]')], 'd"] x'),
        ('/caption title="a \\"b\\"" c', [("title", 'a "b"')], "c"),
        ("/caption quiet=true quiet=false", [("quiet", "true"), ("quiet", "false")], ""),
        ("/caption mesId={{var::a b}} x", [("mesId", "{{var::a b}}")], "x"),
        ("/caption {{user}}", [], "{{user}}"),
        ("/caption {{// a | b}}x", [], "{{// a | b}}x"),
        ("/caption C:\\new\\table", [], "C:\\new\\table"),
        ('/caption file="C:\\\\new dir\\\\a" x', [("file", "C:\\\\new dir\\\\a")], "x"),
        ("/caption \\{: x :\\}", [], "\\{: x :\\}"),
        ("/caption a :} b", [], "a :} b"),
        ("  /caption a", [], "a"),
    ],
)
def test_arguments_come_apart(text: str, named: list[tuple[str, str]], prompt: str) -> None:
    call = only(text)

    words = [(each.name, each.value) for each in call.named]
    assert [(name, word.value) for name, word in words if isinstance(word, Word)] == named
    assert shown(call) == prompt


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("/pass a | /echo b", ["a", "b"]),
        ("/pass a\n|\n/echo b\n", ["a", "b"]),
        ("/pass a | | /echo b |", ["a", "b"]),
        ("/pass a\n/pass b", ["a\n/pass b"]),
        ("/pass a | plain text | /echo", ["a", ""]),
        ("hello | /echo hi", ["hi"]),
        ("// comment | /echo x", ["x"]),
        ("/# comment | /echo x", ["x"]),
        ("/pass 1 | /* a /* b *| c *| /echo", ["1", ""]),
        ("/pass x //not comment", ["x //not comment"]),
        ("/pass a{: /pass v :}()b", ["a</pass v>b"]),
        ("/echo {: /pass a | /pass {: /echo b :} :} c", ["</pass a | /pass {: /echo b :}> c"]),
        ('/echo "x|y"', ['"x']),
        ("/parser-flag STRICT_ESCAPING || /pass a\\\\|/echo", ["STRICT_ESCAPING", "a\\\\", ""]),
        ("", []),
        ("hello", []),
    ],
)
def test_commands_come_apart(text: str, calls: list[str]) -> None:
    assert texts(read(text)) == calls


def test_two_bars_break_the_pipe() -> None:
    assert [call.broken for call in read("/pass a || /echo | /echo || | /echo").calls] == [
        False,
        True,
        False,
        True,
    ]


def test_text_that_is_no_command_is_kept_to_be_told_of() -> None:
    (ignored,) = read("/pass is it a cat | dog? | /echo").ignored

    assert (ignored.raw, ignored.start) == ("dog?", 20)


def test_a_closure_holds_its_parameters_and_commands() -> None:
    call = only("/let f {: a=1 b= /echo {{var::a}} | /pass 2 :}()")
    closure = call.parts[1]

    assert isinstance(closure, Closure)
    assert [each.name for each in closure.parameters] == ["a", "b"]
    assert [inner.name for inner in closure.body.calls] == ["echo", "pass"]
    assert closure.immediate
    assert closure.source == "a=1 b= /echo {{var::a}} | /pass 2"


def test_the_short_form_of_run() -> None:
    call = only('/:"my script" a=1')

    assert call.name == "run"
    assert shown(call) == "my script"
    assert [each.name for each in call.named] == ["a"]


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("/", 0, "name is missing"),
        ("/ caption", 0, "name is missing"),
        ("/: x", 0, "name of what to run"),
        ("/:f x", 4, "only name=value"),
        ('/caption file="a b', 14, "closing quote"),
        ('/pass "a|b"', 6, "closing quote"),
        ("/caption file=[a b", 14, "list is not closed"),
        ("/home/me/cat.png", 0, "is not a command"),
        ("  /home/me/cat.png look", 2, "is not a command"),
        ("/pass a | // note", 10, "comment is not closed"),
        ("//c\n/echo a", 0, "comment is not closed"),
        ("/pass /* | /* /* a *|", 11, "comment is not closed"),
        ("/run {: /echo a", 5, "closure is not closed"),
        ("/run {: /nope :}", 8, "there is no command"),
        ("/CAPTION", 0, "there is no command"),
        ("/caption{{x}}", 0, "there is no command"),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_column(
    text: str, column: int, words: str
) -> None:
    with pytest.raises(CommandError) as caught:
        read(text)

    assert caught.value.column == column
    assert words in caught.value.line()


def test_an_error_says_line_and_column() -> None:
    text = "/pass a\n| /nope"
    with pytest.raises(CommandError) as caught:
        read(text)

    caught.value.locate(text)

    assert "(line 2, column 3)" in caught.value.line()


def test_closures_may_nest_but_not_without_end() -> None:
    assert read("/run {: " * DEEPEST + ":}" * DEEPEST)
    with pytest.raises(CommandError, match="deep"):
        read("/run {: " * 10_000)


@pytest.mark.parametrize("text", ["hello", "  hello ", "//path", "  //x", "", "a /caption b"])
def test_what_does_not_begin_with_one_slash_is_no_command(text: str) -> None:
    assert not is_command(text)


@pytest.mark.parametrize("text", ["/", "/caption", "  /x", "/ x"])
def test_what_begins_with_one_slash_is_a_command_even_when_it_makes_no_sense(text: str) -> None:
    assert is_command(text)


def test_columns_point_into_the_typed_text() -> None:
    text = ' /caption  mesId=3  "a b" c | /echo {: /pass z :}'

    first, second = read(text).calls
    closure = second.parts[0]

    assert text[first.start] == "/"
    assert text[first.named[0].start :].startswith("mesId")
    assert text[first.parts_start :].startswith('"a b" c')
    assert isinstance(closure, Closure)
    assert text[closure.start : closure.end] == "{: /pass z :}"
    assert text[closure.body.calls[0].start :].startswith("/pass z")


_SCRIPTS = st.text(alphabet=st.sampled_from('/pas echo|{}:"\\()=[]\n#*é')) | st.text()


@given(_SCRIPTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    for typed in (text, f"/pass {text}", f"/run {{: /let x {text} :}}"):
        try:
            read(typed)
        except CommandError as error:
            assert 0 <= error.column <= len(typed)
            assert "\n" not in error.line()


def test_ten_thousand_commands_are_read_one_by_one() -> None:
    script = read(" | ".join(["/pass a {: /echo b :}"] * 10_000))

    assert len(script.calls) == 10_000


@pytest.mark.parametrize("piece", ["{{", "{:", '"', "\\", "|", "}}", ":}", "/*", "{{a}} ", "x="])
def test_text_of_one_kind_repeated_is_read_in_linear_time(piece: str) -> None:
    try:
        read("/pass " + piece * 20_000)
    except CommandError:
        return


@given(st.text(alphabet='ab"| =/~#\n{}:\\'))
def test_a_quoted_value_comes_back(value: str) -> None:
    if value.endswith("\\"):
        return  # cannot be written in front of something else
    call = only(f"/caption file={quote(value)} rest")

    assert [_meant(each.value) for each in call.named] == [value]
    assert shown(call) == "rest"


@given(st.text())
def test_a_quoted_first_word_comes_back(value: str) -> None:
    if value.endswith("\\"):
        return
    word = Source(f"{quote(value)} rest").word(0)

    assert _meant(word) == value


def _meant(word: Word | Closure) -> str:
    assert isinstance(word, Word)
    return word.value.replace("\\{", "{").replace("\\}", "}")
