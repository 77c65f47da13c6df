from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tui.cli import scripting
from tui.cli.arguments import parse
from tui.cli.console import Console
from tui.cli.headless import HeadlessFront
from tui.cli.main import main
from tui.cli.options import Options
from tui.domain.chat import Message
from tui.domain.errors import CommandError
from tui.domain.generation import Finished, TextDelta
from tui.domain.quick_reply import QuickReply, QuickReplySet

Run = pytest.CaptureFixture[str]


@pytest.fixture
def connected(built: Built) -> Built:
    asyncio.run(built.house.settings.change("chat.connection", "kitchen"))
    return built


def chats(built: Built) -> dict[str, list[str]]:
    """The texts of each chat that a list shows, by title."""

    async def look() -> dict[str, list[str]]:
        found = {}
        for each in await built.house.services.library.summaries():
            session = await built.house.services.library.open(each.id)
            found[each.title] = [session.message(at).text for at in range(len(session))]
        return found

    return asyncio.run(look())


# Results


def test_the_last_result_goes_to_stdout(built: Built, capsys: Run) -> None:
    assert main(["run", "-c", "/pass a | /pass {{pipe}}b"]) == 0

    assert capsys.readouterr() == ("ab\n", "")


def test_nothing_is_printed_where_there_is_no_result(built: Built, capsys: Run) -> None:
    assert main(["run", "-c", "/send hi"]) == 0

    assert capsys.readouterr() == ("", "")


def test_notes_go_to_stderr(built: Built, capsys: Run) -> None:
    assert main(["run", "-c", "/help pass | /pass done"]) == 0

    captured = capsys.readouterr()
    assert captured.out == "done\n"
    assert captured.err.startswith("salon: /pass [value]\nsalon: give a value")


def test_a_result_can_do_nothing_to_the_terminal(built: Built, capsys: Run) -> None:
    assert main(["run", "-c", "/pass a\x1b]52;c;AAAA\x07\nb"]) == 0

    assert capsys.readouterr().out == "a�]52;c;AAAA�\nb\n"


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("/pass x", 0, ""),
        ("/goto 99", 1, "there is no message #99 (line 1, column 7)"),
        ("/pass |\n /nothing", 2, "no command /nothing (line 2, column 2)"),
        ("/send {: /pas :}", 2, "no command /pas"),
        ("/times many", 2, "count cannot be 'many'"),
        ("hello", 2, "the script has no command"),
        ("", 2, "the script has no command"),
        ("/abort", 3, ""),
        ("/abort quiet=false enough | /pass x", 3, "aborted: enough"),
    ],
)
def test_the_exit_code_says_how_it_ended(
    built: Built, capsys: Run, script: str, code: int, said: str
) -> None:
    assert main(["run", "-c", script]) == code

    captured = capsys.readouterr()
    assert captured.out == ("x\n" if code == 0 else "")
    assert said in captured.err
    assert bool(said) == bool(captured.err)


def test_nothing_happens_in_a_script_that_cannot_be_read(built: Built) -> None:
    assert main(["run", "--chat", "Log", "--new", "-c", "/send one | /nothing"]) == 2

    assert chats(built) == {}


@pytest.mark.parametrize(
    "arguments",
    [["-c", "/send a | /nonsense"], ["nothing.stscript"], ["--chat", "nothing", "-c", "/pass"]],
    ids=["a script that cannot be read", "no script", "no chat"],
)
def test_json_says_what_kept_it_from_beginning(
    built: Built, capsys: Run, arguments: list[str]
) -> None:
    assert main(["run", "--json", *arguments]) == 2

    out, err = capsys.readouterr()
    said = json.loads(out)
    assert said["error"]
    assert said["error"] in err
    assert (said["value"], said["messages"]) == (None, 0)


def test_json_says_all_of_it(built: Built, capsys: Run) -> None:
    main(["run", "--json", "-c", "/send é | /pass 3"])
    main(["run", "--json", "-c", "/abort why"])
    main(["run", "--json", "--chat", "Log", "--new", "-c", "/goto 7"])

    done, aborted, failed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert done == {
        "value": "3", "aborted": False, "reason": None, "error": None,
        "chat": None, "title": "é", "messages": 2,
    }  # fmt: skip
    assert (aborted["value"], aborted["aborted"], aborted["reason"]) == (None, True, "why")
    assert failed["error"].startswith("there is no message #7")
    assert (failed["value"], failed["title"]) == (None, "Log")
    assert len(failed["chat"]) == 32


