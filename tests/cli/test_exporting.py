from __future__ import annotations

import asyncio
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tests.fakes.exported import IMAGE, MESSAGES
from tui.cli.exporting import pick
from tui.cli.main import main
from tui.domain.chat import ChatSummary
from tui.domain.errors import CommandError


@pytest.fixture
def told(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and three chats; the one used last is "Rockets"."""

    async def fill() -> None:
        await built.house.images.put(IMAGE)
        for at, title in enumerate(("Cats", "Cats\x1b[2J again", "Rockets")):
            session = await built.house.services.library.new("ada")
            session.chat.title = title
            session.chat.updated = 2e9 + at
            await session.save()
            for message in MESSAGES:
                await session.append(replace(message, id=f"{at}-{message.id}"))

    asyncio.run(fill())
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_the_chat_used_last_becomes_markdown_in_the_working_folder(
    told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export"]) == 0

    out, err = capsys.readouterr()
    assert out == "Rockets.md\n"
    assert err == "salon: exported 8 messages, 2 pictures, 2 pictures gone from the store\n"
    assert names(told) == ["Rockets-assets", "Rockets.md"]


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["--chat", "cats", "--format", "html"], "Cats.html"),
        (["--chat", "CATS�", "--format", "jsonl"], "Cats-2J-again.jsonl"),
        (["--chat", "rock", "--output", "a.html"], "a.html"),
        (["--chat", "ets", "--output", "."], "Rockets.md"),
        (["--chat", "rkts", "--output", "b.md", "--format", "text"], "b.md"),
    ],
)
def test_chat_format_and_file_can_be_said(told: Path, arguments: list[str], file: str) -> None:
    assert main(["export", *arguments]) == 0

    assert file in names(told)


def test_what_is_there_is_written_over_only_with_force(
    told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (told / "Rockets.html").write_text("mine")

    assert main(["export", "--format", "html"]) == 1
    assert capsys.readouterr() == (
        "",
        "salon: Rockets.html already exists: --force writes over it\n",
    )
    assert (told / "Rockets.html").read_text() == "mine"
    assert main(["export", "--format", "html", "--force"]) == 0
    assert "<!DOCTYPE html>" in (told / "Rockets.html").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_one_line(
    told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--output", "gone/x.md"]) == 1
    assert capsys.readouterr().err == "salon: cannot write x.md: no such file or directory\n"
    assert names(told) == []


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
def test_stdout_gets_the_text_and_stderr_that_pictures_are_missing(
    told: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert main(["export", "--output", "-", "--format", form]) == 0

    out, err = capsys.readouterr()
    assert "Two of them: 你好" in out
    assert "the pictures are left out" in err
    assert names(told) == []


def test_a_page_on_stdout_has_its_pictures_and_is_utf8_whatever_the_locale(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))

    assert main(["export", "--output", "-", "--format", "html"]) == 0

    page = raw.getvalue().decode("utf-8")
    assert "data:image/png;base64," in page and page.endswith("</html>\n") and "你好" in page
    assert "left out" not in capsys.readouterr().err


class Full(io.BytesIO):
    def write(self, _: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_behind_stdout_is_one_line(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Full(), "utf-8"))

    assert main(["export", "--output", "-"]) == 1
    assert capsys.readouterr().err == "salon: cannot write to stdout: no space left on device\n"


def test_all_chats_go_into_a_folder(told: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (told / "all").mkdir()

    assert main(["export", "--all", "--format", "jsonl", "--output", "all"]) == 0

    files = capsys.readouterr().out.splitlines()
    assert files == ["all/Cats.jsonl", "all/Cats-2J-again.jsonl", "all/Rockets.jsonl"]
    for file in files:
        lines = (told / file).read_text(encoding="utf-8").split("\n")
        assert json.loads(lines[1])["mes"].startswith("Hello, **Ann**.")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--all", "--force"], 2, "--all writes over nothing"),
        (["--all", "--output", "x.md"], 1, "x.md is no folder"),
        (["--output", "x.pdf"], 2, "no format ends in '.pdf'"),
        (["--chat", "dogs\x1b"], 2, "there is no chat 'dogs�'"),
        (["--chat", "cat"], 2, "2 chats fit 'cat'"),
        (["--format", "pdf"], 2, "invalid choice"),
        (["--all", "--chat", "x"], 2, "not allowed with"),
    ],
)
def test_a_wrong_call_is_explained(
    told: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["export", *arguments]) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert said in err and "\x1b" not in err
    assert names(told) == []


def test_without_a_chat_there_is_nothing_to_export(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export"]) == 1
    assert "there is no chat yet" in capsys.readouterr().err


def row(id_: str, title: str) -> ChatSummary:
    return ChatSummary(id_, title, "ada", 1, 0.0)


CHATS = [row("a1b2c3d4e5", "Cats"), row("a1b2c3ffff", "Cats"), row("0123456789", "Cats and dogs")]


@pytest.mark.parametrize(
    ("wanted", "id_"),
    [
        ("", "a1b2c3d4e5"),
        ("0123456789", "0123456789"),
        ("a1b2c3d", "a1b2c3d4e5"),
        ("cats a", "0123456789"),
        ("dogs", "0123456789"),
        ("cadgs", "0123456789"),
    ],
)
def test_a_chat_is_found_by_what_is_known_of_it(wanted: str, id_: str) -> None:
    assert pick(CHATS, wanted).id == id_


@pytest.mark.parametrize("wanted", ["cats", "a1b2c3", "a"])
def test_of_several_that_fit_none_is_taken(wanted: str) -> None:
    with pytest.raises(CommandError, match="chats fit") as caught:
        pick(CHATS, wanted)
    assert "Cats (a1b2c3d4)" in caught.value.hint
