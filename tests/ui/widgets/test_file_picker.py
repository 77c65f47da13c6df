from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.ui.widgets.harness import Harness, picture, read_picture, wait_until
from tui.domain.errors import ImageError
from tui.domain.image import Image
from tui.ui.widgets.file_picker import FilePicker
from tui.ui.widgets.image_view import ImageView
from tui.ui.widgets.pictures_picker import PicturesPicker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "Pictures"
    (pictures / "holiday").mkdir(parents=True)
    for name in ("cat.jpg", "HOUSE.JPG", "notes.txt", ".hidden.png", "holiday/beach.png"):
        (pictures / name).write_bytes(b"x" * 2000)
    return pictures


def listed(picker: FilePicker) -> list[str]:
    return [row.id for row in picker.rows.rows]


def shown(picker: FilePicker, selector: str) -> str:
    return str(picker.query_one(selector, Static).content)


async def test_folders_come_first_and_only_pictures_are_listed(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    async with Harness(picker).run_test():
        await wait_until(lambda: bool(picker.rows.rows))

        assert listed(picker) == ["..", "holiday", "cat.jpg", "HOUSE.JPG"]


async def test_ctrl_a_shows_all_files(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    async with Harness(picker).run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("ctrl+a")

        assert {"notes.txt", ".hidden.png"} <= set(listed(picker))


async def test_typing_filters_and_enter_takes_the_file(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press(*"hous", "enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert app.result == folder / "HOUSE.JPG"


async def test_enter_opens_a_folder_and_backspace_goes_up(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    async with Harness(picker).run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press(*"holi", "enter")
        await wait_until(lambda: "beach.png" in listed(picker))
        await pilot.press("backspace")
        await wait_until(lambda: "cat.jpg" in listed(picker))

        assert picker.rows.row is not None
        assert picker.rows.row.id == "holiday"


async def test_a_typed_path_is_followed_and_tab_completes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    picker = FilePicker(read_picture, Path("/"))
    app = Harness(picker)
    async with app.run_test() as pilot:
        await pilot.press("~", "/")
        await wait_until(lambda: "Pictures" in listed(picker))
        await pilot.press("P", "tab")
        await wait_until(lambda: "holiday" in listed(picker))
        assert picker.query_one(Input).value == "~/Pictures/"
        await pilot.press("c", "tab", "enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert app.result == folder / "cat.jpg"


async def test_a_whole_typed_name_is_taken_whatever_its_ending(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press(*"notes.txt", "enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert app.result == folder / "notes.txt"


async def test_the_picture_under_the_cursor_is_shown_with_its_facts(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    async with Harness(picker).run_test(size=(80, 24)) as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("down")
        await wait_until(
            lambda: picker.query_one(ImageView).ready and "cat" in shown(picker, "#facts")
        )

        assert shown(picker, "#facts") == "cat.jpg\n4032 × 2520, 2.1 MB"


async def test_a_broken_picture_is_one_line(folder: Path) -> None:
    async def read(path: Path) -> Image:
        raise ImageError("cat.jpg is cut off", hint="fetch it again")

    picker = FilePicker(read, folder)
    async with Harness(picker).run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("down")
        await wait_until(lambda: bool(shown(picker, "#facts")))

        assert shown(picker, "#facts") == "cat.jpg is cut off: fetch it again"


async def test_a_folder_that_cannot_be_read_is_one_line(folder: Path) -> None:
    picker = FilePicker(read_picture, folder / "gone")
    async with Harness(picker).run_test() as pilot:
        await wait_until(lambda: bool(shown(picker, "#note")))
        assert shown(picker, "#note") == "Cannot open this folder: no such file or directory"

        await pilot.press("backspace")
        await wait_until(lambda: "cat.jpg" in listed(picker))


def touch(folder: Path, name: bytes) -> bytes:
    raw = os.fsencode(folder) + b"/" + name
    Path(os.fsdecode(raw)).write_bytes(b"x")
    return raw


async def test_nasty_names_are_shown_clean_and_given_back_true(tmp_path: Path) -> None:
    raw = touch(tmp_path, b"ev\x1b[2Jil\xff[b].png")
    picker = FilePicker(read_picture, tmp_path)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: len(picker.rows.rows) > 1)
        drawn = picker.rows.render_line(1).text
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert os.fsencode(str(app.result)) == raw
    assert "\x1b" not in drawn
    assert "[b].png" in drawn


async def test_escape_gives_nothing(folder: Path) -> None:
    app = Harness(FilePicker(read_picture, folder))
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await wait_until(lambda: app.result is None)


async def test_a_small_terminal_shows_the_list_alone(folder: Path) -> None:
    picker = FilePicker(read_picture, folder)
    async with Harness(picker).run_test(size=(40, 12)):
        await wait_until(lambda: bool(picker.rows.rows))

        assert not picker.query_one("#side").display
        assert picker.rows.region.height >= 6


async def test_thousands_of_files_stay_quick(tmp_path: Path) -> None:
    for index in range(3000):
        (tmp_path / f"IMG_{index:05}.jpg").touch()
    picker = FilePicker(read_picture, tmp_path)
    async with Harness(picker).run_test() as pilot:
        await wait_until(lambda: len(picker.rows.rows) == 3001)
        await pilot.press(*"02999")

        assert listed(picker)[0] == "IMG_02999.jpg"


def test_the_harness_picture_is_a_picture() -> None:
    assert picture().data.startswith(b"\x89PNG")


async def test_several_pictures_are_marked_with_space(folder: Path) -> None:
    picker = PicturesPicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("space", "down", "space")
        await wait_until(lambda: shown(picker, "#title") == "Choose pictures · 1 marked")
        await pilot.press("space")
        await wait_until(lambda: shown(picker, "#title") == "Choose pictures · 2 marked")
        assert [row.label for row in picker.rows.rows][2:] == ["● cat.jpg", "● HOUSE.JPG"]
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert isinstance(app.result, Path)
    assert picker.chosen(app.result) == (folder / "cat.jpg", folder / "HOUSE.JPG")


async def test_a_mark_is_taken_back_and_the_one_under_the_cursor_counts(folder: Path) -> None:
    picker = PicturesPicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("down", "space", "up", "space", "enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert isinstance(app.result, Path)
    assert picker.chosen(app.result) == (folder / "HOUSE.JPG",)


async def test_a_blank_in_a_name_is_typed_and_marks_nothing(folder: Path) -> None:
    (folder / "A B.JPG").write_bytes(b"x")
    picker = PicturesPicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("a", "space", "b")
        await wait_until(lambda: picker.line.value == "a b")
        assert listed(picker) == ["A B.JPG"]
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert isinstance(app.result, Path)
    assert picker.chosen(app.result) == (folder / "A B.JPG",)


async def test_marks_stay_while_one_goes_through_folders(folder: Path) -> None:
    picker = PicturesPicker(read_picture, folder)
    app = Harness(picker)
    async with app.run_test() as pilot:
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("down", "space", *"holi", "enter")
        await wait_until(lambda: listed(picker) == ["..", "beach.png"])
        await pilot.press("space", "enter")
        await wait_until(lambda: isinstance(app.result, Path))

    assert isinstance(app.result, Path)
    assert picker.chosen(app.result) == (folder / "cat.jpg", folder / "holiday" / "beach.png")
