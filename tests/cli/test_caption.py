from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tests.fakes.house import House
from tui.cli import arguments
from tui.cli.main import main
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, TextDelta, Usage
from tui.domain.image import Image
from tui.domain.settings import SOURCES, ChainStep


def test_captions_go_to_stdout_one_line_each(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["caption", "a.png", "b.png"])

    captured = capsys.readouterr()
    assert code == 0
    assert captured.out == "a red circle\na red circle\n"
    assert captured.err == ""


def test_one_bad_file_does_not_stop_the_others(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["caption", "bad.png", "b.png"])

    captured = capsys.readouterr()
    assert code == 1
    assert captured.out == "a red circle\n"
    assert captured.err == "salon: bad.png is no picture\n"


def test_json_has_one_object_a_line(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["caption", "--json", "a.png", "bad é.png"])

    good, bad = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert list(good) == [
        *("file", "caption", "source", "model", "seconds", "error"),
        *("label", "note", "cached", "input_tokens", "output_tokens", "cost"),
    ]
    assert list(bad) == list(good)
    assert good["file"] == "a.png"
    assert (good["caption"], good["source"], good["model"]) == ("a red circle", "local", "tiny")
    assert good["seconds"] >= 0
    assert good["error"] is None
    assert bad["file"] == "bad é.png"
    assert bad["caption"] is None
    assert bad["error"] == "bad é.png is no picture"


