"""Runs one recorded script and gives what ours did in the form of the recording.

The engine's own commands are the program's; those that act on a host are stand-ins that write down
how they were called: echo, send, caption, imagine, noop, obj, multi (its text as words) and multi1
(one word and the rest).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.fakes.front import FakeFront
from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tui.domain.character import Character, Persona
from tui.domain.chat import Message
from tui.domain.errors import AppError, CommandError
from tui.services.library import new_id
from tui.services.session import ChatSession
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins import default_registry
from tui.slash.command import Command, Registry
from tui.slash.context import Context
from tui.slash.interpreter import Interpreter, read
from tui.slash.keeper import ChatKeeper
from tui.slash.scope import Bound, Value

Case = Mapping[str, Any]
Calls = list[list[Any]]
KEYS = ("calls", "pipe", "aborted", "error")


async def run(case: Case) -> dict[str, Any]:
    """Run a case's script on a chat of two messages between Alice and Bob, without variables."""
    house = House()
    try:
        session = await _chat(house)
        return await _run(case["script"], house, session)
    finally:
        await house.services.aclose()


async def _chat(house: House) -> ChatSession:
    session = await house.services.library.new()
    for index in reversed(range(len(session))):
        await session.remove(index)
    session.character = Character(id="alice", name="Alice")
    session.persona = Persona(id="bob", name="Bob")
    await session.append(Message(new_id(), "assistant", "Alice", "Hi there", 0.0))
    await session.append(Message(new_id(), "user", "Bob", "Look at this", 0.0))
    return session


async def _run(script: str, house: House, session: ChatSession) -> dict[str, Any]:
    calls: Calls = []
    registry = _registry(calls)
    context = Context(house.services, session, FakeInteraction(), FakeFront())
    result: dict[str, Any] = {"calls": calls, "pipe": None, "aborted": False, "error": None}
    try:
        read(script, registry)
    except CommandError:
        return {**result, "error": "parse"}
    try:
        outcome = await Interpreter(registry, ChatKeeper(house.services)).run(script, context)
    except AppError:
        return {**result, "error": "exec"}
    pipe = None if outcome.value is None else _plain(outcome.value)
    return {**result, "pipe": pipe, "aborted": outcome.aborted is not None}


def _plain(value: Value) -> str:
    return f"<closure:{value.closure.source}>" if isinstance(value, Bound) else str(value)


def _registry(calls: Calls) -> Registry:
    text = Parameter("text", "text", "any", rest=True)
    raw_text = Parameter("text", "text", "any", rest=True, verbatim=True)
    raw = Parameter("raw", "keep quotes", "switch", named=True, default="true")
    words = Parameter("words", "words", "any", several=True)
    word = Parameter("word", "a word", "any")
    stubs = (
        _stub(calls, "echo", (raw, raw_text), lambda said: said),
        _stub(calls, "send", (raw, raw_text), lambda _said: ""),
        _stub(calls, "caption", (text,), "CAP({})".format),
        _stub(calls, "imagine", (text,), lambda _said: "URL"),
        _stub(calls, "noop", (text,), lambda _said: None),
        _stub(calls, "obj", (text,), lambda _said: '{"a":1}'),
        _stub(calls, "multi", (words,), lambda _said: ""),
        _stub(calls, "multi1", (word, text), lambda _said: ""),
    )
    taken = {stub.name for stub in stubs}
    real = [each for each in default_registry().registered if each.name not in taken]
    return Registry([*stubs, *real])


def _stub(
    calls: Calls,
    name: str,
    parameters: tuple[Parameter, ...],
    result: Callable[[str], str | None],
) -> Command:
    places = [each.name for each in parameters if not each.named]
    listed = len(places) > 1 or parameters[0].several

    async def handler(_context: Context, arguments: Arguments) -> str | None:
        named = {key: _plain(value) for key, value in arguments.extra.items()}
        if arguments.given("raw"):
            named["raw"] = str(arguments.flag("raw")).lower()
        given = [_plain(value) for place in places for value in arguments.every(place)]
        said = given if listed else "".join(given)
        calls.append([name, named, said])
        return result("".join(given))

    checked: Callable[[Context, Arguments], Awaitable[Value | None]] = handler
    return Command(name, "a stand-in", checked, parameters, takes_any_name=True)
