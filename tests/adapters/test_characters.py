from __future__ import annotations

from pathlib import Path

import pytest

from tui.adapters.characters import YamlCharacters
from tui.domain.character import Character, Persona, greeting
from tui.domain.macros import uses


@pytest.fixture
def store(tmp_path: Path) -> YamlCharacters:
    (tmp_path / "characters").mkdir()
    return YamlCharacters(tmp_path / "characters", tmp_path / "personas")


async def one(store: YamlCharacters, id_: str) -> Character:
    return next(each for each in await store.characters() if each.id == id_)


async def test_the_host_ships_and_greets(store: YamlCharacters) -> None:
    host = await one(store, "salon")

    said = greeting(host, Persona(name="Ada"))

    assert host.name == "Salon"
    assert 2 <= len(said.splitlines()) <= 4
    assert "Ada" in said
    assert "/caption" in said
    assert "F1" in said
    assert uses(host.description, "user")
    assert store.problems == []


async def test_the_default_persona_ships(store: YamlCharacters) -> None:
    assert await store.personas() == [Persona(name="You", id="you")]


async def test_keys_may_have_spaces_or_underscores(store: YamlCharacters, tmp_path: Path) -> None:
    (tmp_path / "characters" / "ada.yaml").write_text(
        "name: Ada\nexample dialogue: hello\nSystem-Prompt: be Ada\nfirst_message: 'Hi {{user}}'\n"
        "favourite_colour: [1, 2]\nscenario: 12:30\n"
    )

    ada = await one(store, "ada")

    assert ada == Character(
        name="Ada",
        first_message="Hi {{user}}",
        example_dialogue="hello",
        system_prompt="be Ada",
        scenario="12:30",
        id="ada",
    )


async def test_the_persons_file_takes_the_place_of_a_shipped_one(
    store: YamlCharacters, tmp_path: Path
) -> None:
    (tmp_path / "characters" / "salon.yml").write_text("name: Mine\n")
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "you.yaml").write_text("name: Ada\ndescription: a host's friend\n")

    assert (await one(store, "salon")).name == "Mine"
    assert await store.personas() == [Persona("Ada", "a host's friend", "you")]


async def test_what_a_file_says_is_cleaned(store: YamlCharacters, tmp_path: Path) -> None:
    (tmp_path / "characters" / "evil.yaml").write_text(
        'name: "A\\e]52;c;x\\a\\nB"\ndescription: "x\\e[2Jy\\u202e"\n'
    )

    evil = await one(store, "evil")

    assert evil.name == "A\ufffd]52;c;x\ufffd B"
    assert evil.description == "x\ufffd[2Jy\ufffd"


async def test_a_file_without_a_name_takes_the_files(store: YamlCharacters, tmp_path: Path) -> None:
    (tmp_path / "characters" / "bob.yaml").write_text("description: quiet\n")

    assert (await one(store, "bob")).name == "bob"


async def test_broken_files_are_skipped_and_reported(store: YamlCharacters, tmp_path: Path) -> None:
    folder = tmp_path / "characters"
    (folder / "torn.yaml").write_text("name: 'x\n")
    (folder / "empty.yaml").write_text("# nothing\n")
    (folder / "listed.yaml").write_text("name: Ok\ndescription:\n  - a\n")
    (folder / "latin.yaml").write_bytes(b"name: J\xfcrgen\n")
    (folder / "folder.yaml").mkdir()
    (folder / "notes.txt").write_text("not a character")
    (folder / "good.yaml").write_text("name: Good\n")

    found = await store.characters()
    await store.characters()

    assert {each.id for each in found} == {"salon", "good"}
    said = sorted(error.line() for error in store.problems)
    assert len(said) == 5
    assert "listed.yaml line 3, column 3: description must be text" in said
    assert any(line.startswith("latin.yaml line 1, column 8: not UTF-8") for line in said)
