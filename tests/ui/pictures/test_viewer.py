from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.pictures.album import Album, attachment
from tests.ui.widgets.harness import Harness, wait_until
from tui.domain.image import Box
from tui.ui.pictures.means import measured
from tui.ui.pictures.viewer import DAMAGED, GONE, Viewer
from tui.ui.widgets.image_view import ImageView

SIZES = [(120, 36), (80, 24), (40, 12)]


class Opened:
    """A viewer on the screen."""

    def __init__(self, album: Album, app: Harness, viewer: Viewer, pilot: Pilot[None]) -> None:
        self.album, self.app, self.viewer, self.pilot = album, app, viewer, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.still()

    async def still(self) -> None:
        await self.pilot.pause()
        await wait_until(lambda: self.view.ready)
        await self.pilot.pause()

    @property
    def view(self) -> ImageView:
        return self.viewer.query_one(ImageView)

    @property
    def box(self) -> Box:
        """The part of the picture that is shown."""
        return self.view._box or (0, 0, 640, 400)

    def shown(self, selector: str) -> str:
        return str(self.viewer.query_one(selector, Static).content)

    @property
    def notices(self) -> list[str]:
        return [each.message for each in self.app._notifications]


@asynccontextmanager
async def opened(
    count: int = 3,
    at: int = 0,
    *,
    size: tuple[int, int] = (80, 24),
    album: Album | None = None,
    caption: str | None = None,
) -> AsyncGenerator[Opened, None]:
    album = album or Album()
    viewer = Viewer([attachment(each, caption) for each in range(count)], at, album.means)
    app = Harness(viewer)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(lambda: bool(album.loaded))
        await wait_until(lambda: "MB" in str(viewer.query_one("#facts", Static).content)
                         or viewer.has_class("-gone"))  # fmt: skip
        stage = Opened(album, app, viewer, pilot)
        await stage.still()
        yield stage


@pytest.mark.parametrize("size", SIZES)
async def test_all_of_the_picture_is_shown_with_what_is_known(size: tuple[int, int]) -> None:
    async with opened(at=1, size=size) as stage:
        assert stage.box == (0, 0, 640, 400)
        assert stage.shown("#facts").startswith("2 of 3 · ")
        assert "fitted · pic1.png · 640 × 400, 2.1 MB" in stage.shown("#facts")
        assert stage.shown("#caption") == "a lake with 1 boats"
        room = stage.viewer.query_one("#room").region
        assert room.width == size[0]
        assert room.height >= size[1] - 4


async def test_plus_goes_nearer_and_minus_back() -> None:
    async with opened() as stage:
        fitted = stage.shown("#facts")

        await stage.press("plus", "equals_sign")
        left, top, right, bottom = stage.box
        assert right - left < 640
        assert bottom - top < 400
        assert (left + right) // 2 == pytest.approx(320, abs=1)
        assert "fitted" not in stage.shown("#facts")

        await stage.press("minus", "minus")
        assert stage.box == (0, 0, 640, 400)

        await stage.press("plus", "0")
        assert stage.box == (0, 0, 640, 400)
        assert stage.shown("#facts") == fitted


async def test_one_shows_the_pictures_own_pixels() -> None:
    async with opened() as stage:
        await stage.press("1")

        left, top, right, bottom = stage.box
        room = stage.viewer.query_one("#room").size
        assert (right - left, bottom - top) == (room.width, 2 * room.height)
        assert "100%" in stage.shown("#facts")


async def test_a_picture_smaller_than_the_room_can_be_seen_as_it_is() -> None:
    async with opened(size=(80, 36), album=Album(48, 30)) as stage:
        assert stage.view.size.width == 80

        await stage.press("1")

        assert stage.view.size == (48, 15)
        assert "100%" in stage.shown("#facts")


@pytest.mark.parametrize(
    ("keys", "axis", "sign"),
    [("left h", 0, -1), ("right l", 0, 1), ("up k", 1, -1), ("down j", 1, 1)],
)
async def test_arrows_and_letters_move(keys: str, axis: int, sign: int) -> None:
    async with opened() as stage:
        await stage.press("1")
        places = [stage.box[axis]]
        for key in keys.split():
            await stage.press(key)
            places.append(stage.box[axis])

        assert places == sorted(places, reverse=sign < 0)
        assert len(set(places)) == 3

        await stage.press("0", "plus", *keys.split())
        assert stage.box[axis + 1 + sign] in {0, 640, 400}


@pytest.mark.parametrize(
    ("key", "at"),
    [("n", 1), ("pagedown", 1), ("tab", 1), ("p", 2), ("pageup", 2), ("shift+tab", 2)],
)
async def test_another_picture_is_a_key_away(key: str, at: int) -> None:
    async with opened() as stage:
        await stage.press("plus", key)
        await wait_until(lambda: f"pic{at}.png · 640 × 400, 2.1 MB" in stage.shown("#facts"))

        assert stage.shown("#facts").startswith(f"{at + 1} of 3")
        assert stage.shown("#caption") == f"a lake with {at} boats"
        assert stage.box == (0, 0, 640, 400)
        assert stage.album.loaded == [attachment(0).digest, attachment(at).digest]


