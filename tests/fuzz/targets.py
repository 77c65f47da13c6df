"""What is fuzzed: functions that take any bytes, and raise only when something is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from textual import events

from tests.adapters.pictures import encoded, flat
from tui.adapters import config_yaml, wire
from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.pillow import PillowReader
from tui.adapters.providers.anthropic_stream import MessageReader
from tui.adapters.providers.exchange import Pieces
from tui.adapters.providers.openai_answer import AnswerReader
from tui.adapters.sse import NdjsonParser, SseEvent, SseParser
from tui.domain.errors import AppError, CommandError, ConfigError, ImageError, ProviderError
from tui.domain.macros import Environment, expand
from tui.domain.macros.evaluation import MOST_CHARACTERS
from tui.domain.safetext import clean, clean_line
from tui.domain.secret import Secret
from tui.slash.builtins import default_registry
from tui.slash.completion import suggest
from tui.slash.parser import parse
from tui.ui.terminal.parser import SafeParser
from tui.ui.transcript.lines import Line
from tui.ui.transcript.markdown import layout
from tui.ui.transcript.stream import MarkdownStream

KEY = "sk-test-0123456789abcdef"
_ORIGIN = Origin("kitchen", "Kitchen", "127.0.0.1", Secret(KEY))
_READER = PillowReader(max_megapixels=1)
_REGISTRY = default_registry()
_NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
_FILE = Path("config.yaml")


class Target(NamedTuple):
    """A function, and what to begin with."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def one_line(error: AppError) -> None:
    """An error is one line that may be shown anywhere, without the key."""
    line = error.line()
    assert clean_line(line) == line
    assert KEY not in line


def text_of(data: bytes) -> str:
    """A text; for half of the damaged ones with lone surrogates in it."""
    return data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")


def cut(data: bytes) -> Iterator[bytes]:
    """The bytes as a network might deliver them: how, its first byte says."""
    size = 1 + (data[0] if data else 0) % 7
    yield from (data[at : at + size] for at in range(0, len(data), size))


def picture(data: bytes) -> None:
    try:
        image = _READER.decode(data, "x")
    except ImageError as error:
        one_line(error)
    else:
        assert max(image.width, image.height) <= 2048
        with Image.open(io.BytesIO(image.data)) as again:
            again.load()


def events_of_a_server(data: bytes) -> None:
    """However a stream is cut, the same comes out of it."""
    pieces, whole = SseParser(5000), SseParser(5000)
    apart: list[SseEvent] = []
    try:
        once = [*whole.feed(data), *whole.close()]
    except ProviderError as error:
        one_line(error)
        return
    for piece in cut(data):
        apart += pieces.feed(piece)
    apart += pieces.close()
    assert apart == once


def lines_of_a_server(data: bytes) -> None:
    pieces, whole = NdjsonParser(5000), NdjsonParser(5000)
    try:
        once = [*whole.feed(data), *whole.close()]
    except ProviderError as error:
        one_line(error)
        return
    assert [line for piece in cut(data) for line in pieces.feed(piece)] + [*pieces.close()] == once
    for line in once:
        try:
            wire.parse(line)
        except ValueError:
            continue


def answer(data: bytes) -> None:
    """A chat's answer, by the two protocols that most others resemble."""
    reader = AnswerReader(_ORIGIN)
    try:
        for piece in cut(data):
            for _ in reader.feed(piece):
                pass
        for _ in reader.close():
            pass
    except ProviderError as error:
        one_line(error)
    message, pieces = MessageReader(_ORIGIN), Pieces(_ORIGIN)
    try:
        for payload, name in (*pieces.feed(data), *pieces.close()):
            for _ in message.read(payload, name):
                pass
        for _ in message.finish():
            pass
    except ProviderError as error:
        one_line(error)


def refused(data: bytes) -> None:
    """What a server says when it does not want to."""
    try:
        body = wire.parse(data)
    except ValueError:
        body = text_of(data)
    for status in (200, 302, 400, 404, 429, 503):
        error = refusal(Answer(status, body), _ORIGIN)
        one_line(error)
        assert len(error.message) < 1000


def markdown(data: bytes) -> None:
    text = text_of(data)
    room = 8 + len(text) % 40
    whole = layout(text, room)
    assert all(clean_line(row.text) == row.text for row in whole)
    growing = MarkdownStream(room)
    step = 1 + len(text) // 5
    for end in range(step, len(text) + step, step):
        growing.update(text[:end])
    assert shown(growing.finish(text)) == shown(whole)


def shown(rows: list[Line]) -> list[str]:
    return [row.text.rstrip() for row in rows]


