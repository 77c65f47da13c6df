from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import AppError, CommandError
from tui.domain.quick_reply import QuickReply, QuickReplySet
from tui.slash.checking import runs_text
from tui.slash.context import Context
from tui.slash.effects import effects
from tui.slash.interpreter import Interpreter, Outcome, read
from tui.slash.keeper import ChatKeeper
from tui.slash.quick import commands_of


class Desk(Room):
    async def outcome(self, text: str) -> Outcome:
        self.registry.lend(commands_of(await self.services.quick_replies.sets()))
        context = Context(self.services, self.session, self.interaction, self.front)
        return await Interpreter(self.registry, ChatKeeper(self.services)).run(text, context)

    async def run(self, text: str) -> str:
        return (await self.outcome(text)).text

    def has(self, label: str, script: str, among: str = "Set", *, trusted: bool = True) -> None:
        """Put a reply into a set."""
        reply = QuickReply(label, script)
        old = self.quick_replies.kept.get(among)
        self.quick_replies.add(among, *(old.replies if old else ()), reply)
        if trusted:
            self.said.digests.append(reply.digest)


@pytest.fixture
async def desk() -> AsyncGenerator[Desk, None]:
    made = Desk()
    await made.open()
    yield made
    await made.services.aclose()


# Running by name


@pytest.mark.parametrize(
    "line",
    [
        "/run hello you=Ann",
        "/run you=Ann hello",
        "/run you=Ann Set.hello",
        "/:hello you=Ann",
        '/:"Set.hello" you=Ann',
        "/hello you=Ann",
    ],
)
async def test_a_reply_is_run_by_its_name_with_arguments(desk: Desk, line: str) -> None:
    desk.has("hello", "/pass hi {{arg::you}}{{arg::nothing}}")
    if line == "/run hello you=Ann":
        desk.has("hello you=Ann", "/pass hi Ann")  # behind the name it is part of it

    assert await desk.run(line) == "hi Ann"


async def test_it_sees_the_pipe_and_gives_its_result_on(desk: Desk) -> None:
    desk.has("twice", "/pass {{pipe}}{{pipe}}")
    desk.has("early", "/pass a | /break b | /pass c")

    assert await desk.run("/pass ab | /twice | /pass <{{pipe}}>") == "<abab>"
    assert await desk.run("/run early | /pass {{pipe}}!") == "b!"


async def test_a_variable_comes_before_a_reply(desk: Desk) -> None:
    desk.has("x", "/pass reply")

    result = await desk.run("/run {: x={: /pass variable :} /run x :}")

    assert result == "variable"


async def test_arguments_have_defaults(desk: Desk) -> None:
    desk.has("a", "/qr-arg x one || /qr-arg * other || /pass {{arg::x}} {{arg::y}}")

    assert await desk.run("/:a") == "one other"
    assert await desk.run("/:a x=two y=three") == "two three"


async def test_abort_in_a_reply_ends_everything(desk: Desk) -> None:
    desk.has("stop", "/abort quiet=false enough")

    outcome = await desk.outcome("/run stop | /send never")

    assert outcome.aborted
    assert outcome.aborted.reason == "enough"
    assert len(desk.session) == 1


async def test_one_that_runs_itself_ends(desk: Desk) -> None:
    desk.has("again", "/run again")

    with pytest.raises(AppError, match="more than 64 deep"):
        await desk.run("/run again")


async def test_an_error_says_in_which_reply_it_is(desk: Desk) -> None:
    desk.has("bad", "/pass a |\n  /nothing")
    desk.has("worse", "/pass\n | /goto 99")

    with pytest.raises(CommandError) as unknown:
        await desk.run("/send before | /run bad")
    with pytest.raises(CommandError) as missing:
        await desk.run("/run worse")

    assert "no command /nothing (Set.bad, line 2, column 3)" in unknown.value.line()
    assert "no message #99 (Set.worse, line 2, column 10)" in missing.value.line()


async def test_a_name_that_is_not_there_is_asked_about(desk: Desk) -> None:
    desk.has("hello", "/pass")

    with pytest.raises(CommandError, match="no quick reply") as caught:
        await desk.run("/pass | /run helo")

    assert caught.value.line().endswith("did you mean hello?")
    assert "line 1, column 14" in caught.value.line()


