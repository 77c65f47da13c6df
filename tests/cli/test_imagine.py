from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tui.adapters.storage.picture_files import PictureFolder
from tui.cli.main import main
from tui.domain.errors import ProviderError, StorageError
from tui.domain.generation import Finished, TextDelta
from tui.domain.imagining import Made
from tui.domain.settings import ConnectionSettings, changed


@pytest.fixture
def painting(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """A folder to work in, and somebody who paints."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    studio = changed(ConnectionSettings("painter"))
    asyncio.run(built.house.settings.change("connections.studio", studio))
    built.house.imagers.events = [Made(b"fox", seed=7)]
    return built


def test_the_picture_is_named_after_the_prompt_and_never_written_over(
    painting: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["imagine", "A fox, at dawn!"]) == 0
    assert main(["imagine", "A fox, at dawn!"]) == 0

    out, err = capsys.readouterr()
    assert out == "A-fox-at-dawn.png\nA-fox-at-dawn-2.png\n"
    assert err == ""
    assert sorted(each.name for each in Path().iterdir()) == [
        "A-fox-at-dawn-2.png",
        "A-fox-at-dawn.png",
    ]


def test_every_option_is_for_this_picture(painting: Built) -> None:
    options = "--negative ugly --model ink --connection studio --width 640 --height 512"
    more = "--steps 8 --cfg 3.5 --seed 4294967295 -o fox.png"

    assert main(["imagine", "a fox", *options.split(), *more.split()]) == 0

    wish = painting.house.imagers.wishes[-1]
    assert (wish.prompt, wish.negative, wish.model) == ("a fox", "ugly", "ink")
    assert (wish.width, wish.height, wish.steps) == (640, 512, 8)
    assert (wish.cfg, wish.seed) == (3.5, 4294967295)
    assert Path("fox.png").is_file()


def test_what_is_there_costs_nothing_and_is_not_written_over(
    painting: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("fox.png").write_bytes(b"mine")

    assert main(["imagine", "a fox", "-o", "fox.png"]) == 1
    assert painting.house.imagers.wishes == []
    assert Path("fox.png").read_bytes() == b"mine"
    assert "fox.png already exists: --force writes over it" in capsys.readouterr().err

    assert main(["imagine", "a fox", "-o", "fox.png", "--force"]) == 0
    assert Path("fox.png").read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("output", "says"),
    [(".", "is a folder"), ("nowhere/fox.png", "its folder does not exist")],
)
def test_a_place_that_cannot_be_is_told_before_it_costs(
    painting: Built, capsys: pytest.CaptureFixture[str], output: str, says: str
) -> None:
    assert main(["imagine", "a fox", "-o", output]) == 1

    assert says in capsys.readouterr().err
    assert painting.house.imagers.wishes == []


def test_json_says_how_it_was_made(painting: Built, capsys: pytest.CaptureFixture[str]) -> None:
    painting.house.imagers.events = [Made(b"fox", seed=7, prompt="a red fox\x1b")]

    assert main(["imagine", "a fox", "--json", "-o", "fox.jpg"]) == 0

    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told.pop("seconds") >= 0
    assert told == {
        "file": "fox.jpg",
        "prompt": "a fox",
        "negative": "",
        "caption": "a red fox\ufffd",
        "width": 4,
        "height": 2,
        "seed": 7,
        "label": "Painter",
        "connection": "studio",
        "model": "",
        "error": None,
    }
    assert err == "salon: fox.jpg holds a picture of the type image/png\n"


def test_a_failure_is_a_line_and_a_code(
    painting: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    painting.house.imagers.events = [ProviderError("the filter said no")]

    assert main(["imagine", "a fox"]) == 1
    assert capsys.readouterr() == ("", "salon: the filter said no\n")

    assert main(["imagine", "a fox", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {"file": None, "prompt": "a fox", "error": "the filter said no"}
    assert err == "salon: the filter said no\n"
    assert list(Path().iterdir()) == []


def test_the_prompt_comes_from_stdin_and_words_are_words(
    painting: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("you\n"))

    assert main(["imagine", "-"]) == 0

    assert painting.house.imagers.wishes[-1].prompt == "you"


class Waiting(io.StringIO):
    """A terminal at which nobody has typed anything yet."""

    def read(self, size: int | None = -1) -> str:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise KeyboardInterrupt from None
        raise AssertionError("an event loop waits for it, which Ctrl+C does not end")


def test_an_interrupt_ends_the_waiting_for_a_prompt(
    painting: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Waiting())

    assert main(["imagine", "-"]) == 130


def test_a_prompt_that_is_no_text_is_told(
    painting: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))

    assert main(["imagine", "-"]) == 2
    assert capsys.readouterr().err == "salon: what stdin gives is not UTF-8 text\n"


def test_a_picture_that_cannot_be_written_is_not_lost(
    painting: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise StorageError("cannot write fox.png", hint="no space left on device")

    monkeypatch.setattr(PictureFolder, "write", full)

    assert main(["imagine", "a fox", "-o", "fox.png"]) == 1

    digest = next(iter(painting.house.images._images))
    assert capsys.readouterr().err == (
        f"salon: the picture itself is kept as /pictures/{digest}.png\n"
        "salon: cannot write fox.png: no space left on device\n"
    )


def test_words_are_worked_out_by_the_model_that_chats(painting: Built) -> None:
    house = painting.house
    asyncio.run(house.settings.change("chat.connection", "kitchen"))
    house.connector.model.script = (TextDelta("a fox at dawn, mist"), Finished("stop"))

    assert main(["imagine", "a fox", "--extend"]) == 0

    assert house.imagers.wishes[-1].prompt == "a fox at dawn, mist"
    assert [turn.role for turn in house.connector.model.requests[-1].turns] == ["user"]


@pytest.mark.parametrize("more", [[], [""], ["x", "--width", "w"]])
def test_a_wrong_call_has_its_own_code(painting: Built, more: list[str]) -> None:
    assert main(["imagine", *more]) == 2


def test_in_a_script_it_gives_the_path_of_the_file(
    painting: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "-c", "/pass a fox | /imagine quiet=true"]) == 0

    assert capsys.readouterr().out.startswith("/pictures/")


def test_a_caption_becomes_a_picture_in_a_script(
    painting: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "/caption file=cat.png quiet=true keywords | /imagine width=128"

    assert main(["run", "-c", line]) == 0

    assert capsys.readouterr().out == "img1\n"
    assert painting.house.imagers.wishes[-1].prompt == "a red circle"