# Where the script comes from


def test_a_script_is_read_from_a_file(built: Built, capsys: Run, tmp_path: Path) -> None:
    file = tmp_path / "script.st"
    file.write_text("#!/usr/bin/env -S salon run\n/pass a |\n/pass {{pipe}}b\n", encoding="utf-8")
    wrong = tmp_path / "wrong.st"
    wrong.write_text("#!/usr/bin/salon\n/nothing", encoding="utf-8")

    assert main(["run", str(file)]) == 0
    assert capsys.readouterr().out == "ab\n"
    assert main(["run", str(wrong)]) == 2
    assert "(line 2, column 1)" in capsys.readouterr().err


def test_a_script_is_read_from_stdin(
    built: Built, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/pass in"))

    assert main(["run", "-"]) == 0
    assert capsys.readouterr().out == "in\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "takes one script"),
        (["x", "-c", "/pass"], "takes one script"),
        (["nowhere.st"], "cannot read nowhere.st: no such file"),
        (["."], "cannot read .: is a directory"),
        (["latin.st"], "latin.st is not UTF-8 text"),
        (["big.st"], "larger than 1,000,000 bytes"),
        (["-c", "/pass", "--arg", "x"], "write --arg name=value"),
        (["-c", "/pass", "--arg", "=x"], "write --arg name=value"),
        (["-c", "/pass", "--character", "Sallon"], "no character 'Sallon': did you mean Salon"),
        (["-c", "/pass", "--persona", "nobody"], "no persona 'nobody': there are: "),
        (["-c", "/pass", "--chat", "Log"], "no chat 'Log': --new makes it"),
    ],
)
def test_a_wrong_call_is_told(
    built: Built,
    capsys: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.st").write_bytes(b"/pass \xe9")
    (tmp_path / "big.st").write_text("/pass " + "x" * 1_000_000)

    assert main(["run", *arguments]) == 2

    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_arguments_reach_the_script(built: Built, capsys: Run) -> None:
    main(["run", "--arg", "a=1=2", "--arg", "b=", "-c", "/pass <{{arg::a}}{{arg::b}}>"])

    assert capsys.readouterr().out == "<1=2>\n"


# The chat


@pytest.mark.parametrize("script", ["/send hi", "/send hi | /goto 99", "/send hi | /abort"])
def test_without_a_name_the_chat_is_gone_afterwards(built: Built, script: str) -> None:
    main(["run", "-c", script])

    assert chats(built) == {}
    assert built.house.store._chats == {}
    assert built.house.store._messages == {}


def test_not_even_while_it_runs_is_it_in_the_list(built: Built, capsys: Run) -> None:
    main(["run", "--chat", "Kept", "--new", "-c", "/send kept"])

    assert main(["run", "-c", "/send gone | /chats gone"]) == 1
    assert "there is no chat 'gone'" in capsys.readouterr().err


def test_a_named_chat_is_made_and_gone_on_with(built: Built) -> None:
    new = ["run", "--chat", "Log", "--new", "--character", "ada", "--persona", "Bob"]

    main([*new, "-c", "/send one"])
    main(["run", "--chat", "log", "-c", "/send two"])
    main([*new, "-c", "/send three"])
    main(["run", "--new", "-c", "/send untitled"])

    assert chats(built) == {
        "Log": ["one", "two", "three"],
        "untitled": ["Welcome, You.", "untitled"],
    }


def test_a_chat_is_named_by_its_id_too(built: Built, capsys: Run) -> None:
    main(["run", "--json", "--chat", "Log", "--new", "-c", "/pass"])
    chat = json.loads(capsys.readouterr().out)["chat"]

    assert main(["run", "--chat", chat[:8], "-c", "/rename Two"]) == 0
    assert list(chats(built)) == ["Two"]


def test_of_two_chats_of_one_title_none_is_taken(built: Built, capsys: Run) -> None:
    for _ in range(2):
        main(["run", "--new", "-c", "/rename Same"])

    assert main(["run", "--chat", "same", "-c", "/pass"]) == 2
    assert "2 chats are called 'same': give the id: " in capsys.readouterr().err


def test_another_character_takes_over_a_chat(built: Built) -> None:
    main(["run", "--chat", "Log", "--new", "-c", "/send one"])
    main(["run", "--chat", "Log", "--character", "Ada Lovelace", "--persona", "bob", "-c", "/pass"])

    (chat,) = asyncio.run(built.house.services.library.summaries())
    assert chat.character == "ada"


# Replies


def test_the_character_answers_and_it_is_told(connected: Built, capsys: Run) -> None:
    assert main(["run", "--chat", "Log", "--new", "-c", "/send hi | /trigger | /pass end"]) == 0

    captured = capsys.readouterr()
    assert captured.out == "end\n"
    assert captured.err == "salon: Salon: Hello there.\n"
    assert chats(connected)["Log"] == ["Welcome, You.", "hi", "Hello there."]


def test_replies_are_replaced_and_continued(connected: Built) -> None:
    script = "/send hi | /reply | /regenerate | /continue"
    assert main(["run", "--chat", "Log", "--new", "-c", script]) == 0

    assert chats(connected)["Log"][2].startswith("Hello there.")
    assert len(chats(connected)["Log"]) == 3


def test_without_a_connection_a_reply_fails(built: Built, capsys: Run) -> None:
    assert main(["run", "--chat", "Log", "--new", "-c", "/send hi | /reply | /send never"]) == 1

    assert "no model is connected" in capsys.readouterr().err
    assert chats(built)["Log"] == ["Welcome, You.", "hi"]


def test_a_caption_needs_nobody_to_answer(built: Built, capsys: Run) -> None:
    assert (
        main(["run", "--chat", "Log", "--new", "-c", "/caption file=a.png | /pass <{{pipe}}>"]) == 0
    )

    assert capsys.readouterr().out == "<a red circle>\n"
    assert chats(built)["Log"][-1].endswith("a red circle]")


def test_a_message_is_captioned_where_it_is(built: Built, capsys: Run) -> None:
    make = "/caption file=a.png | /caption mesId=1 fresh=true keywords please | /pass {{pipe}}!"
    assert main(["run", "--chat", "Log", "--new", "-c", make]) == 0

    assert capsys.readouterr().out == "a red circle!\n"
    assert len(chats(built)["Log"]) == 2


async def test_what_came_is_kept_when_it_is_interrupted(built: Built) -> None:
    house = built.house
    await house.settings.change("chat.connection", "kitchen")
    house.connector.model.script = (TextDelta("Half a"), TextDelta(" reply"), Finished("stop"))
    house.connector.model.hold = True
    options = parse(["run", "--chat", "Log", "--new", "-c", "/send hi | /reply | /send never"])
    assert isinstance(options, Options)
    console = Console(io.StringIO(), io.StringIO())

    text = options.given.script
    task = asyncio.create_task(scripting._run(house.services, options, console, text, {}))
    async with asyncio.timeout(5):
        while not any(m.text.startswith("Half") for m in _messages(built)):
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    last = _messages(built)[-1]
    assert last.text.startswith("Half a")
    assert last.status == "stopped"
    await house.services.aclose()


def _messages(built: Built) -> list[Message]:
    return [message for _, message in built.house.store._messages.values()]


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [(["-c", "/input default=d x | /pass {{pipe}}"], 0, "d\n"), (["-"], 2, "")],
)
def test_who_closed_its_streams_is_nobody_to_ask(
    built: Built, capsys: Run, monkeypatch: pytest.MonkeyPatch, line: list[str], code: int, out: str
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stderr", None)

    assert main(["run", *line]) == code
    assert capsys.readouterr().out == out
    for stream in (sys.stdin, sys.stderr):
        assert isinstance(stream, io.TextIOBase)
        stream.close()


def test_an_interrupt_has_its_own_code(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    async def interrupted(_front: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(HeadlessFront, "reply", interrupted)

    assert main(["run", "-c", "/send hi | /reply"]) == 130
    assert built.house.store._chats == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_nothing_behind(
    built: Built, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    async def told(_front: object) -> None:
        os.kill(os.getpid(), number)
        await asyncio.sleep(5)

    monkeypatch.setattr(HeadlessFront, "reply", told)
    before = signal.signal(number, signal.SIG_DFL)
    try:
        assert main(["run", "-c", "/send hi | /reply"]) == 128 + number
        assert built.house.store._chats == {}
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


# What needs the app


@pytest.mark.parametrize(
    "line",
    [
        "/settings", "/help", "/gallery", "/goto 0", "/copy 0", "/paste", "/edit 0",
        "/attach x.png", "/palette", "/chats", "/character",
        "/theme paper",
    ],
)  # fmt: skip
def test_what_needs_the_app_says_so(built: Built, capsys: Run, line: str) -> None:
    assert main(["run", "-c", line]) == 1

    assert "needs the app" in capsys.readouterr().err


def test_what_only_draws_is_left_out(built: Built, capsys: Run) -> None:
    assert main(["run", "-c", "/set ui.theme paper | /stop | /quit | /new | /undo | /pass x"]) == 0

    assert capsys.readouterr().out == "x\n"


async def test_without_a_screen_there_is_nothing_beside_the_prompt(built: Built) -> None:
    session = await built.house.services.library.new()
    front = HeadlessFront(built.house.services, session, Console(), trust=False)

    assert (front.focused(), front.draft(), list(front.waiting())) == (None, "", [])
    assert "no screen" in front.drawing()
    with pytest.raises(CommandError, match="needs the app"):
        await front.write("text", send=False, instead=False)


# Quick replies


def test_a_quick_reply_is_run_by_name(built: Built, capsys: Run) -> None:
    reply = QuickReply("hey", "/pass hey {{user}}")
    built.house.quick_replies.add("Set", reply)
    built.house.said.digests.append(reply.digest)

    assert main(["run", "-c", "/hey | /run Set.hey | /pass {{pipe}}!"]) == 0
    assert capsys.readouterr().out == "hey You!\n"


def test_one_from_elsewhere_runs_only_when_that_was_said(built: Built, capsys: Run) -> None:
    built.house.quick_replies.add("Set", QuickReply("theirs", "/pass done"))

    assert main(["run", "-c", "/theirs"]) == 1
    assert capsys.readouterr() == (
        "",
        "salon: Set.theirs comes from elsewhere and was not run (line 1, column 1):"
        " salon run --trust runs it; the app shows it and asks\n",
    )
    assert main(["run", "--trust", "-c", "/theirs"]) == 0
    assert capsys.readouterr().out == "done\n"


def test_a_text_is_sent_and_answered(connected: Built) -> None:
    connected.house.quick_replies.add("Set", QuickReply("kind", "Be kind, {{char}}."))

    assert main(["run", "--trust", "--chat", "Log", "--new", "-c", "/run kind"]) == 0
    assert chats(connected)["Log"][1:] == ["Be kind, Salon.", "Hello there."]


def test_sets_of_the_original_are_imported_and_printed(built: Built, capsys: Run) -> None:
    assert main(["import-quick-replies", "nothing.json"]) == 1
    assert "nothing.json is not there" in capsys.readouterr().err
    built.house.quick_replies.given = QuickReplySet("Theirs", (QuickReply("x", "/delete"),))

    assert main(["import-quick-replies", "a.json", "b.json"]) == 0
    assert capsys.readouterr().out == "Theirs\nTheirs 2\n"
    assert main(["export-quick-replies", "theirs 2"]) == 0
    assert capsys.readouterr().out == "{Theirs 2}\n"
    assert main(["export-quick-replies", "nobody's"]) == 2
    assert "there are: Theirs, Theirs 2" in capsys.readouterr().err


# With nothing in place of anything


def test_real_files_and_a_real_database_hold_what_was_said(home: Path, capsys: Run) -> None:
    travel = Path(__file__).parent.parent / "data" / "quick_replies" / "travel.json"

    assert main(["import-quick-replies", str(travel)]) == 0
    assert main(["run", "-c", '/pass | /:"where 3"']) == 1
    assert main(["run", "--trust", "-c", "/qr-get where 3"]) == 0
    assert main(["run", "-c", "/qr-create label=mine {: /send a | /pass made :}"]) == 0
    capsys.readouterr()
    assert main(["run", "-c", "/mine"]) == 0
    assert capsys.readouterr().out == "made\n"
    assert main(["run", "--chat", "Kept", "--new", "-c", "/mine"]) == 0
    capsys.readouterr()
    assert main(["chats"]) == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("2 Kept")
    with closing(sqlite3.connect(home / "data" / "chats.db")) as database:
        assert database.execute("SELECT count(*) FROM chats").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    said = home / "data" / "quick-replies.json"
    assert said.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(said.read_text())["approved"]) == 1