# Commands of their own


async def test_only_what_can_be_a_command_and_is_free_becomes_one(desk: Desk) -> None:
    for label in ("my-script", "two words", "send", "-x", "été", "9", "q"):
        desk.has(label, "/pass x")
    desk.has("my-script", "/pass second", among="Set 2")
    before = set(desk.registry.names())

    assert await desk.run("/my-script") == "x"
    assert set(desk.registry.names()) - before == {"my-script"}

    desk.quick_replies.kept.clear()
    with pytest.raises(CommandError, match="no command /my-script"):
        await desk.run("/my-script")
    assert set(desk.registry.names()) == before


# Trust


async def test_a_script_from_elsewhere_asks_once_and_again_when_it_was_changed(desk: Desk) -> None:
    desk.has("theirs", "/send hi | /trigger", trusted=False)

    await desk.run("/run theirs | /run theirs | /theirs")

    ((question, script),) = desk.front.asked
    assert question == (
        "Set.theirs comes from elsewhere. It\n"
        "- puts messages into the chat: /send\n"
        "- asks a model, which may cost: /reply"
    )
    assert script == "/send hi | /trigger"
    assert desk.texts()[-3:] == ["hi", "hi", "hi"]

    desk.quick_replies.kept.clear()
    desk.has("theirs", "/send hi | /trigger | /delete", trusted=False)
    await desk.run("/run theirs")
    assert len(desk.front.asked) == 2


async def test_nothing_of_a_script_that_may_not_run_is_done(desk: Desk) -> None:
    desk.has("theirs", "/send hi", trusted=False)
    desk.has("words", "give me money", trusted=False)
    desk.front.allows = False

    for line in ("/run theirs", "/theirs", "/qr theirs", "/qr words", "/run words"):
        with pytest.raises(CommandError, match="was not allowed to run"):
            await desk.run(line)

    assert len(desk.front.asked) == 5
    assert len(desk.session) == 1
    assert desk.front.written == []
    assert desk.said.digests == []


async def test_a_script_within_one_that_was_allowed_asks_for_itself(desk: Desk) -> None:
    desk.has("outer", "/run inner")
    desk.has("inner", "/send hi", trusted=False)

    await desk.run("/run outer")

    assert [script for _, script in desk.front.asked] == ["/send hi"]


def told(desk: Desk, script: str) -> str:
    return "; ".join(effects(read(script, desk.registry), desk.registry))


async def test_all_commands_of_a_script_are_told_wherever_they_stand(desk: Desk) -> None:
    script = "/if left=1 else={: /delete 3 :} {: /times 2 {: /regen :} :} | /pass x"

    assert told(desk, script) == (
        "asks a model, which may cost: /regenerate; "
        "changes or deletes messages: /delete, /regenerate; "
        "uses /if, /times, /pass"
    )


@pytest.mark.parametrize(
    ("macro", "writes"),
    [
        ("{{setvar::x::1}}", True),
        ("{{ AddGlobalVar::x::{{pipe}} }}", True),
        ("{{if .x}}{{flushvar::x}}{{/if}}", True),
        ("{{.x = 1}}", True),
        ("{{$total+=2}}", True),
        ("{{.x ??= {{char}}}}", True),
        ("{{getvar::x}} {{hasvar::setvar}}", False),
        ("{{.x}}{{.x == 1}}{{$y ?? 2}}", False),
        ("setvar::x", False),
    ],
)
async def test_macros_that_change_variables_are_told(desk: Desk, macro: str, writes: bool) -> None:
    what = "changes variables or what is added to prompts: macros; " if writes else ""

    assert told(desk, f"/run {{: /pass {macro} :}}") == (
        f"{what}runs or changes other scripts: /run; uses /pass"
    )


async def test_a_picture_made_once_more_is_told_like_the_first(desk: Desk) -> None:
    first, more = told(desk, "/imagine a cat"), told(desk, "/imagine-again img1")

    assert more.replace("-again", "") == first.replace("; reads or writes files: /imagine", "")


