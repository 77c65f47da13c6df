from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from tui.ui.terminal import parser as parser_module
from tui.ui.terminal.bracketed import PASTE_END, PASTE_START
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.parser import SafeParser

REPLIES = {
    "DA1": "\x1b[?62;4;22c",
    "DA2": "\x1b[>41;354;0c",
    "DA3": "\x1bP!|00000000\x1b\\",
    "graphics ok": "\x1b_Gi=31;OK\x1b\\",
    "graphics error": "\x1b_Gi=31;ENOENT:no such file\x1b\\",
    "XTVERSION": "\x1bP>|kitty(0.41.1)\x1b\\",
    "XTGETTCAP": "\x1bP1+r544e=787465726d\x1b\\",
    "DECRQSS": "\x1bP1$r0m\x1b\\",
    "background, ST": "\x1b]11;rgb:1212/1515/1c1c\x1b\\",
    "background, BEL": "\x1b]11;rgb:1212/1515/1c1c\x07",
    "background, C1": "\x1b]11;rgb:1212/1515/1c1c\x9c",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4K\x1b\\",
    "clipboard 5522": "\x1b]5522;type=read:status=OK\x1b\\",
    "title": "\x1b]lrm -rf ~\r\x1b\\",
    "cell size": "\x1b[6;17;8t",
    "window size": "\x1b[4;612;960t",
    "text size": "\x1b[8;36;120t",
    "status": "\x1b[0n",
    "colour scheme": "\x1b[?997;1n",
    "keyboard flags": "\x1b[?31u",
    "unknown mode": "\x1b[?1337;0$y",
    "ANSI mode": "\x1b[20;2$y",
    "nonsense": "\x1b[1;2;3;4;5;6;7y",
    "too large a code": "\x1b[99999999999u",
    "surrogate": "\x1b[97;1;55555555555u",
    "oldest mouse": "\x1b[M\x20\r\r",
    "ignored by Textual": "\x1b[G",
}

KEYS = {
    "a": ["a"],
    "A": ["A"],
    "é世": ["é", "世"],
    "\r": ["enter"],
    "\n": ["ctrl+j"],
    "\t": ["tab"],
    "\x7f": ["backspace"],
    "\x03": ["ctrl+c"],
    "\x1b[A": ["up"],
    "\x1bOA": ["up"],
    "\x1bOP": ["f1"],
    "\x1b[[A": ["f1"],
    "\x1b[11~": ["f1"],
    "\x1b[1;5C": ["ctrl+right"],
    "\x1b[1;3A": ["alt+up"],
    "\x1b[13;2u": ["shift+enter"],
    "\x1b[106;5u": ["ctrl+j"],
    "\x1b[97;;97u": ["a"],
    "\x1b\r": ["alt+enter"],
    "\x1ba": ["alt+a"],
    "\x1bB": ["alt+shift+b"],
    "\x1b\x7f": ["ctrl+w"],
    "\x1b[Z": ["shift+tab"],
}

ATTACK = "please review\x1b Z\rrm -rf ~\r"


def parse(*chunks: str, finish: bool = True) -> list[Message]:
    parser = SafeParser()
    found: list[Message] = []
    for chunk in chunks:
        found.extend(parser.feed(chunk))
    if finish:
        found.extend(parser.feed(""))
    return found


def told(found: Iterable[Message]) -> list[tuple[str, str]]:
    """What matters of events, so that two runs can be compared; mouse moves by their place."""
    result = []
    for message in found:
        match message:
            case events.Key():
                result.append(("key", message.key))
            case events.Paste():
                result.append(("paste", message.text))
            case events.MouseEvent():
                result.append((type(message).__name__, f"{message.x},{message.y}"))
            case events.CursorPosition():
                result.append(("place", f"{message.x},{message.y}"))
            case _:
                result.append((type(message).__name__, ""))
    return result


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_an_answer_of_the_terminal_is_never_typed(reply: str) -> None:
    assert told(parse(f"a{reply}b", finish=False)) == [("key", "a"), ("key", "b")]


@pytest.mark.parametrize(("sequence", "keys"), KEYS.items(), ids=map(repr, KEYS))
def test_a_key_is_that_key(sequence: str, keys: list[str]) -> None:
    assert told(parse(sequence, finish=False)) == [("key", key) for key in keys]


def test_every_key_that_textual_knows_is_still_known() -> None:
    lost = []
    for sequence in ANSI_SEQUENCES_KEYS:
        if sequence in {"\x1b", "\x1b\x1b", "\x9b"}:
            continue
        stock = XTermParser()
        stock_found = [each for each in told(stock.feed(sequence)) if each[0] == "key"]
        stock_found = [each for each in stock_found if each[1] != Keys.Ignore]
        if stock_found and told(parse(sequence)) != stock_found:
            lost.append(sequence)

    assert lost == []


def test_a_paste_is_one_event_with_line_ends_of_text() -> None:
    assert told(parse(f"{PASTE_START}{ATTACK}{PASTE_END}x", finish=False)) == [
        ("paste", "please review\x1b Z\nrm -rf ~\n"),
        ("key", "x"),
    ]


