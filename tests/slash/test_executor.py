"""Scripts as they run: pipes, scopes, loops, limits, and what is left after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from tests.slash.test_builtins import Room
from tui.domain.chat import Chat
from tui.domain.errors import AppError, CommandError, StorageError
from tui.services.session import ChatSession
from tui.slash.context import Context
from tui.slash.executor import Limits
from tui.slash.interpreter import Interpreter, Outcome
from tui.slash.keeper import ChatKeeper


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


async def ran(room: Room, text: str, limits: Limits | None = None) -> Outcome:
    interpreter = Interpreter(room.registry, ChatKeeper(room.services))
    context = Context(room.services, room.session, room.interaction, room.front)
    return await replace(interpreter, limits=limits or Limits()).run(text, context)


@pytest.mark.parametrize(
    ("script", "result"),
    [
        ("/pass a | /pass b{{pipe}}", "ba"),
        ("/pass a || /pass [{{pipe}}]", "[]"),
        ("/pass {: /pass a :}() and {: /pass b :}()", "a and b"),
        ("/pass x | /run {: /pass {{pipe}} :}", "x"),
        ("/let v 1 | /run {: /let v 9 :} | /pass {{var::v}}", "1"),
        ("/let v 1 | /run {: /var v 2 :} | /pass {{var::v}}", "2"),
        ("/let f {: a=1 b= /pass {{var::a}}{{var::b}} :} | /:f b=2 c=3", "12"),
        ("/let f {: /pass {{arg::c}} :} | /:f c=3", "3"),
        ("/let n 5 | /let f {: a={{var::n}} /pass {{var::a}} :} | /:f", "5"),
        ("/let f {: g={: /pass in :} /run g :} | /:f", "in"),
        ("/let f {: /pass {{var::where}} :} | /run {: /let where there | /run f :}", ""),
        ("/times 5 {: /if left={{timesIndex}} right=3 {: /break found :} :}", "found"),
        ("/if left=1 {: /break x :} | /pass y", "y"),
        ("/setvar key=l [1,2] | /addvar key=l 3 | /getvar key=l index=2", "3"),
        ("/setvar key=o index=k v | /getvar key=o index=k", "v"),
        ("/setglobalvar key=g 4 | /incglobalvar g | /getglobalvar g", "5"),
        ("/setvar key=x 1 | /flushvar x | /getvar x", ""),
        ("/return a | /pass b", "b"),
        ("/if left=1_000 right=1000 else={: /pass no :} {: /pass yes :}", "no"),
        ("/if left=0x10 right=16 else={: /pass no :} {: /pass yes :}", "yes"),
        ("/if left=0.0000001 right=E-7 rule=in {: /pass yes :}", "yes"),
    ],
)
async def test_a_script_gives_the_last_result(room: Room, script: str, result: str) -> None:
    assert (await ran(room, script)).text == result


async def test_variables_are_kept_with_the_chat_and_for_all_chats(room: Room) -> None:
    await ran(room, "/setvar key=here 1 | /setglobalvar key=everywhere 2")

    reopened = await room.services.library.open(room.session.chat.id)
    assert reopened.chat.variables == {"here": "1"}
    assert await room.services.store.globals() == {"everywhere": "2"}


async def test_a_failure_leaves_what_the_commands_before_it_did(room: Room) -> None:
    with pytest.raises(CommandError) as caught:
        await ran(room, "/setvar key=a 1 |\n/goto {{setvar::a::2}}99 | /setvar key=a 3")

    assert "(line 2, column 7)" in caught.value.line()
    assert room.session.variables.get("a") == 1


async def test_leaving_a_loop_or_a_script_is_no_failure(room: Room) -> None:
    await ran(room, "/times 5 {: /break {{incvar::n}} :}")
    await ran(room, "/abort {{incvar::n}}")

    assert room.session.variables.get("n") == 2


async def test_a_failure_takes_back_only_what_its_own_macros_changed(room: Room) -> None:
    async def meanwhile(_index: int) -> None:
        room.session.variables.set("reply", 1)
        raise AppError("no")

    room.front.goto = meanwhile  # type: ignore[assignment]
    with pytest.raises(AppError):
        await ran(room, "/goto 0{{setvar::a::2}}{{setglobalvar::b::2}}{{setvar::a::3}}")

    assert room.session.variables.names() == ["reply"]
    assert not room.session.shared.has("b")


async def test_variables_of_a_closed_chat_never_come_into_another(room: Room) -> None:
    keeper = ChatKeeper(room.services)
    interpreter = Interpreter(room.registry, keeper)
    for _ in range(30):
        session = await room.services.library.new()
        context = Context(room.services, session, room.interaction, room.front)
        session.variables.values["kept"] = session.chat.id
        with pytest.raises(AppError):
            await interpreter.run("/goto {{setvar::a::2}}99", context)
        assert session.variables.values == {"kept": session.chat.id}
        del session, context


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("/caption quiet=true {{incvar::n}} what is it {{incvar::n}}", 2),
        ("/caption quiet=true file=a.png {{incvar::n}}", 1),
        ("/attach {{incvar::n}}.png", 1),
    ],
)
async def test_a_macro_is_expanded_once_where_a_path_may_stand(
    room: Room, script: str, count: int
) -> None:
    await ran(room, script)

    assert room.session.variables.get("n") == count


async def test_nothing_runs_after_an_error_in_the_text(room: Room) -> None:
    with pytest.raises(CommandError):
        await ran(room, "/setvar key=a 1 | /run {: /nosuch :}")

    assert not room.session.variables.has("a")


@pytest.mark.parametrize("off", ["raw=no", "RAW=false", "raw=on raw=off"])
async def test_a_switch_means_the_same_to_the_parser(room: Room, off: str) -> None:
    assert (await ran(room, f'/echo {off} "{{: a" b')).text == "{: a b"
    assert (await ran(room, r'/parser-flag STRICT_ESCAPING yes || /pass "a|b"')).text == "a|b"


async def test_texts_that_are_run_are_read_as_the_settings_say(room: Room) -> None:
    await room.services.settings.change("scripts.strict_escaping", True)

    assert (await ran(room, r'/if left=1 "/pass \"a|b\""')).text == "a|b"
    assert (await ran(room, r'/closure-deserialize /pass "a\|b" | /run')).text == "a|b"


async def test_not_and_two_values_do_not_go_together(room: Room) -> None:
    with pytest.raises(CommandError, match="rule=not takes no right="):
        await ran(room, "/if left=a right=b rule=not {: /pass x :}")


async def test_abort_ends_everything(room: Room) -> None:
    outcome = await ran(
        room, "/run {: /times 3 {: /abort quiet=false enough :} | /setvar key=a 1 :}"
    )

    assert outcome.value is None
    assert outcome.aborted is not None
    assert (outcome.aborted.reason, outcome.aborted.quiet) == ("enough", False)
    assert not room.session.variables.has("a")


async def test_a_script_that_does_not_end_is_ended(room: Room) -> None:
    loop = "/while guard=off left=1 {: /pass :}"
    with pytest.raises(AppError, match="ran 50 commands"):
        await ran(room, loop, Limits(steps=50))
    with pytest.raises(AppError, match="ran 50 commands"):
        await ran(room, "/times guard=off 999999999 {: :}", Limits(steps=50))
    assert (await ran(room, "/while guard=off left=1")).text == ""
    with pytest.raises(AppError, match="10 deep"):
        await ran(room, "/let f {: /run f :} | /run f", Limits(depth=10))


async def test_a_full_disk_does_not_hide_why_a_script_ended(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_chat: Chat, _known: Chat) -> None:
        raise StorageError("no room")

    monkeypatch.setattr(room.store, "save", full)
    with pytest.raises(StorageError):
        await ran(room, "/setvar key=n 1")
    with pytest.raises(CommandError, match="no message #99"):
        await ran(room, "/goto 99")
    task = asyncio.ensure_future(ran(room, "/delay 60000"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.undo()
    await ran(room, "/pass x")

    reopened = await room.services.library.open(room.session.chat.id)
    assert reopened.chat.variables == {"n": "1"}


async def test_a_script_can_be_cancelled_between_two_rounds(room: Room) -> None:
    task = asyncio.ensure_future(ran(room, "/while guard=off left=1 {: /addvar key=n 1 :}"))
    while not room.session.variables.has("n"):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    reopened = await room.services.library.open(room.session.chat.id)
    assert reopened.chat.variables == room.session.chat.variables


async def test_others_have_their_turn_while_commands_that_wait_for_nothing_run(room: Room) -> None:
    task = asyncio.ensure_future(
        ran(room, "/replace pattern=a replacer={: /pass b :} " + "a" * 50_000)
    )
    for _ in range(10):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_commands_behind_a_new_chat_work_with_it(room: Room) -> None:
    await ran(room, "/setvar key=a 1 || /new | /setvar key=b 2")

    assert room.session.chat.variables == {"a": "1"}
    assert room.front.opened[0].chat.variables == {"b": "2"}


@pytest.mark.parametrize("again", ["/go Salon", "/chats here"])
async def test_a_chat_that_is_open_is_gone_on_with_as_it_is(room: Room, again: str) -> None:
    await ran(room, "/rename here | /setvar key=a 1 | /setvar key=b 2 || " + again)
    await ran(room, "/setvar key=c 3")

    assert room.front.opened == [room.session]
    reopened = await room.services.library.open(room.session.chat.id)
    assert reopened.chat.variables == {"a": "1", "b": "2", "c": "3"}


async def test_a_chat_that_cannot_be_shown_is_not_gone_on_with(room: Room) -> None:
    async def refuse(_session: ChatSession) -> None:
        raise StorageError("no room")

    room.front.open_chat = refuse  # type: ignore[assignment]
    with pytest.raises(StorageError):
        await ran(room, "/setvar key=a 1 || /setvar key=b 2 || /new")

    reopened = await room.services.library.open(room.session.chat.id)
    assert reopened.chat.variables == {"a": "1", "b": "2"}


async def test_ten_thousand_commands_run(room: Room) -> None:
    outcome = await ran(room, " | ".join(["/pass a"] * 10_000))

    assert outcome.text == "a"
