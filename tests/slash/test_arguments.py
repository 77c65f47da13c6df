from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.slash.arguments import Arguments, Parameter, bind
from tui.slash.builtins import default_registry
from tui.slash.command import Command, Context, Registry
from tui.slash.parser import parse

FILE = Parameter("file", "a picture", "path", named=True, several=True)
QUIET = Parameter("quiet", "say nothing", "switch", named=True)
ID = Parameter("mesId", "which", "message", aliases=("id",), named=True)
WORDS = Parameter("prompt", "words", rest=True)
NUMBER = Parameter("N", "which", "message")
MODE = Parameter("mode", "how", "choice", ("auto", "off"))


async def nothing(_context: Context, _arguments: Arguments) -> None:
    return


def test_named_values_are_converted() -> None:
    call = parse("/x file=a file=b QUIET=on id=#3 what is it")

    arguments = bind(call, (FILE, QUIET, ID, WORDS))

    assert arguments.texts("file") == ["a", "b"]
    assert arguments.flag("quiet") is True
    assert arguments.number("mesId") == 3
    assert arguments.text("prompt") == "what is it"


def test_the_last_of_equal_names_counts() -> None:
    assert bind(parse("/x quiet=true quiet=false"), (QUIET,)).flag("quiet") is False


@pytest.mark.parametrize(
    ("typed", "number"), [("3", 3), ("#3", 3), ("-1", -1), ("last", -1), ('"2"', 2)]
)
def test_a_message_is_named_by_its_number(typed: str, number: int) -> None:
    assert bind(parse(f"/x {typed}"), (NUMBER,)).number("N") == number


def test_places_are_filled_in_order_and_the_rest_is_text() -> None:
    arguments = bind(parse("/x 3  two words "), (NUMBER, WORDS))

    assert arguments.number("N") == 3
    assert arguments.text("prompt") == "two words"
    assert arguments.column("prompt") == 6


def test_what_was_not_given_is_empty() -> None:
    arguments = bind(parse("/x"), (NUMBER, WORDS, QUIET))

    assert arguments.number("N") is None
    assert arguments.text("prompt") == ""
    assert arguments.flag("quiet") is False


def test_a_command_without_named_parameters_takes_them_as_text() -> None:
    assert bind(parse("/search a=b c"), (WORDS,)).text("prompt") == "a=b c"


def test_verbatim_text_keeps_its_quotes() -> None:
    raw = Parameter("text", "words", rest=True, verbatim=True)

    assert bind(parse('/send "a" \\| "b"'), (raw,)).text("text") == '"a" \\| "b"'


@pytest.mark.parametrize(
    ("typed", "column", "words"),
    [
        ("/x quite=true", 3, "did you mean quiet?"),
        ("/x mode=1", 3, "it takes"),
        ("/x quiet=maybe", 9, "true or false"),
        ("/x quiet=", 9, "needs a value"),
        ("/x mesId=five", 9, "#N"),
        ("/x mesId=1.5", 9, "#N"),
        ('/x "open', 3, "closing quote"),
    ],
)
def test_wrong_arguments_are_reported_where_they_stand(typed: str, column: int, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        bind(parse(typed), (QUIET, ID, WORDS))

    assert caught.value.column == column
    assert words in caught.value.line()


def test_too_much_is_reported() -> None:
    with pytest.raises(CommandError) as caught:
        bind(parse("/x 3 more"), (NUMBER,))

    assert caught.value.column == 5


def test_a_choice_must_be_one_of_them() -> None:
    assert bind(parse("/x OFF"), (MODE,)).text("mode") == "off"
    with pytest.raises(CommandError, match="mode cannot be 'on'"):
        bind(parse("/x on"), (MODE,))


def test_what_is_required_must_be_there() -> None:
    needed = Parameter("TITLE", "the new name", rest=True, required=True)

    with pytest.raises(CommandError, match="/rename needs TITLE"):
        bind(parse("/rename"), (needed,))


def test_an_alias_that_is_taken_is_a_mistake_in_the_program() -> None:
    registry = Registry([Command("one", "first", nothing, aliases=("un",))])

    with pytest.raises(ValueError, match="/un is defined twice"):
        registry.add(Command("two", "second", nothing, aliases=("un",)))


def test_only_the_last_place_can_take_the_rest() -> None:
    with pytest.raises(ValueError, match="only the last"):
        Command("x", "wrong", nothing, (WORDS, NUMBER))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("captoin", "/caption"), ("CAPTION", "/caption"), ("regenrate", "/regenerate")],
)
def test_an_unknown_command_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(CommandError) as caught:
        default_registry().find(typed, 2)

    assert f"did you mean {meant}?" in caught.value.hint
    assert caught.value.column == 2


def test_every_command_and_parameter_says_what_it_is() -> None:
    for command in default_registry():
        assert command.summary
        assert "\n" not in command.summary
        assert all(parameter.summary for parameter in command.parameters)


@given(st.text())
def test_every_command_takes_or_refuses_any_text(text: str) -> None:
    for command in default_registry():
        try:
            bind(parse(f"/{command.name} {text}"), command.parameters)
        except CommandError as error:
            assert 0 <= error.column <= len(text) + len(command.name) + 2
