from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.sse import LineParser, NdjsonParser, SseEvent, SseParser
from tui.domain.errors import ProtocolError

STREAM = (
    "\ufeff: hello\n"
    'data: {"a": "x\u2028y\u0085z\x0b\x0c"}\n\n'
    "event: error\r\ndata:no space\r\ndata: second line\r\n\r\n"
    ": ping\n\n\nid: 7\nretry: 10\n\n"
    "data: ünïcödé 🐈\n\n"
    "data\n\n"
    'error: {"code": 500}\n\n'
    ': then\n{"error": {}}\n'
    "errors: none\nerror: in words\n\n"
    "data: [DONE]"
).encode()
EVENTS = [
    SseEvent('{"a": "x\u2028y\u0085z\x0b\x0c"}'),
    SseEvent("no space\nsecond line", "error"),
    SseEvent("ünïcödé 🐈"),
    SseEvent(""),
    SseEvent('{"code": 500}', "error"),
    SseEvent('{"error": {}}', "error"),
    SseEvent("[DONE]"),
]


def events(*chunks: bytes) -> list[SseEvent]:
    parser = SseParser()
    found = [event for chunk in chunks for event in parser.feed(chunk)]
    return found + list(parser.close())


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def test_a_stream_in_one_piece_gives_its_events() -> None:
    assert events(STREAM) == EVENTS


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_cut_anywhere_changes_nothing(cut: int) -> None:
    assert events(STREAM[:cut], STREAM[cut:]) == EVENTS


def test_single_bytes_give_the_same_events() -> None:
    assert events(*(bytes([byte]) for byte in STREAM)) == EVENTS


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_any_bytes_cut_anyhow_give_the_same_events(data: bytes, cuts: list[int]) -> None:
    assert events(*pieces(data, cuts)) == events(data)


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))),
    st.lists(st.integers(0, 500), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
def test_json_lines_survive_any_cut(lines: list[str], cuts: list[int], end: str) -> None:
    data = end.join(lines).encode()
    parser = NdjsonParser()
    found = [line for piece in pieces(data, cuts) for line in parser.feed(piece)]
    found += list(parser.close())
    told = [line.strip(" \t\r\ufeff") for line in lines]
    assert found == [line for line in told if line]


def test_an_endless_line_is_refused() -> None:
    parser = LineParser(limit=10)
    list(parser.feed(b"0123456789"))
    with pytest.raises(ProtocolError):
        list(parser.feed(b"x"))


def test_an_event_of_endless_lines_is_refused_after_the_events_before_it() -> None:
    parser = SseParser(limit=30)
    found = parser.feed(b"data: first\n\n" + b"data: more\n" * 10)
    assert next(found) == SseEvent("first")
    with pytest.raises(ProtocolError):
        next(found)


@pytest.mark.parametrize("sent", [b"x" * 60, b"data: " + b"x" * 60 + b"\n", b"data: x\n" * 9])
def test_what_is_too_much_is_not_kept_and_said_in_words(sent: bytes) -> None:
    parser = SseParser(50)
    with pytest.raises(ProtocolError, match="more than 50 bytes in one piece"):
        list(parser.feed(sent))

    assert len(parser._lines._buffer) <= 50
    assert not parser._data
    with pytest.raises(ProtocolError, match="more than 32 MB in one piece") as raised:
        list(SseParser().feed(b"x" * (33 << 20)))
    assert "try again" in raised.value.hint
