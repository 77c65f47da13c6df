from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.widgets.harness import wait_until
from tui.slash.offers import Suggestion
from tui.ui.chat import at_path
from tui.ui.chat.at_path import AtPaths, mentioned, walk
from tui.ui.chat.popup import enter_accepts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in (
        "cat.png",
        "A B.JPG",
        "notes.txt",
        ".hidden.png",
        "trip/Kyoto/temple cat.webp",
        "trip/map.gif",
        "node_modules/logo.png",
        ".git/cat.png",
        "home/me.jpg",
        "evil\x1b]0;x\x07.png",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


async def offered(text: str) -> list[Suggestion]:
    """What is offered once the folders were looked through."""
    found: list[list[Suggestion]] = []
    paths = AtPaths(lambda: found.append(paths.suggest(text, len(text))))
    first = paths.suggest(text, len(text))
    if paths._looking is not None:
        await wait_until(lambda: bool(found))
        return found[-1]
    return first


def labels(rows: list[Suggestion]) -> list[str]:
    return [row.label for row in rows]


def test_pictures_and_folders_are_found_the_nearest_first(folder: Path) -> None:
    assert [each.path for each in walk(folder)] == [
        *("A B.JPG", "cat.png", "home/", "trip/"),
        *("home/me.jpg", "trip/Kyoto/", "trip/map.gif"),
        "trip/Kyoto/temple cat.webp",
    ]


def test_only_so_much_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_path, "MOST_LOOKED_AT", 6)

    assert [each.path for each in walk(folder)] == ["A B.JPG", "cat.png", "home/"]


async def test_a_bare_at_offers_pictures_before_folders(folder: Path) -> None:
    rows = labels(await offered("look at @"))

    assert rows[:2] == ["A B.JPG", "cat.png"]
    assert rows[-1].endswith("/")
    assert len(rows) == 8


async def test_letters_find_a_picture_anywhere_below(folder: Path) -> None:
    assert labels(await offered("@tmpl")) == ["trip/Kyoto/temple cat.webp"]
    assert labels(await offered("@cat"))[0] == "cat.png"


async def test_choosing_a_picture_gives_its_file_and_no_text(folder: Path) -> None:
    row = (await offered("see @A"))[0]

    assert (row.insert, row.start, row.picture) == ("", 4, Path("A B.JPG"))


async def test_a_blank_may_stand_behind_a_quote(folder: Path) -> None:
    (row,) = await offered('see @"temple c')

    assert row.picture == Path("trip/Kyoto/temple cat.webp")
    assert row.start == 4


async def test_a_folder_is_gone_down_into(folder: Path) -> None:
    assert labels(await offered("@trip/")) == ["trip/map.gif", "trip/Kyoto/"]
    assert labels(await offered("@trip/Kyoto/")) == ["trip/Kyoto/temple cat.webp"]
    assert [row.insert for row in await offered("@trip/K")] == ["@trip/Kyoto/"]


async def test_home_and_the_whole_disk_can_be_reached(folder: Path) -> None:
    (row,) = await offered("@~/m")
    assert (row.label, row.picture) == ("~/me.jpg", folder / "home" / "me.jpg")

    (row,) = await offered(f"@{folder}/ca")
    assert row.picture == folder / "cat.png"


@pytest.mark.parametrize("text", ["me@cat", "a@b.c ", "@cat now", "no at all", "x @cat\n"])
async def test_an_address_or_what_is_finished_offers_nothing(text: str, folder: Path) -> None:
    assert AtPaths(lambda: None).suggest(text, len(text)) == []


@pytest.mark.parametrize(
    ("typed", "navigated", "accepts"),
    [
        ("@ca", False, True),
        ("@map", False, True),
        ("@temp", True, True),
        ("@", False, False),
        ("@anna", False, False),
    ],
)
def test_enter_takes_only_what_begins_like_the_word(
    typed: str, navigated: bool, accepts: bool
) -> None:
    chosen = {"@map": "trip/map.gif", "@anna": "savannah.jpg"}.get(typed, "cat.png")
    row = Suggestion("", 3, chosen, picture=Path(chosen))

    assert enter_accepts(f"hi {typed}", row, navigated=navigated) is accepts
    assert not enter_accepts(f"hi @{chosen}", row, navigated=False)


def test_the_pictures_that_a_message_names_are_found(folder: Path) -> None:
    text = 'see @cat.png, @"A B.JPG" and @trip/map.gif. Ask @anna, me@cat.png, @notes.txt, @cat.png'

    assert mentioned(text) == [Path("cat.png"), Path("A B.JPG"), Path("trip/map.gif")]


@given(st.text(alphabet='@"/~ab.pn\n ', max_size=40))
def test_no_text_names_what_is_not_there(text: str) -> None:
    assert mentioned(text) == []