def test_line_breaks_are_folded_and_nothing_can_obey(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "two\r\nlines \x1b]52;c;AAAA\x07 and\x9b2J {{user}} | /delete"
    built.house.sources.local_source.script = (TextDelta(text), Finished("stop"))

    main(["caption", "a.png"])
    plain = capsys.readouterr().out
    main(["caption", "--json", "a.png"])
    as_json = capsys.readouterr().out

    assert plain.count("\n") == 1
    assert plain.startswith("two lines")
    for printed in (plain, as_json):
        assert printed.rstrip("\n").isprintable()


def test_the_prompt_reaches_the_source(built: Built) -> None:
    main(["caption", "--prompt", "Which colours?", "a.png"])

    assert built.house.sources.local_source.asked[0][1] == "Which colours?"


def test_the_source_can_be_named(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    main(["caption", "--source", "describe", "a.png"])

    assert capsys.readouterr().out == "A landscape photo.\n"


def test_a_named_connection_captions(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["caption", "--connection", "kitchen", "--json", "a.png"])

    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (printed["source"], printed["model"]) == ("multimodal", "tiny-vision")


def test_an_unknown_connection_is_a_wrong_call(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["caption", "--connection", "nowhere", "a.png"])

    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert "no connection named 'nowhere'" in captured.err
    assert captured.err.count("\n") == 1


def test_names_are_read_from_stdin(
    built: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a.png\r\n\n b c.png\n"))

    main(["caption", "--json", "-", "d.png"])

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["file"] for line in lines] == ["a.png", " b c.png", "d.png"]


def test_the_offline_description_says_once_why_it_answers(
    capsys: pytest.CaptureFixture[str], built: Built
) -> None:
    built.house = House(ready=False)

    code = main(["caption", "a.png", "b.png"])

    captured = capsys.readouterr()
    assert code == 0
    assert captured.out == "A landscape photo.\nA landscape photo.\n"
    assert captured.err.count("offline description in place of tiny") == 1
    assert "salon model download puts it into" in captured.err


def test_the_model_is_fetched_first_when_asked(
    capsys: pytest.CaptureFixture[str], built: Built
) -> None:
    built.house = House(ready=False)

    main(["caption", "--download", "a.png"])

    assert capsys.readouterr().out == "a red circle\n"


def test_everything_is_closed_even_after_an_interrupt(
    built: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def interrupted(_self: object, path: Path) -> Image:
        raise KeyboardInterrupt

    monkeypatch.setattr("tests.fakes.house.FakeReader.read", interrupted)

    code = main(["caption", "a.png"])

    captured = capsys.readouterr()
    assert code == 130
    assert captured.out == captured.err == ""
    assert built.house.worker.closed == 1


def test_a_mistake_of_ours_is_one_line_and_a_traceback_in_the_log(
    built: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    async def broken(_self: object, path: Path) -> Image:
        secret = "local-value-that-must-not-be-logged"
        raise RuntimeError(f"broken with key=sk-{'1' * 30}{secret[:0]}")

    monkeypatch.setattr("tests.fakes.house.FakeReader.read", broken)

    code = main(["caption", "a.png"])

    log = (home / "state" / "salon.log").read_text()
    err = capsys.readouterr().err
    assert code == 1
    assert err.startswith("salon: unexpected: RuntimeError")
    assert err.count("\n") == 1
    assert "sk-1" not in err
    assert "Traceback" in log
    assert "must-not-be-logged" not in log
    assert "sk-1" not in log


def test_a_locale_that_cannot_spell_a_caption_gets_escapes(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    built.house.sources.local_source.script = (TextDelta("ein Mädchen"), Finished("stop"))
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))

    assert main(["caption", "a.png"]) == 0
    assert raw.getvalue() == b"ein M\\xe4dchen\n"


def test_nothing_is_fetched_for_a_connection(built: Built) -> None:
    built.house = House(ready=False)

    assert main(["caption", "--download", "--connection", "kitchen", "a.png"]) == 0
    assert not built.house.sources.local_source.ready


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_can_be_named(
    built: Built, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    settings = built.house.settings
    asyncio.run(settings.change("captioning.chain", (ChainStep("describe"),)))
    asyncio.run(settings.change("captioning.connection", "kitchen"))

    assert main(["caption", "--source", source, "--json", "a.png"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["source"] == ("describe" if source == "chain" else source)
    assert printed["error"] is None


def test_a_connection_of_any_kind_captions(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    for provider in ("fake", "distant", "puller", "horde", "extras"):
        chosen = {"provider": provider, "model": "tiny-vision"}
        asyncio.run(built.house.settings.change(f"connections.{provider}", chosen))
        assert main(["caption", "--connection", provider, "--json", "a.png"]) == 0
        assert main(["caption", "--source=multimodal", "--connection", provider, "a.png"]) == 0

    sources = [json.loads(line)["source"] for line in capsys.readouterr().out.splitlines()[::2]]
    assert sources == ["multimodal", "multimodal", "multimodal", "horde", "extras"]


def test_json_tells_tokens_cost_and_whether_it_was_made_before(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = Usage(600, 4, cost=0.002)
    built.house.sources.seeing.script = (TextDelta("A cat."), Finished("stop", usage=usage))
    command = ["caption", "--connection", "kitchen", "--model", "big-vision", "--json", "a.png"]

    for more in ([], [], ["--fresh"]):
        assert main([*command, *more]) == 0

    first, second, third = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["label"], first["model"]) == ("Fake: big-vision", "big-vision")
    assert (first["input_tokens"], first["output_tokens"], first["cost"]) == (600, 4, 0.002)
    assert (first["cached"], second["cached"], third["cached"]) == (False, True, False)
    assert second["cost"] is None
    assert third["cost"] == 0.002


def test_a_chain_says_on_stderr_who_answered_and_why(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = (ChainStep("horde"), ChainStep("describe"))
    asyncio.run(built.house.settings.change("captioning.chain", steps))
    built.house.sources.horde_source.script = (CaptionError("no worker"),)

    code = main(["caption", "--source", "chain", "a.png", "b.png"])

    captured = capsys.readouterr()
    assert code == 0
    assert captured.out == "A landscape photo.\nA landscape photo.\n"
    assert captured.err.count("AI Horde: no worker; so: offline description") == 1


def test_what_broke_off_is_not_printed(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    built.house.sources.seeing.script = (TextDelta("a ca"), Finished("incomplete"))

    code = main(["caption", "--connection", "kitchen", "a.png"])

    captured = capsys.readouterr()
    assert code == 1
    assert captured.out == ""
    assert "broke off in mid-caption" in captured.err
    assert captured.err.count("\n") == 1


def test_local_only_is_a_setting_for_this_run(built: Built) -> None:
    main(["caption", "--local-only", "a.png"])
    main(["caption", "a.png"])

    assert built.flags == [{"images.local_only": True}, {}]


def test_pictures_stay_here_where_only_local_is_wanted(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(built.house.settings.change("images.local_only", True))

    code = main(["caption", "--source", "horde", "a.png"])

    captured = capsys.readouterr()
    assert code == 1
    assert captured.out == ""
    assert "pictures stay on this machine (local only)" in captured.err


def test_the_command_line_knows_the_sources_of_the_settings() -> None:
    assert arguments.SOURCES == SOURCES


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("bad.png", "salon: bad.png is no picture\n"),
        ("/a/bad.png", "salon: /a/bad.png: bad.png is no picture\n"),
    ],
)
def test_an_error_names_the_file_as_it_was_given(
    built: Built, capsys: pytest.CaptureFixture[str], name: str, line: str
) -> None:
    main(["caption", name])

    assert capsys.readouterr().err == line
