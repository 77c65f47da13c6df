"""Pictures on their way in: however one comes, the same picture waits beside the prompt."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual import events

from tests.adapters.pictures import encoded, photo
from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tui.adapters.pillow import PillowReader
from tui.domain.clipping import Clipping
from tui.ui.terminal.parser import SafeParser
from tui.ui.widgets.confirm import Confirm
from tui.ui.widgets.file_picker import FilePicker

URL = "https://pics.example/A%20B.JPG"


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture with a blank in its name and the suffix in capitals."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "A B.JPG"
    file.write_bytes(encoded(photo(64, 48), "JPEG"))
    return file


@pytest.fixture
def house() -> House:
    return House(reader=PillowReader())


async def type_bytes(stage: Stage, data: str) -> None:
    """Let the app read what a terminal sends."""
    found: Iterable[object] = list(SafeParser().feed(data))
    for message in found:
        assert isinstance(message, events.Paste)
        stage.app.chat.composer.area.post_message(message)
    await stage.quiet()


async def pasted(stage: Stage, text: str) -> None:
    await type_bytes(stage, f"\x1b[200~{text}\x1b[201~")


def waiting(stage: Stage) -> list[str]:
    return [each.name for each in stage.app.chat.attaching.waiting]


async def waits(stage: Stage, *names: str) -> None:
    await stage.until(lambda: waiting(stage) == list(names))


# One picture, every way

TERMINALS = {
    "xterm, bare": str,
    "VTE, Konsole, kitty and foot, in quotes": lambda path: f"{shlex.quote(path)} ",
    "iTerm2 and Terminal.app, backslashes": lambda path: path.replace(" ", "\\ ") + " ",
    "Windows Terminal, double quotes": lambda path: f'"{path}"',
    "a file manager's address": lambda path: Path(path).as_uri() + "\r\n",
    "percent signs": lambda path: path.replace(" ", "%20"),
    "through Windows": lambda path: "\\\\wsl.localhost\\Debian" + path.replace("/", "\\"),
}


@pytest.mark.parametrize("way", TERMINALS.values(), ids=TERMINALS.keys())
async def test_a_dropped_picture_waits_and_nothing_is_typed(
    way: object, drop: Path, house: House
) -> None:
    assert callable(way)
    async with opened(house) as stage:
        await pasted(stage, way(str(drop)))
        await waits(stage, "A B.JPG")

        assert stage.prompt == ""


async def test_drop_at_picker_command_and_clipboard_give_the_same_picture(
    drop: Path, house: House
) -> None:
    digests = []
    async with opened(house) as stage:

        async def taken() -> None:
            await waits(stage, "A B.JPG")
            (picture,) = stage.app.chat.attaching.waiting
            digests.append((picture.digest, picture.width, picture.height))
            stage.app.chat.composer.chips.discard(picture.digest)
            stage.app.chat.attaching.forget(picture.digest)

        await pasted(stage, str(drop))
        await taken()
        await stage.write("@A")
        await stage.until(lambda: "A B.JPG" in stage.screen)
        await stage.press("tab")
        await taken()
        assert stage.prompt == ""
        await stage.press("ctrl+o")
        await stage.until(lambda: isinstance(stage.app.screen, FilePicker))
        stage.app.screen.dismiss(drop)
        await taken()
        await stage.enter("/attach A B.JPG")
        await taken()
        await stage.enter('/attach "A B.JPG"')
        await taken()
        house.clipboard.held = Clipping(paths=(drop,))
        await stage.press("ctrl+v")
        await taken()

    assert len(set(digests)) == 1
    assert len(digests) == 6


# Bytes and addresses


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png;base64,{}",
        "{}",
        "data:image/wrong;base64,{}",
    ],
)
async def test_bytes_that_were_pasted_are_a_picture_and_no_large_text(
    text: str, house: House
) -> None:
    data = encoded(photo(300, 200), "PNG")
    coded = base64.b64encode(data).decode()
    async with opened(house) as stage:
        await pasted(stage, text.format(coded))
        await waits(stage, "pasted picture")

        assert stage.prompt == ""
        assert "[pasted" not in stage.screen


async def test_bytes_that_are_no_picture_stay_text_and_say_why(house: House) -> None:
    text = f"data:image/png;base64,{base64.b64encode(b'<svg></svg>').decode()}"
    async with opened(house) as stage:
        await pasted(stage, text)
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices == [
            "pasted picture: an SVG drawing, not a picture Salon can open:"
            " Salon takes JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC"
        ]
        assert stage.prompt == text
        assert waiting(stage) == []


async def test_bytes_beyond_the_limit_are_not_decoded() -> None:
    coded = base64.b64encode(encoded(photo(900, 700), "BMP")).decode()
    async with opened(House(reader=PillowReader(max_megabytes=1))) as stage:
        await pasted(stage, f"data:image/bmp;base64,{coded}")
        await stage.until(lambda: bool(stage.notices))

        assert "larger than 1 MB" in stage.notices[0]
        assert waiting(stage) == []


async def test_an_address_is_fetched_only_after_a_yes(house: House) -> None:
    house.fetcher.pages[URL] = encoded(photo(64, 48), "JPEG")
    async with opened(house) as stage:
        await pasted(stage, URL)
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert "Fetch this picture from pics.example?" in stage.screen
        assert house.fetcher.asked == []
        await stage.press("y")
        await waits(stage, "A B.JPG")

        assert house.fetcher.asked == [URL]
        assert house.fetcher.limits == [64_000_000]
        assert stage.prompt == ""
        await stage.press("ctrl+z")
        assert (stage.prompt, waiting(stage)) == (URL, [])


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_an_address_that_is_not_wanted_stays_text(key: str, house: House) -> None:
    async with opened(house) as stage:
        await stage.write("see ")
        await pasted(stage, URL)
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press(key)
        await stage.until(lambda: stage.prompt == f"see {URL}")

        assert house.fetcher.asked == []


async def test_an_open_connection_is_refused_without_a_question(house: House) -> None:
    async with opened(house) as stage:
        await pasted(stage, "http://pics.example/a.png")
        await stage.until(lambda: stage.prompt == "http://pics.example/a.png")

        assert "only https" in stage.notices[-1]
        assert house.fetcher.asked == []


async def test_a_picture_that_cannot_be_fetched_leaves_its_address(house: House) -> None:
    async with opened(house) as stage:
        await pasted(stage, URL)
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: stage.prompt == URL)

        assert "does not give the picture out" in stage.notices[-1]


async def test_esc_stops_fetching_and_leaves_the_address(house: House) -> None:
    house.fetcher.hold = True
    async with opened(house) as stage:
        await pasted(stage, URL)
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: house.fetcher.asked == [URL])
        await stage.press("escape")
        await stage.until(lambda: stage.prompt == URL)

        assert waiting(stage) == []


async def test_attach_takes_an_address_too(house: House) -> None:
    house.fetcher.pages[URL] = encoded(photo(64, 48), "JPEG")
    async with opened(house) as stage:
        await stage.enter(f"/attach {URL}")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await waits(stage, "A B.JPG")


# Undo


async def test_undo_makes_a_paste_text_again(drop: Path, house: House) -> None:
    async with opened(house) as stage:
        await stage.write("look at ")
        await pasted(stage, f"{drop} ")
        await waits(stage, "A B.JPG")
        await stage.press("ctrl+z")

        assert waiting(stage) == []
        assert stage.prompt == f"look at {drop} "
        await stage.press("ctrl+z")
        assert stage.prompt != f"look at {drop} "


async def test_undo_after_more_was_typed_is_the_texts_own(drop: Path, house: House) -> None:
    async with opened(house) as stage:
        await pasted(stage, str(drop))
        await waits(stage, "A B.JPG")
        await stage.press("h", "i", "ctrl+z")

        assert waiting(stage) == ["A B.JPG"]
        assert stage.prompt == ""


async def test_undo_does_not_take_a_picture_that_waited_before(drop: Path, house: House) -> None:
    async with opened(house) as stage:
        await stage.enter("/attach A B.JPG")
        await waits(stage, "A B.JPG")
        await pasted(stage, str(drop))
        await stage.until(lambda: stage.app.chat.composer.conversions._last is not None)
        await stage.press("ctrl+z")

        assert waiting(stage) == ["A B.JPG"]
        assert stage.prompt == str(drop)


async def test_undo_of_a_chosen_file_gives_the_word_back(drop: Path, house: House) -> None:
    async with opened(house) as stage:
        await stage.write("see @A")
        await stage.until(lambda: "A B.JPG" in stage.screen)
        await stage.press("enter")
        await waits(stage, "A B.JPG")
        assert stage.prompt == "see "
        await stage.press("ctrl+z")

        assert (stage.prompt, waiting(stage)) == ("see @A", [])


# What is broken has a clear outcome


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cut.png", encoded(photo(), "PNG")[:300], "cut.png: the end of the file is missing (PNG)"),
        ("empty.png", b"", "empty.png: the file is empty"),
        ("words.jpg", b"just words", "words.jpg: text, not a picture Salon can open"),
    ],
)
async def test_a_broken_file_is_told_and_the_draft_stays(
    name: str, data: bytes, said: str, tmp_path: Path, house: House
) -> None:
    (tmp_path / name).write_bytes(data)
    async with opened(house) as stage:
        await stage.write("my draft")
        await pasted(stage, str(tmp_path / name))
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices[-1].startswith(said)
        assert stage.prompt == "my draft"
        assert waiting(stage) == []


async def test_a_broken_file_leaves_what_is_selected(tmp_path: Path, house: House) -> None:
    (tmp_path / "empty.png").touch()
    async with opened(house) as stage:
        await stage.write("my draft")
        stage.app.chat.composer.area.select_all()
        await pasted(stage, str(tmp_path / "empty.png"))
        await stage.until(lambda: bool(stage.notices))

        assert stage.prompt == "my draft"


async def test_what_only_looks_broken_is_taken(tmp_path: Path, house: House) -> None:
    (tmp_path / "alpha.png").write_bytes(encoded(photo(mode="RGBA"), "PNG"))
    (tmp_path / "large.jpg").write_bytes(encoded(photo(5200, 3900), "JPEG"))
    (tmp_path / "renamed.jpg").write_bytes(encoded(photo(), "WEBP"))
    async with opened(house) as stage:
        await pasted(stage, " ".join(str(file) for file in sorted(tmp_path.iterdir())))
        await waits(stage, "alpha.png", "large.jpg", "renamed.jpg")

        assert stage.notices == []
        large = stage.app.chat.attaching.waiting[1]
        assert (large.width, large.height) == (2048, 1536)


# The clipboard


@pytest.mark.parametrize("key", ["\x16", "\x1bv"], ids=["ctrl+v", "alt+v"])
async def test_a_copied_picture_is_pasted_by_key(key: str, house: House) -> None:
    house.clipboard.held = Clipping(encoded(photo(), "PNG"))
    async with opened(house) as stage:
        for message in SafeParser().feed(key):
            stage.app.post_message(message)
        await waits(stage, "clipboard")
        await stage.press("ctrl+z")

        assert (stage.prompt, waiting(stage)) == ("", [])


async def test_an_empty_paste_of_the_terminal_looks_at_the_clipboard(house: House) -> None:
    house.clipboard.held = Clipping(encoded(photo(), "PNG"))
    async with opened(house) as stage:
        await pasted(stage, "")
        await waits(stage, "clipboard")


async def test_paste_is_a_command_too(house: House) -> None:
    house.clipboard.held = Clipping(encoded(photo(), "PNG"))
    async with opened(house) as stage:
        await stage.enter("/paste")
        await waits(stage, "clipboard")


async def test_copied_text_is_pasted_where_there_is_no_picture(house: House) -> None:
    house.clipboard.held = Clipping(text="a\x1b[31mb")
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: bool(stage.prompt))

        assert stage.prompt == "a\ufffd[31mb"


async def test_copied_files_that_are_no_pictures_are_their_names(
    tmp_path: Path, house: House
) -> None:
    house.clipboard.held = Clipping(paths=(tmp_path / "a.txt", tmp_path / "b.txt"))
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: bool(stage.prompt))

        assert stage.prompt == f"{tmp_path}/a.txt\n{tmp_path}/b.txt"


async def test_what_was_cut_here_is_pasted_where_no_clipboard_is_reached(house: House) -> None:
    async with opened(house) as stage:
        await stage.write("cut me")
        await stage.press("ctrl+a", "ctrl+x")
        await stage.press("ctrl+v")
        await stage.until(lambda: "cut me" in stage.prompt)

        assert stage.notices == []


async def test_what_is_missing_is_told_in_one_line(house: House) -> None:
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices == ["xclip is missing: install it"]


async def test_nothing_on_the_clipboard_is_told(house: House) -> None:
    house.clipboard.held = Clipping()
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices == ["There is neither a picture nor text on the clipboard"]


async def test_a_copied_picture_that_is_broken_is_no_chip(house: House) -> None:
    house.clipboard.held = Clipping(b"\x89PNG\r\n\x1a\n")
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: bool(stage.notices))

        assert waiting(stage) == []
        assert stage.notices[0].startswith("clipboard: ")


async def test_kitty_is_asked_where_the_system_cannot_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    data = encoded(photo(), "PNG")
    coded = base64.b64encode(data).decode()
    kind = base64.b64encode(b"image/png").decode()
    async with opened(house) as stage:
        await stage.press("ctrl+v")
        await stage.until(lambda: "\x1b]5522;type=read;" in stage.app.written)
        parser = SafeParser()
        assert [
            *parser.feed("\x1b]5522;type=read:status=OK\x1b\\"),
            *parser.feed(f"\x1b]5522;type=read:status=DATA:mime={kind};{coded}\x1b\\"),
            *parser.feed("\x1b]5522;type=read:status=DONE\x1b\\"),
        ] == []
        await waits(stage, "clipboard")


# @name


async def test_a_picture_that_a_message_names_goes_along(drop: Path) -> None:
    house = await connected()
    (drop.parent / "cat.png").write_bytes(b"x")
    async with opened(house) as stage:
        await stage.enter("is @cat.png nice, @anna? me@cat.png")
        await stage.until(lambda: len(stage.messages) > 1)

        assert stage.messages[1].text == "is @cat.png nice, @anna? me@cat.png"
        assert [each.name for each in stage.messages[1].attachments] == ["cat.png"]


async def test_a_named_picture_that_is_broken_keeps_the_message(drop: Path) -> None:
    (drop.parent / "bad.png").write_bytes(b"x")
    async with opened(await connected()) as stage:
        await stage.enter("see @bad.png")
        await stage.until(lambda: bool(stage.notices))

        assert stage.prompt == "see @bad.png"
        assert len(stage.messages) == 1


async def test_a_name_is_no_file(drop: Path) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello @anna, write to me@home.example")

        assert stage.messages[1].text == "hello @anna, write to me@home.example"
        assert stage.messages[1].attachments == ()


# The watched folder


async def test_new_pictures_of_a_watched_folder_wait(tmp_path: Path, house: House) -> None:
    shot = tmp_path / "shot.png"
    shot.write_bytes(encoded(photo(), "PNG"))
    async with opened(house) as stage:
        assert house.watcher.listening == 0
        await stage.enter(f"/set images.watch_folder {tmp_path}")
        await stage.until(lambda: house.watcher.listening == 1)
        house.watcher.put(shot)
        await waits(stage, "shot.png")
        await stage.until(lambda: "shot.png was attached, for it is new" in stage.notices)

        await stage.enter('/set images.watch_folder ""')
        await stage.until(lambda: house.watcher.listening == 0)
        assert house.watcher.watched == [tmp_path]


async def test_a_folder_that_is_not_there_is_told_once(house: House) -> None:
    async with opened(house) as stage:
        await stage.enter("/set images.watch_folder /missing")
        await stage.until(lambda: bool(stage.notices))

        assert "no such folder to watch" in stage.notices[-1]


async def test_a_broken_screenshot_does_not_end_the_watch(tmp_path: Path, house: House) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(encoded(photo(), "PNG"))
    bad.write_bytes(b"")
    await house.settings.change("images.watch_folder", str(tmp_path))
    async with opened(house) as stage:
        await stage.until(lambda: house.watcher.listening == 1)
        house.watcher.put(bad)
        house.watcher.put(good)
        await waits(stage, "good.png")

        assert any("bad.png" in line for line in stage.notices)