def config(data: bytes) -> None:
    try:
        config_yaml.parse(text_of(data), _FILE)
    except ConfigError as error:
        one_line(error)


def command(data: bytes) -> None:
    text = text_of(data)
    for line in (text, f"/{text}", f"/run {{: /echo {text} :}}"):
        try:
            parse(line, _REGISTRY.grammar)
        except CommandError as error:
            one_line(error)
            assert 0 <= error.column <= len(line)
        assert len(suggest(line, len(line), _REGISTRY)) <= 200


def macros(data: bytes) -> None:
    given = Environment({"user": "Bob", "char": "Alice"}, clock=lambda: _NOON)
    assert len(expand(text_of(data), given)) <= 2 * MOST_CHARACTERS


def terminal(data: bytes) -> None:
    """Nothing that a terminal sends is typed but what may be in a text."""
    parser = SafeParser()
    text = data.decode("utf-8", "replace")
    found = [*parser.feed(text), *parser.feed("")]
    for event in found:
        if isinstance(event, events.Key) and event.character and len(event.character) > 1:
            raise AssertionError(f"one key, many characters: {event.character!r}")


def cleaning(data: bytes) -> None:
    text = text_of(data)
    safe = clean(text)
    assert clean(safe) == safe
    assert "".join(map(clean, text)) == safe
    assert not set(safe) & set("\x1b\x07\x08\x7f\x9b\u202e\u2066")
    assert len(clean_line(text, 40)) <= 40


_KINDS = (
    *((kind, "") for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")),
    *(("TIFF", packing) for packing in ("tiff_lzw", "packbits", "jpeg")),
)
_DELTA = json.dumps({"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]})
_BLOCK = json.dumps({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}})
_ERROR = {"error": {"message": "too many tokens: retry in 7s", "code": 429, "details": [{"a": 1}]}}
TARGETS: dict[str, Target] = {
    "pictures": Target(
        picture,
        tuple(
            encoded(flat(24, 16), kind, **({"compression": packing} if packing else {}))
            for kind, packing in _KINDS
        ),
    ),
    "events": Target(events_of_a_server, (b": x\ndata: a\ndata:b\n\nevent: e\r\ndata\r\n\r\n",)),
    "lines": Target(lines_of_a_server, (b'{"a": [1, "\\u0007"]}\n\n[null, 1e9]\r\n',)),
    "answers": Target(
        answer,
        (
            f"data: {_DELTA}\n\ndata: [DONE]\n\n".encode(),
            f"event: content_block_delta\ndata: {_BLOCK}\n\n".encode(),
            _DELTA.encode(),
            b'data: {"error": {"message": "no"}}\n\n',
        ),
    ),
    "refusals": Target(
        refused,
        (
            json.dumps(_ERROR).encode(),
            b'{"detail": [{"loc": ["body", "x"], "msg": "y"}]}',
            b"<html><title>no</title><p>&#27;",
            f'{{"message": "key {KEY}", "errors": {{"a": "b"}}}}'.encode(),
        ),
    ),
    "markdown": Target(
        markdown,
        (
            b"# a\n\n- b\n  1. c\n\n> d **e** `f`\n\n|a|b|\n|-|:-:|\n|1|2|\n",
            b"```python\nx = 1\n```\n[a]: /u\n[a] ![b](c) <http://d> &#27; ~~e~~\n***\n",
        ),
    ),
    "config": Target(
        config,
        (
            b"chat:\n  a: &x [1, 'b']\n  c: *x\n",
            b'a: |\n  b\n c: {d: "e\\x41"}\n',
            b"? a\n: !!str b\n",
        ),
    ),
    "commands": Target(
        command,
        (
            b'/caption quiet=true "a b" {{user}} | /echo {: /let x [1,2] :}',
            b"/if left=1 rule=eq {: :}",
        ),
    ),
    "macros": Target(
        macros,
        (
            b"{{if .x}}{{setvar::x::{{getvar::x}}{{getvar::x}}}}{{else}}{{roll::3d6}}{{/if}}",
            b"{{random::a::b}}{{// c}}{{trim}}{{.x += 1}}{{time_UTC+2}}<USER>\\{{char}}",
        ),
    ),
    "keys": Target(
        terminal, (b"a\x1b[200~b\x1b[201~\x1b[<0;1;1M\x1b]52;c;eA==\x07\x1b[?62;4c\x1bOP",)
    ),
    "cleaning": Target(cleaning, ("a\x1b[2J\u202eb\x9b\r\n\u2066".encode(),)),
}
