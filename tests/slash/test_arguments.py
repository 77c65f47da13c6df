from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.slash.arguments import Arguments, Parameter
from tui.slash.binding import bind, check_name
from tui.slash.builtins import default_registry
from tui.slash.checking import check
from tui.slash.command import Command, Registry
from tui.slash.context import Context
from tui.slash.parser import parse
from tui.slash.scope import Bound, Scope, Value
from tui.slash.syntax import Closure

FILE = Parameter("file", "a picture", "path", named=True, several=True)
QUIET = Parameter("quiet", "say nothing", "switch", named=True)
ID = Parameter("mesId", "which", "message", aliases=("id",), named=True)
WORDS = Parameter("prompt", "words", rest=True)
NUMBER = Parameter("N", "which", "message")
MODE = Parameter("mode", "how", "choice", ("auto", "off"))


async def nothing(_context: Context, _arguments: Arguments) -> None:
    return


class Fill:
    """Puts `$` where a macro was, and runs nothing."""

    def text(self, text: str) -> str:
        return text.replace("{{two words}}", "two words").replace("{{id}}", "img3")

    def trial(self) -> Callable[[str], str]:
        return self.text

    def closure(self, closure: Closure) -> Value:
        return f"<{closure.source}>" if closure.immediate else Bound(closure, Scope())


def bound(text: str, *parameters: Parameter, piped: Value | None = None) -> Arguments:
    command = Command(text[1:].split(maxsplit=1)[0], "test", nothing, parameters)
    (call,) = parse(text, Registry([command]).grammar).calls
    for argument in call.named:
        check_name(command, argument)
    return bind(call, command, Fill(), piped)


def test_named_values_are_converted() -> None:
    arguments = bound("/x file=a file=b QUIET=on id=#3 what is it", FILE, QUIET, ID, WORDS)

    assert arguments.texts("file") == ["a", "b"]
    assert arguments.flag("quiet") is True
    assert arguments.number("mesId") == 3
    assert arguments.text("prompt") == "what is it"


def test_the_last_of_equal_names_counts() -> None:
    assert bound("/x quiet=true quiet=false", QUIET).flag("quiet") is False


@pytest.mark.parametrize(
    ("typed", "number"), [("3", 3), ("#3", 3), ("-1", -1), ("last", -1), ('"2"', 2)]
)
def test_a_message_is_named_by_its_number(typed: str, number: int) -> None:
    assert bound(f"/x {typed}", NUMBER).number("N") == number


def test_places_are_filled_in_order_and_the_rest_is_text() -> None:
    arguments = bound("/x 3  two words ", NUMBER, WORDS)

    assert arguments.number("N") == 3
    assert arguments.text("prompt") == "two words"
    assert arguments.column("prompt") == 6


def test_what_was_not_given_is_empty() -> None:
    arguments = bound("/x", NUMBER, WORDS, QUIET)

    assert arguments.number("N") is None
    assert arguments.text("prompt") == ""
    assert arguments.flag("quiet") is False


def test_a_command_without_named_parameters_takes_them_as_text() -> None:
    assert bound("/search a=b c", WORDS).text("prompt") == "a=b c"


def test_verbatim_text_keeps_its_quotes() -> None:
    raw = Parameter("text", "words", rest=True, verbatim=True)

    assert bound('/send "a" \\| "b"', raw).text("text") == '"a" | "b"'


@pytest.mark.parametrize(
    ("typed", "column", "words"),
    [
        ("/x quite=true", 3, "did you mean quiet?"),
        ("/x quiet=maybe", 9, "true or false"),
        ("/x quiet=", 9, "needs a value"),
        ("/x mesId=five", 9, "#N"),
        ("/x mesId=1.5", 9, "#N"),
        ('/x "open', 3, "closing quote"),
    ],
)
def test_wrong_arguments_are_reported_where_they_stand(typed: str, column: int, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        bound(typed, QUIET, ID, WORDS)

    assert caught.value.column == column
    assert words in caught.value.line()


def test_too_much_is_reported() -> None:
    with pytest.raises(CommandError) as caught:
        bound("/x 3 more", NUMBER)

    assert caught.value.column == 5


def test_a_choice_must_be_one_of_them() -> None:
    assert bound("/x OFF", MODE).text("mode") == "off"
    with pytest.raises(CommandError, match="mode cannot be 'on'"):
        bound("/x on", MODE)


def test_what_is_required_must_be_there() -> None:
    needed = Parameter("TITLE", "the new name", rest=True, required=True)

    with pytest.raises(CommandError, match="/rename needs TITLE"):
        bound("/rename", needed)


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
    registry = default_registry()
    for command in registry:
        line = f"/{command.name} {text}"
        try:
            check(parse(line, registry.grammar), registry)
        except CommandError as error:
            assert 0 <= error.column <= len(line)


def test_a_name_like_none_of_the_commands_is_let_pass() -> None:
    arguments = bound("/x prompt=y colour=red z", QUIET, WORDS)

    assert arguments.extra == {"prompt": "y", "colour": "red"}
    assert arguments.text("prompt") == "z"


def test_what_a_macro_gives_never_becomes_another_word() -> None:
    several = Parameter("W", "words", several=True)

    assert bound("/x {{two words}} b", several).texts("W") == ["two words", "b"]


def test_the_result_before_fills_the_first_place() -> None:
    picture = Parameter("imgN", "a picture", "picture")

    assert bound("/x", WORDS, piped='"a" | b').text("prompt") == '"a" | b'
    assert bound("/x", picture, WORDS, piped="img7").number("imgN") == 7
    assert bound("/x", picture, WORDS, piped="a cat").text("prompt") == "a cat"
    assert bound("/x y", WORDS, piped="a cat").text("prompt") == "y"
    assert not bound("/x", WORDS, piped="").given("prompt")
    assert bound("/x", QUIET, piped="a cat").values == {}


def test_a_closure_goes_where_one_is_wanted_and_nowhere_else() -> None:
    body = Parameter("closure", "what is run", "closure", several=True)

    first, second, third = bound(
        "/x {: /a :} else={: /b :}".replace("/a", "/x").replace("/b", "/x"), body
    ).every("closure")
    assert isinstance(first, Bound)
    assert second == "else="
    assert isinstance(third, Bound)
    with pytest.raises(CommandError, match="cannot be a closure"):
        bound("/x {: /x :}", WORDS)
    assert bound("/x {: /x :}()", WORDS).text("prompt") == "</x>"
    assert bound("/x a{: /x :}()b", WORDS).text("prompt") == "a</x>b"


def test_a_default_counts_when_nothing_is_given() -> None:
    raw = Parameter("raw", "keep quotes", "switch", named=True, default="true")
    text = Parameter("text", "words", rest=True, verbatim=True)

    assert bound('/x "a b" c', raw, text).text("text") == '"a b" c'
    assert bound('/x raw=false "a b" c', raw, text).text("text") == "a b c"
    assert bound("/x", raw, text).flag("raw")
    assert not bound("/x", raw, text).given("raw")


def test_a_picture_s_path_may_stand_in_front_of_the_text() -> None:
    prompt = Parameter("prompt", "words", "path", rest=True)

    typed = bound('/x "my cat.png" what is it', prompt).words("prompt")
    assert (typed.words[0], typed.behind, typed.plain) == ("my cat.png", "what is it", True)
    assert bound("/x a {{id}}", prompt).words("prompt").plain is False
    assert bound("/x", prompt, piped="cat.png").words("prompt").words == ()