@pytest.mark.parametrize(
    ("script", "runs"),
    [
        ('/if left=1 "/send hidden"', True),
        ('/if left=0 else="/send hidden" {: /pass :}', True),
        ("/pass /send hidden | /if left=1", True),
        ("/times 3 {{pipe}}", True),
        ("/run {: /if left=1 /x :}", True),
        ("/times 3 {: /pass /send :}", False),
        ("/if left=1 {: /pass :}", False),
        ("/pass /send || /if left=1", False),
    ],
)
def test_text_that_is_run_is_told_of(script: str, runs: bool) -> None:
    registry = Desk().registry

    assert runs_text(read(script, registry), registry) == runs


# Buttons and the prompt


async def test_a_click_is_a_number_or_a_name(desk: Desk) -> None:
    desk.has("a", "/pass A")
    desk.has("2", "/pass two")
    with pytest.raises(CommandError, match="no button 0") as caught:
        await desk.run("/qr 0")
    assert "/qr-set-on" in caught.value.hint

    await desk.run("/qr-set-on set")

    assert [await desk.run(f"/qr {which}") for which in ("0", "1", "a", "Set.2")] == [
        "A", "two", "A", "two",
    ]  # fmt: skip
    with pytest.raises(CommandError, match="no button 2") as caught:
        await desk.run("/qr 2")
    assert caught.value.hint == "they go from 0 to 1"


@pytest.mark.parametrize(
    ("flags", "script", "written", "result"),
    [
        ({}, "hello {{char}}", ("hello {{char}}", True, False), ""),
        ({"insert": True}, "hello", ("hello", False, False), ""),
        ({"with_draft": True}, "hello {{user}}", ("{{user}}?, hello {{user}}", True, True), ""),
        (
            {"with_draft": True, "before_draft": True, "insert": True},
            "hello",
            ("hello {{user}}?,", False, True),
            "",
        ),
        ({"insert": True}, "/pass {{char}}", ("/pass {{char}}", False, False), ""),
        ({"with_draft": True, "before_draft": True}, "/pass x", None, "x You?,"),
        ({"before_draft": True}, "/pass x", None, "x"),
    ],
)
async def test_a_click_does_what_its_set_says(
    desk: Desk,
    flags: dict[str, bool],
    script: str,
    written: tuple[str, bool, bool] | None,
    result: str,
) -> None:
    reply = QuickReply("a", script)
    desk.quick_replies.kept["S"] = QuickReplySet(name="S", replies=(reply,), id="S", **flags)  # type: ignore[arg-type]  # mixed keywords
    desk.said.digests.append(reply.digest)
    desk.front.unsent = "{{user}}?,"

    assert await desk.run("/qr a") == result
    assert desk.front.written == ([written] if written else [])


async def test_text_cannot_slip_into_a_command_that_stands_in_the_prompt(desk: Desk) -> None:
    reply = QuickReply("a", "| /delete 0")
    desk.quick_replies.kept["S"] = QuickReplySet("S", (reply,), with_draft=True, id="S")
    desk.front.unsent = "/echo hi"

    await desk.run("/qr a")

    assert desk.front.written == [("/echo hi | /delete 0", False, True)]
    assert len(desk.session) == 1


@pytest.mark.parametrize("insert", [True, False])
async def test_a_text_from_elsewhere_does_nothing_before_it_is_sent(
    desk: Desk, insert: bool
) -> None:
    reply = QuickReply("a", "{{setvar::x::1}}hi")
    desk.quick_replies.kept["S"] = QuickReplySet("S", (reply,), insert=insert, id="S")
    desk.front.allows = False

    outcome = desk.run("/qr a")
    if insert:
        await outcome
    else:
        with pytest.raises(CommandError, match="not allowed"):
            await outcome

    assert not desk.session.variables.has("x")


# Making and changing


async def test_a_reply_is_made_and_may_run(desk: Desk) -> None:
    assert await desk.run('/qr-create label=hey title="Say hey" {: /send hey | /pass done :}') == (
        "hey"
    )
    assert await desk.run("/hey") == "done"
    assert desk.front.asked == []
    assert json.loads(await desk.run("/qr-get hey")) == {
        "set": "My replies",
        "label": "hey",
        "title": "Say hey",
        "message": "/send hey | /pass done",
        "isHidden": False,
        "bar": False,
    }