@pytest.mark.parametrize("key", ["escape", "q", "enter"])
async def test_closing_tells_where_one_was(key: str) -> None:
    async with opened() as stage:
        await stage.press("n")
        await stage.pilot.press(key)
        await wait_until(lambda: stage.app.result == 1)


async def test_a_picture_alone_has_no_next() -> None:
    async with opened(1) as stage:
        await stage.press("n", "p")

        assert stage.album.loaded == [attachment(0).digest]
        assert "of 1" not in stage.shown("#facts")


@pytest.mark.parametrize("what", ["gone", "damaged", "failing"])
async def test_a_picture_that_cannot_be_shown_says_so_with_its_caption(what: str) -> None:
    album = Album()
    getattr(album, what).add(attachment(0).digest)
    async with opened(album=album) as stage:
        said = {"gone": GONE, "damaged": DAMAGED}.get(what, "a stored picture cannot be read")
        assert said in stage.shown("#gone")
        assert stage.viewer.query_one("#gone").display
        assert not stage.view.display
        assert stage.shown("#caption") == "a lake with 0 boats"

        await stage.press("plus", "left", "1", "o")
        assert stage.notices == ["There is no picture to open"]

        await stage.press("n")
        await wait_until(lambda: not stage.viewer.has_class("-gone"))
        assert stage.view.display


async def test_the_caption_is_copied() -> None:
    async with opened() as stage:
        await stage.press("y")
        await stage.press("n", "c")

        assert stage.album.copied == ["a lake with 0 boats", "a lake with 1 boats"]


async def test_without_a_caption_there_is_nothing_to_copy() -> None:
    async with opened(caption="") as stage:
        await stage.press("y")

        assert stage.album.copied == []
        assert stage.shown("#caption") == "no caption"
        assert stage.notices == ["This picture has no caption"]


async def test_a_long_caption_is_shown_whole_when_asked_for() -> None:
    told = "\n".join(f"line {number} [b]\x1b[31m" for number in range(40))
    async with opened(caption=told) as stage:
        words = stage.viewer.query_one("#words")
        assert words.size.height == 2
        assert "\n" not in stage.shown("#caption")

        await stage.press("i")
        assert words.size.height > 2
        assert stage.shown("#caption").endswith("— local · vit")
        assert "\x1b" not in stage.shown("#caption")
        assert "[b]" in stage.shown("#caption")
        await stage.press("down", "j")
        assert words.scroll_offset.y == 2

        await stage.press("i")
        assert words.size.height == 2


async def test_the_picture_goes_to_the_desktops_viewer() -> None:
    async with opened() as stage:
        await stage.press("o")
        await wait_until(lambda: bool(stage.album.opened))
        assert stage.album.opened[0].digest == attachment(0).digest

        stage.album.no_program = True
        await stage.press("o")
        await wait_until(lambda: "it is in /tmp/x.png" in stage.notices[-1])


async def test_the_wheel_zooms_where_the_mouse_is() -> None:
    async with opened() as stage:
        for kind in (events.MouseScrollUp, events.MouseScrollUp):
            await stage.pilot._post_mouse_events([kind], offset=(1, 1), button=0)
        await stage.still()
        assert stage.box[:2] == pytest.approx((0, 0), abs=12)
        assert stage.box[2] < 600

        for _ in range(2):
            await stage.pilot._post_mouse_events([events.MouseScrollDown], offset=(1, 1), button=0)
        await stage.still()
        assert stage.box == (0, 0, 640, 400)


async def test_dragging_moves_the_picture_along() -> None:
    async with opened() as stage:
        await stage.press("1")
        before = stage.box

        await stage.pilot.mouse_down(offset=(40, 10))
        await stage.pilot.hover(offset=(30, 7))
        await stage.pilot.mouse_up(offset=(30, 7))
        await stage.pilot.hover(offset=(5, 5))
        await stage.still()

        assert stage.box[0] == before[0] + 10
        assert stage.box[1] == before[1] + 6


async def test_a_part_stays_in_view_when_the_terminal_changes() -> None:
    async with opened() as stage:
        await stage.press("1", "right", "right")
        middle = (stage.box[0] + stage.box[2]) // 2

        await stage.pilot.resize_terminal(100, 30)
        await stage.still()

        assert stage.box[2] - stage.box[0] == 100
        assert (stage.box[0] + stage.box[2]) // 2 == pytest.approx(middle, abs=1)


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_names_the_keys(key: str) -> None:
    async with opened() as stage:
        await stage.press(key)

        assert "PageDown" in stage.notices[0]


def test_only_pictures_are_measured() -> None:
    from tests.ui.widgets.harness import scene

    assert measured(scene(30, 20)) == (30, 20)
    assert measured(scene()[:200]) is None
    assert measured(b"") is None
