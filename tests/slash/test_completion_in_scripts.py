"""Completion of what stands behind bars and in closures."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.slash.arguments import Arguments, Kind, Parameter
from tui.slash.builtins import default_registry
from tui.slash.command import Command
from tui.slash.completion import suggest
from tui.slash.context import Context
from tui.slash.cursor import find
from tui.slash.offers import Offer, Suggestion


async def nothing(_context: Context, _arguments: Arguments) -> None:
    """A command that other parts of the program have."""


REGISTRY = default_registry()
_VARIABLE = Parameter("name", "a variable", "variable")
for _name in ("let", "getvar", "show"):
    if REGISTRY.get(_name) is None:
        _KEY = Parameter("key", "a variable", "variable", named=True)
        _REST = Parameter("value", "its value", "any", rest=True)
        REGISTRY.add(Command(_name, "a variable", nothing, (_KEY, _VARIABLE, _REST)))
REGISTRY.add(
    Command(
        "mark",
        "mark messages",
        nothing,
        (Parameter("mesId", "a message", "message", named=True), Parameter("N", "some", "range")),
    )
)


def values(kind: Kind) -> Iterable[Offer]:
    known: dict[str, list[Offer]] = {
        "macro": [("user", "your name"), ("char", "the character"), ("roll::", "a die")],
        "message": [("12", "Look at this"), ("11", "Hello"), ("2", "Hi")],
        "variable": [("mood", "of the chat"), ("count", "of all chats")],
        "script": [("Tools.Tidy", "quick reply"), ("two words", "quick reply")],
        "model": [("tiny-vision", "kitchen")],
    }
    return known.get(kind, [])


def offered(text: str) -> list[Suggestion]:
    return suggest(text, len(text), REGISTRY, values)


def labels(text: str) -> list[str]:
    return [row.label for row in offered(text)]


def chosen(text: str, label: str) -> str:
    row = next(row for row in offered(text) if row.label == label)
    return text[: row.start] + row.insert


@pytest.mark.parametrize(
    "before",
    [
        "",
        "/pass a | ",
        "/pass a|",
        "/pass a ||\n",
        "/times 3 {: ",
        "/times 3 {: /pass a | ",
        "/if left=1 else={: /pass no :} {: /if left=2 {:",
        "/times 3 {: x=1 y={: /pass a :} ",
        "/pass a | // a comment | ",
        r"/pass a \| b | ",
        '/caption "a {: b" | ',
        "/pass {{random::a|b}} | ",
    ],
)
def test_a_command_is_completed_wherever_one_begins(before: str) -> None:
    assert chosen(f"{before}/capti", "/caption") == f"{before}/caption "
    assert labels(f"{before}/caption quiet=t") == ["true"]
    assert labels(f"{before}/caption mes") == ["mesId="]


@pytest.mark.parametrize(
    "text",
    [
        "/pass a | ",
        "/pass a | cap",
        "/times 3 {: cap",
        "/times 3 {: x=",
        "/pass a | // /capti",
        "/pass a | /* /capti",
        '/buttons labels=["/capti',
        r"/pass a \| /capti",
        "/ echo",
        "/pass a | /no/such",
        "/nosuch mes",
    ],
)
def test_nothing_is_offered_where_no_command_is_typed(text: str) -> None:
    assert offered(text) == []


def test_closures_and_lists_are_values_like_others() -> None:
    assert "else=" not in labels("/if else={: /echo a b :} ")
    assert "right=" in labels("/if left=1 else={: /echo a | /pass b :} ")
    assert labels('/buttons labels=["a b", "c"] mul') == ["multiple="]
    assert labels("/times guard=on 3 {: /pass a :} ") == []


def test_macros_are_offered_behind_braces() -> None:
    assert chosen("/echo Hi {{us", "{{user}}") == "/echo Hi {{user}}"
    assert labels("/echo {{") == ["{{user}}", "{{char}}", "{{roll::}}"]
    assert chosen("/echo title={{ch", "{{char}}") == "/echo title={{char}}"
    assert chosen("/echo {{ro", "{{roll::}}") == "/echo {{roll::"
    assert labels("/echo {{user}} {{x") == []
    assert labels(r"/echo \{{us") == []
    assert labels("/run {: /echo {{pass") == []


def test_variables_are_those_that_the_text_made_and_those_that_are_kept() -> None:
    text = "/let cat 1 | /let dog {: a= b=2 /pass x :} | /show "

    assert [label for label in labels(text) if label != "key="][:4] == [
        *("dog", "b", "a", "cat"),
    ]
    assert labels(text + "key=m") == ["mood"]
    assert chosen("/let cat 1 | /echo {{var::c", "cat") == "/let cat 1 | /echo {{var::cat}}"
    assert "name" in labels("/run {: name=you /echo {{var::")


def test_what_can_be_run_is_offered_with_what_it_takes() -> None:
    text = "/let greet {: name=you loud=off /echo hi :} | "

    assert labels(f"{text}/run g") == ["greet"]
    assert labels(f"{text}/:") == ["/:greet", "/:Tools.Tidy"]
    assert chosen(f"{text}/:gr", "/:greet") == f"{text}/:greet "
    assert labels(f"{text}/:greet ") == ["name=", "loud="]
    assert labels(f"{text}/:greet name=x l") == ["loud="]
    assert labels(f"{text}/:greet name=") == []


def test_messages_are_offered_with_their_beginning() -> None:
    assert [(row.label, row.help) for row in offered("/mark mesId=1")] == [
        ("12", "Look at this"),
        ("11", "Hello"),
    ]
    assert chosen("/pass a | /mark mesId=#1", "12") == "/pass a | /mark mesId=12 "
    assert labels("/mark 2")[0] == "2"


def test_models_are_those_that_were_seen() -> None:
    assert labels("/caption model=tin") == ["tiny-vision"]


PIECES = st.sampled_from(
    (
        *("/", "/pass ", "/caption ", "/if ", "/times 3 ", "/run ", "/:f ", "/let x ", "/attach "),
        *("{:", ":}", "()", "|", "||", "{{", "}}", '"', "[", "]", "\\", "//", "/*", "*|", "="),
        *("left=", "quiet=", "key=", "var::", "img1", " ", "\n", "a", "ä", "\x1b"),
    )
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_script_gives_rows_that_fit_it(text: str) -> None:
    typed = "/" + text
    for row in suggest(typed, len(typed), REGISTRY, values):
        assert 0 <= row.start <= len(typed)


@given(st.text())
def test_any_text_has_a_place_or_none(text: str) -> None:
    place = find("/" + text, REGISTRY)

    assert place is None or len(place.typed) == len(text) + 1


@pytest.mark.parametrize(
    "piece",
    (
        *("/pass a | ", "/times 3 {: /pass a :} | ", "/attach a.png b.png | ", "/let x 1 | "),
        *("/attach ", "word ", "a= ", "{{", "{{var::x}} ", '"', "|", "[", "{: ", ":}", "/* ", "\\"),
    ),
)
def test_long_text_is_read_once(piece: str) -> None:
    text = "/attach " + piece * (100_000 // len(piece)) + "/caption mes"

    assert len(suggest(text, len(text), REGISTRY, values)) <= 200