def test_an_end_of_paste_inside_a_paste_does_not_end_it() -> None:
    inner = f"{PASTE_START}safe{PASTE_END}\rrm -rf ~\r{PASTE_END}"

    assert told(parse(inner)) == [("paste", "safe\nrm -rf ~\n")]


def test_two_pastes_at_once_stay_two() -> None:
    data = f"{PASTE_START}one{PASTE_END}a{PASTE_START}two{PASTE_END}\r"

    assert told(parse(data)) == [("paste", "one"), ("key", "a"), ("paste", "two"), ("key", "enter")]


def test_an_empty_paste_is_an_event_too() -> None:
    assert told(parse(PASTE_START + PASTE_END)) == [("paste", "")]


def test_mouse_focus_size_and_modes_are_understood() -> None:
    found = parse("\x1b[<0;11;6M\x1b[<0;11;6m\x1b[I\x1b[O\x1b[48;36;120;612;960t\x1b[3;7R")

    assert told(found) == [
        ("MouseDown", "10,5"),
        ("MouseUp", "10,5"),
        ("AppFocus", ""),
        ("AppBlur", ""),
        ("Resize", ""),
        ("place", "6,2"),
    ]
    assert isinstance(parse("\x1b[?2026;2$y")[0], messages.TerminalSupportsSynchronizedOutput)


def test_a_size_of_nothing_does_not_break_the_mouse() -> None:
    found = parse("\x1b[48;0;0;0;0t\x1b[<0;11;6M")

    assert told(found) == [("Resize", ""), ("MouseDown", "10,5")]


PIECES = st.one_of(
    st.sampled_from([*REPLIES.values(), *KEYS, "\x1b[<35;1;1M", "\x1b[I"]),
    st.text(max_size=8).filter(lambda text: "\x1b" not in text),
    st.text(max_size=20)
    .filter(lambda text: not text.endswith("\x1b"))
    .map(lambda text: PASTE_START + text.replace("\x1b[201", "") + PASTE_END),
    st.just(PASTE_START + ATTACK + PASTE_END),
)


@given(st.lists(PIECES, max_size=6), st.data())
@settings(max_examples=200)
def test_chunks_make_no_difference(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    chunks = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    assert told(parse(*filter(None, chunks))) == told(parse(*filter(None, [text])))


@given(st.text(alphabet="\x1b[]OPM_\\<>?;:0129ABcmRtuy~$ \r\x07\x9cé", max_size=60))
def test_no_input_breaks_it(text: str) -> None:
    parse(*text)


@pytest.mark.parametrize("text", [*REPLIES.values(), *KEYS])
def test_cut_at_every_place_it_is_the_same(text: str) -> None:
    text = f"{text}z"
    whole = told(parse(text))

    assert told(parse(*text)) == whole
    for cut in range(1, len(text)):
        assert told(parse(text[:cut], text[cut:])) == whole


def stalled(monkeypatch: pytest.MonkeyPatch, data: str, seconds: float) -> list[tuple[str, str]]:
    now = 100.0
    monkeypatch.setattr(parser_module, "monotonic", lambda: now)
    parser = SafeParser()
    found = told(parser.feed(data))
    assert told(parser.tick()) == []
    now += seconds
    found += told(parser.tick())
    found += told(parser.feed("x"))
    return found


@pytest.mark.parametrize(
    ("data", "seconds", "expected"),
    [
        ("\x1b", 0.11, ["escape", "x"]),
        ("\x1b\x1b", 0.11, ["escape", "escape", "x"]),
        ("\x1bO", 0.11, ["alt+shift+o", "x"]),
        ("\x1b]", 0.11, ["right_square_bracket", "x"]),
        ("\x1b[1;", 0.6, ["x"]),
        ("\x1b]11;rgb:12", 0.6, ["x"]),
        ("\x1bP>|kit", 0.6, ["x"]),
        ("\x1b[3$", 0.6, ["shift+delete", "x"]),
    ],
)
def test_a_sequence_that_never_ends_is_given_up(
    data: str, seconds: float, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stalled(monkeypatch, data, seconds) == [("key", key) for key in expected]


def test_a_paste_that_never_ends_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stalled(monkeypatch, f"{PASTE_START}text\r", 10.1) == [("paste", "text\n"), ("key", "x")]


def test_escape_in_a_string_begins_a_new_sequence() -> None:
    assert told(parse("\x1b]11;rgb\x1b[Ax")) == [("key", "up"), ("key", "x")]


def test_a_paste_of_a_megabyte_in_small_chunks_is_quick() -> None:
    text = "x" * 1_000_000
    data = PASTE_START + text + PASTE_END
    chunks = [data[at : at + 4096] for at in range(0, len(data), 4096)]

    assert told(parse(*chunks)) == [("paste", text)]


def test_keys_wait_until_they_are_let_through() -> None:
    hold = KeyHold()
    parser = SafeParser(hold=hold)

    assert told(parser.feed("ab\x1b[I\x1b[<35;1;1M")) == [
        ("AppFocus", ""),
        ("MouseMove", "0,0"),
    ]
    assert not hold.is_open


def test_held_keys_come_by_themselves_when_nobody_asks() -> None:
    parser = SafeParser(hold=KeyHold(longest=0))

    assert told(parser.feed("ab")) == [("key", "a"), ("key", "b")]