async def test_a_script_can_be_given_as_text(desk: Desk) -> None:
    await desk.run(r"/qr-create set=Tests label=a hidden=true /pass \{\{char\}\} \| /pass end")

    made = desk.quick_replies.kept["Tests"].replies[0]
    assert (made.script, made.hidden) == ("/pass {{char}} | /pass end", True)


async def test_a_reply_is_changed_and_what_was_not_given_stays(desk: Desk) -> None:
    await desk.run("/qr-create label=a title=old /pass 1")
    await desk.run("/qr-update label=a newlabel=b bar=true")
    await desk.run("/qr-update set=my\\ replies label=b /pass 2")

    assert desk.quick_replies.kept["My replies"].replies == (
        QuickReply("b", "/pass 2", "old", bar=True),
    )


async def test_a_deleted_reply_is_shown_so_that_it_can_be_made_again(desk: Desk) -> None:
    await desk.run("/qr-create label=a /pass 1 || /qr-create label=b /pass 2")
    await desk.run("/qr-delete label=a || /qr-delete set=My\\ replies b")

    assert desk.quick_replies.kept == {}
    assert desk.front.notes[-1].endswith("It was: /pass 2")


async def test_a_new_label_takes_the_place_of_the_originals(desk: Desk) -> None:
    # As an import leaves the second reply of one label.
    desk.quick_replies.add("S", QuickReply("a 2", "x", foreign={"id": 7, "label": "a"}))

    await desk.run('/qr-update set=S label="a 2" title=t')
    assert desk.quick_replies.kept["S"].replies[0].foreign == {"id": 7, "label": "a"}

    await desk.run('/qr-update set=S label="a 2" newlabel=b')
    assert desk.quick_replies.kept["S"].replies[0].foreign == {"id": 7}


async def test_a_reply_of_the_original_is_found_by_its_number(desk: Desk) -> None:
    desk.quick_replies.add("S", QuickReply("a", "x", foreign={"id": 7, "icon": "fa"}))

    found = json.loads(await desk.run("/qr-get set=S id=7"))

    assert (found["label"], found["icon"]) == ("a", "fa")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/qr-create /pass", "/qr-create needs label"),
        ("/qr-create label=b", "what it does is missing"),
        ("/qr-create label=a set=S /pass", "there is a quick reply 'a' in S already"),
        ("/qr-create label=b /times 2 {: /pass :}", "put the whole script into {: … :}"),
        ('/qr-create label="" /pass', "needs a label"),
        ("/qr-update label=x /pass", "no quick reply 'x'"),
        ("/qr-delete set=S ab", "S has no quick reply 'ab'"),
        ("/qr-get set=T a", "no set of quick replies 'T'"),
        ("/qr-set-on Sx", "no set of quick replies 'Sx'"),
        ("/qr-import nothing.json", "nothing.json is not there"),
    ],
)
async def test_a_slip_is_told_and_changes_nothing(desk: Desk, line: str, said: str) -> None:
    desk.has("a", "/pass", among="S")
    before = dict(desk.quick_replies.kept)

    with pytest.raises(AppError) as caught:
        await desk.run(line)

    assert said in caught.value.line()
    assert desk.quick_replies.kept == before


async def test_sets_are_listed_shown_and_hidden(desk: Desk) -> None:
    desk.has("a", "/pass", among="S")
    desk.has("b", "/pass", among="T")

    await desk.run("/qr-set S")
    assert await desk.run("/qr-set-list") == '["S", "T"]'
    assert await desk.run("/qr-set-list global") == '["S"]'
    assert await desk.run("/qr-list t") == '["b"]'
    await desk.run("/qr-set-off S || /qr-set-on visible=false T")
    assert await desk.run("/qr-set-list global") == "[]"
    await desk.run("/qr-list")
    assert desk.front.notes[-2:] == ["S (not shown): a", "T (not shown): b"]


async def test_a_set_of_the_original_is_imported(desk: Desk, tmp_path: Path) -> None:
    desk.quick_replies.given = QuickReplySet("Theirs", (QuickReply("x", "/delete"),))

    assert await desk.run(f"/qr-import {tmp_path}/set.json") == "Theirs"
    assert "1 quick reply. Each script asks" in desk.front.notes[-1]
    assert "Theirs" in desk.quick_replies.kept
