from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.slash.arguments import Kind
from tui.slash.builtins import default_registry
from tui.slash.checking import check
from tui.slash.completion import suggest
from tui.slash.offers import Offer, Suggestion
from tui.slash.parser import parse
from tui.slash.syntax import Text, Word, unquoted

REGISTRY = default_registry()


def values(kind: Kind) -> Iterable[Offer]:
    known: dict[str, list[Offer]] = {
        "connection": [("kitchen", "llama.cpp"), ("cloud", "OpenAI")],
        "chat": [("Holiday in Rome", "12 messages"), ('"Quoted"', ""), ("a|b", "")],
        "theme": [("salon-dark", ""), ("salon-light", "")],
        "picture": [("img12", "owl.png, beside the prompt"), ("img1", "cat\x1b.png, #3")],
        "setting": [("captioning.prompt", "what to ask"), ("ui.theme", "colours")],
    }
    return known.get(kind, [])


def offered(text: str, folder: Path | None = None) -> list[Suggestion]:
    return suggest(text, len(text), REGISTRY, values, folder)


def chosen(text: str, row: Suggestion) -> str:
    return text[: row.start] + row.insert


def labels(text: str, folder: Path | None = None) -> list[str]:
    return [row.label for row in offered(text, folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cat.png", "my cat.JPG", "notes.txt", ".hidden.png", "it's.webp"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "Pictures").mkdir()
    (tmp_path / "Pictures" / "dog.png").write_bytes(b"x")
    (tmp_path / "bad\x1bname.png").write_bytes(b"x")
    return tmp_path


def test_a_slash_alone_offers_every_command_with_its_description() -> None:
    rows = offered("/")

    assert [row.label for row in rows] == [f"/{each.name}" for each in REGISTRY.registered]
    assert all(row.help for row in rows)


def test_the_main_thing_comes_first_among_those_that_begin_alike() -> None:
    assert labels("/")[0] == "/caption"
    assert labels("/c")[0] == "/caption"
    assert labels("/copy")[0] == "/copy"


def test_letters_choose_the_command_that_begins_so() -> None:
    assert labels("/cap")[:2] == ["/caption", "/caption-log"]
    assert offered("/cap")[0].insert == "/caption "


def test_scattered_letters_find_a_command() -> None:
    assert "/regenerate" in labels("/rgn")


def test_an_alias_is_offered_with_what_it_stands_for() -> None:
    assert labels("/trig") == ["/trigger = /reply"]
    assert "/exit = /quit" in labels("/exi")


def test_an_alias_typed_to_its_end_is_what_enter_runs() -> None:
    assert labels("/delchat")[0] == "/delchat = /delete-chat"


@pytest.mark.parametrize("text", ["", "hello", "//cap", "look at /cap", "/nosuch x", "/send hi"])
def test_nothing_is_offered_where_there_is_nothing_to_say(text: str) -> None:
    assert offered(text) == []


def test_what_stands_behind_the_cursor_does_not_matter() -> None:
    assert suggest("/capxyz more", 4, REGISTRY)[0].label == "/caption"


def test_named_arguments_are_offered_until_they_are_given(folder: Path) -> None:
    assert "quiet=" in labels("/caption ", folder)
    assert "quiet=" not in labels("/caption quiet=true ", folder)
    assert "file=" in labels("/caption file=cat.png ", folder)
    assert labels("/caption mes", folder) == ["mesId="]
    assert labels("/caption what is m", folder) == []


def test_values_of_named_arguments_are_offered() -> None:
    assert labels("/caption quiet=") == ["true", "false"]
    assert labels("/caption source=d")[0] == "describe"
    assert labels("/caption connection=ki") == ["kitchen"]
    text = "/caption quiet=t"
    assert chosen(text, offered(text)[0]) == "/caption quiet=true "


def test_pictures_come_first_then_folders(folder: Path) -> None:
    assert labels("/caption file=", folder) == [
        "cat.png",
        "it's.webp",
        "my cat.JPG",
        "Pictures/",
        "notes.txt",
    ]


def test_the_first_word_of_caption_may_be_a_picture(folder: Path) -> None:
    text = "/caption my"

    rows = offered(text, folder)

    assert [row.label for row in rows] == ["my cat.JPG"]
    assert chosen(text, rows[0]) == '/caption "my cat.JPG" '


def test_a_chosen_path_is_read_back_as_that_path(folder: Path) -> None:
    for row in offered("/caption file=", folder):
        (call,) = parse(chosen("/caption file=", row).rstrip(), REGISTRY.grammar).calls
        word = call.named[0].value
        assert isinstance(word, Word)
        assert word.value == row.label


def test_folders_are_entered(folder: Path) -> None:
    text = "/caption Pic"
    text = chosen(text, offered(text, folder)[0])

    assert text == "/caption Pictures/"
    assert labels(text, folder) == ["dog.png"]
    assert chosen(text, offered(text, folder)[0]) == "/caption Pictures/dog.png "


def test_a_folder_with_spaces_stays_quoted_while_one_goes_on(tmp_path: Path) -> None:
    (tmp_path / "my photos").mkdir()
    (tmp_path / "my photos" / "a b.png").write_bytes(b"x")
    text = "/caption file=my"
    text = chosen(text, offered(text, tmp_path)[0])

    assert text == '/caption file="my photos/'
    text = chosen(text, offered(text, tmp_path)[0])

    assert text == '/caption file="my photos/a b.png" '


def test_the_home_folder_keeps_its_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    text = "/caption ~/ca"

    assert chosen(text, offered(text)[0]) == "/caption ~/cat.png "
    assert chosen("/caption ~", offered("/caption ~")[0]) == "/caption ~/"


def test_hidden_files_are_offered_after_a_dot(folder: Path) -> None:
    assert labels("/caption file=.h", folder) == [".hidden.png"]


def test_names_with_control_characters_are_not_offered(folder: Path) -> None:
    assert labels("/caption file=bad", folder) == []


def test_a_folder_that_cannot_be_read_offers_nothing() -> None:
    assert labels("/caption file=/no/such/folder/") == []
    assert labels("/caption file=a\x00b/") == []


def test_titles_with_spaces_take_the_rest_of_the_line() -> None:
    text = "/chats holi"

    assert chosen(text, offered(text)[0]) == "/chats Holiday in Rome"
    assert labels("/chats holiday in r") == ["Holiday in Rome"]


def test_titles_that_look_like_syntax_survive() -> None:
    for row in offered("/chats "):
        (call,) = check(parse(chosen("/chats ", row), REGISTRY.grammar), REGISTRY).calls
        (text,) = call.parts
        assert isinstance(text, Text)
        assert unquoted(text.raw) == row.label


def test_places_are_completed_in_turn() -> None:
    assert labels("/images b") == ["blocks"]
    assert labels("/set theme") == ["ui.theme"]
    assert labels("/theme lig") == ["salon-light"]
    assert "caption" in labels("/help cap")
    assert labels("/images blocks ") == []


@given(st.text(), st.integers(0, 60))
def test_any_text_gives_rows_that_fit_it(text: str, cursor: int) -> None:
    typed = "/" + text
    cursor = min(cursor, len(typed))

    for row in suggest(typed, cursor, REGISTRY, values):
        assert 0 <= row.start <= cursor


@given(st.sampled_from([each.name for each in REGISTRY]), st.text())
def test_completion_of_any_arguments_never_fails(name: str, text: str) -> None:
    typed = f"/{name} {text}"

    assert isinstance(suggest(typed, len(typed), REGISTRY, values), list)


def test_attach_offers_a_file_in_each_place(folder: Path) -> None:
    first = [row.label for row in offered("/attach ", folder)]
    second = [row.label for row in offered('/attach a.png "b c.png" ', folder)]

    assert [label for label in first if not label.endswith("=")] == second
    assert "Pictures/" in second


@pytest.mark.parametrize("line", ["/caption i", "/caption img", "/fate IM", "/fate mesId=1 img1"])
def test_ids_of_pictures_are_offered_with_their_names(line: str, folder: Path) -> None:
    rows = [row for row in offered(line, folder) if row.label.startswith("img")]

    assert [(row.label, row.help) for row in rows] == [
        ("img12", "owl.png, beside the prompt"),
        ("img1", "cat\ufffd.png, #3"),
    ]
    assert chosen(line, rows[1]) == f"{line.rpartition(' ')[0]} img1 "


def test_behind_an_id_comes_what_else_the_command_takes(folder: Path) -> None:
    assert labels("/fate img1 bo", folder) == ["both"]
    assert "img1" not in labels("/fate ", folder)
    assert labels("/caption img1 what is ", folder) == []
