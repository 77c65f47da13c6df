"""What is said of commands: in the app, and in `docs/commands.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError
from tui.slash.builtins import default_registry
from tui.slash.checking import names
from tui.slash.command import Command
from tui.slash.explaining import describe, fitting
from tui.slash.interpreter import read
from tui.slash.manual import manual

REGISTRY = default_registry()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(REGISTRY), "run `make manual`"


def test_every_command_has_a_place_on_the_page() -> None:
    page = manual(REGISTRY)

    for command in REGISTRY:
        assert page.count(f"\n### /{command.name}\n") == 1
        assert f"\n{command.usage}\n" in page
    assert page.index("## Differences from SillyTavern") > page.rindex("### /")


@pytest.mark.parametrize("command", REGISTRY, ids=lambda each: each.name)
def test_every_command_has_an_example_that_can_be_run(command: Command) -> None:
    script = read(command.example, REGISTRY)

    assert command.name in {REGISTRY.find(name).name for name in names(script)}
    assert script.ignored == ()


@pytest.mark.parametrize("command", REGISTRY, ids=lambda each: each.name)
def test_what_is_said_of_a_command_is_said_in_the_same_way(command: Command) -> None:
    for text in (command.summary, command.returns, *(p.summary for p in command.parameters)):
        assert not text.endswith(".")
        assert "\n" not in text
        assert text == text.strip()


def test_a_command_is_described_with_all_that_it_takes() -> None:
    lines = describe(REGISTRY.find("popup")).splitlines()

    assert lines[1] == "show a text until it is closed"
    assert "  okButton=      the word for Enter; OK if not given" in lines
    assert "  result=        give how it was closed instead of the text; true or false" in lines
    assert lines[-2].startswith("gives: the text")
    assert lines[-1].startswith("for example: /popup ")
    assert describe(REGISTRY.find("input")).endswith("also: /prompt")


def test_words_find_commands() -> None:
    assert fitting("clipboard", REGISTRY)[0].name.startswith("clipboard")
    assert [each.name for each in fitting("JSON labels", REGISTRY)] == ["buttons"]
    assert fitting("xyzzy", REGISTRY) == []


async def test_help_lists_what_fits() -> None:
    room = await Room().open()
    assert await room.run("/help labels json") == "/buttons: let one of several labels be chosen"
    assert "for example" in await room.run("/help /echo")
    with pytest.raises(CommandError, match="no command /ehco") as caught:
        await room.run("/help ehco")
    assert "echo" in caught.value.hint
    assert room.front.shown == []
    await room.run("/help")
    assert room.front.shown == ["help"]
