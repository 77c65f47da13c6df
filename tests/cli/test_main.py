from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Built
from tests.fakes.house import House
from tui import __version__
from tui.cli.main import main
from tui.domain.chat import Chat

HEAVY = {"onnxruntime", "transformers", "numpy", "PIL", "httpx", "textual", "rich", "yaml"}
LATER = HEAVY | {"asyncio", "argparse", "logging", "tui.services", "tui.domain"}


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=50
    )


def loaded(importtime: str) -> set[str]:
    lines = [line for line in importtime.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_the_version_is_printed_without_loading_anything() -> None:
    done = python("-X", "importtime", "-m", "tui", "--version")

    assert done.stdout == f"salon {__version__}\n"
    assert not loaded(done.stderr) & LATER


def test_importing_the_command_line_loads_nothing() -> None:
    done = python("-X", "importtime", "-c", "import tui.cli.main")

    assert done.returncode == 0
    assert not loaded(done.stderr) & LATER


def test_understanding_the_arguments_loads_nothing_heavy() -> None:
    code = "import sys; from tui.cli.main import main; main(['paths']); print(*sys.modules)"
    done = python("-c", code)

    assert done.returncode == 0
    assert not set(done.stdout.split()) & (HEAVY | {"asyncio"})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("what", ["--version", "--help"])
def test_what_cannot_be_written_is_one_line_and_a_failure(what: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui", what],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=50,
        )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("salon: there is no space left")


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_has_a_long_and_a_short_name(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([flag]) == 0
    assert capsys.readouterr().out == f"salon {__version__}\n"


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["caption", "-h"], ["model", "--help"]])
def test_help_is_data(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0

    captured = capsys.readouterr()
    assert captured.out.startswith("usage: salon")
    assert captured.err == ""


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["caption"],
        ["caption", "--source", "nobody", "a.png"],
        ["--set", "nonsense", "paths"],
        ["--set", "ui.thme=x", "paths"],
        ["--set", "local.num_beams=many", "paths"],
        ["paths", "nowhere"],
        ["config"],
    ],
)
def test_a_wrong_call_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_without_a_terminal_the_app_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "there is no terminal on" in capsys.readouterr().err


def test_nothing_but_data_reaches_a_pipe() -> None:
    done = python("-m", "tui")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "\x1b" not in done.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tui", "paths"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()

    assert process.returncode == 0
    assert err == b""


def test_paths_are_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["paths"])
    listed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    main(["paths", "settings"])

    assert listed["config"] == str(home / "config")
    assert listed["log"] == str(home / "state" / "salon.log")
    assert capsys.readouterr().out == f"{home}/config/config.yaml\n"
    assert not home.exists()


@pytest.mark.parametrize("command", [["paths", "config"], ["paths"], ["config", "path"]])
def test_a_path_is_clean_on_a_terminal_and_itself_in_a_script(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--home", "/nowhere/a\x1b]0;x\x07", *command])
    assert "/nowhere/a\x1b]0;x\x07/config" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    main(["--home", "/nowhere/a\x1b]0;x\x07", *command])

    assert "\x1b" not in (shown := capsys.readouterr().out)
    assert "/nowhere/a" in shown


@pytest.mark.parametrize("after", [False, True])
def test_home_may_stand_before_or_after_the_command(
    after: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "other")]

    main(["paths", "data", *home] if after else [*home, "paths", "data"])

    assert capsys.readouterr().out == f"{tmp_path}/other/data\n"


def test_settings_of_one_run_become_flags(built: Built) -> None:
    main(
        [
            "--set", "captioning.ask_every_time=yes", "--connection", "kitchen",
            "--character", "ada", "--theme", "salon-light",
            "chats", "--set", "local.num_beams=3", "--set", "captioning.prompt=a=b",
        ]
    )  # fmt: skip

    assert built.flags == [
        {
            "captioning.ask_every_time": True,
            "local.num_beams": 3,
            "captioning.prompt": "a=b",
            "chat.connection": "kitchen",
            "chat.character": "ada",
            "ui.theme": "salon-light",
        }
    ]


async def _two_chats(house: House) -> None:
    await house.store.create(Chat("one", "Rome\x1b[2J", "salon", "you", 5, 5))
    await house.store.create(Chat("two", "", "salon", "you", 6, 6))


async def test_chats_are_listed(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    await _two_chats(built.house)

    assert await _in_thread(["chats"]) == 0
    plain = capsys.readouterr().out
    assert await _in_thread(["chats", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert "\x1b" not in plain
    assert "(no title)" in plain.splitlines()[0]
    assert [(row["id"], row["messages"]) for row in rows] == [("two", 0), ("one", 0)]


async def _in_thread(argv: list[str]) -> int:
    """Run where no event loop runs yet, as in a shell."""
    import asyncio

    return await asyncio.to_thread(main, argv)


def test_the_settings_are_checked(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 0
    assert main(["config", "path"]) == 0

    captured = capsys.readouterr()
    assert captured.out.endswith("config.yaml\n")
    assert "no problems" in captured.err


def test_the_local_model_is_reported_and_fetched(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    built.house = House(ready=False)

    assert main(["model", "status"]) == 1
    assert capsys.readouterr().out == "tiny: needs download\n"
    assert main(["model", "download"]) == 0
    assert capsys.readouterr().out == "tiny: ready\n"


def test_the_offline_model_is_reported_and_fetched(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["offline", "status"]) == 1
    assert capsys.readouterr().out == "the tiny model is not installed\n"
    assert main(["offline", "install"]) == 0
    assert capsys.readouterr().out == "ready\n"


def test_the_log_is_for_its_owner_only(built: Built, home: Path) -> None:
    main(["chats"])

    log = home / "state" / "salon.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_no_reason_to_fail(
    built: Built, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir(mode=0o500)

    assert main(["caption", "a.png"]) == 0


def test_what_was_done_about_a_damaged_file_is_told_on_stderr(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    built.house.store.problems.append("the file of the chats was damaged")

    assert main(["chats"]) == 0

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "salon: the file of the chats was damaged\n"
