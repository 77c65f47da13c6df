from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tests.fakes.house import House
from tui.cli.main import main
from tui.domain.generation import Finished, TextDelta
from tui.domain.image import Image


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
    assert captured.err.count("offline description, for tiny cannot be used") == 1
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
