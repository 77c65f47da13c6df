from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.pictures.album import NOW, Album, uses
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.chat import PictureUse
from tui.domain.errors import StorageError
from tui.ui.pictures.gallery import NONE_AT_ALL, NONE_HERE, Gallery
from tui.ui.pictures.viewer import Viewer


class Opened:
    """A gallery on the screen."""

    def __init__(self, album: Album, app: Harness, gallery: Gallery, pilot: Pilot[None]) -> None:
        self.album, self.app, self.gallery, self.pilot = album, app, gallery, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.still()

    async def still(self) -> None:
        await self.pilot.pause()
        await wait_until(lambda: not self.gallery.grid.thumbnails.busy)
        await self.pilot.pause()

    @property
    def name(self) -> str:
        """The picture under the cursor."""
        use = self.gallery.grid.use
        return use.attachment.name if use else ""

    @property
    def names(self) -> list[str]:
        return [use.attachment.name for use in self.gallery.grid.uses]

    def shown(self, selector: str) -> str:
        return str(self.gallery.query_one(selector, Static).content)

    @property
    def screen(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def in_view(self) -> int:
        """Pictures of which at least one line can be seen."""
        grid = self.gallery.grid
        rows = -(-grid.size.height // grid.cells.height)
        return rows * grid.cells.columns


@asynccontextmanager
async def opened(
    here: list[PictureUse] | None = None,
    everywhere: list[PictureUse] | None = None,
    *,
    size: tuple[int, int] = (120, 36),
    draws: bool = True,
) -> AsyncGenerator[Opened, None]:
    album = Album()
    listed = uses(20) if here is None else here

    async def list_pictures(of_all: bool) -> list[PictureUse]:
        return (everywhere or []) if of_all else listed

    gallery = Gallery(list_pictures, album.means, draws=draws, now=lambda: NOW)
    app = Harness(gallery)
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Opened(album, app, gallery, pilot)
        await wait_until(lambda: gallery._all is not None)
        await stage.still()
        yield stage


@pytest.mark.parametrize(
    ("size", "columns"), [((120, 36), 4), ((80, 24), 3), ((40, 12), 1), ((200, 50), 7)]
)
async def test_the_grid_fills_the_screen(size: tuple[int, int], columns: int) -> None:
    async with opened(size=size) as stage:
        assert stage.gallery.grid.cells.columns == columns
        assert stage.name == "pic19.png"
        assert stage.names[:3] == ["pic19.png", "pic18.png", "pic17.png"]
        assert ("a lake with 19" in stage.screen) and ("a lake with 18" in stage.screen)
        assert "20 pictures" in stage.shown("#scope")
        assert max(map(len, stage.screen.splitlines())) <= size[0]


async def test_only_what_is_in_view_is_loaded() -> None:
    async with opened(uses(300)) as stage:
        assert len(stage.album.loaded) <= stage.in_view
        first = list(stage.album.loaded)

        await stage.press("tab", "end")
        await wait_until(lambda: stage.name == "pic0.png")
        await stage.still()
        assert len(stage.album.loaded) <= 3 * stage.in_view
        assert uses(300)[-1].attachment.digest in stage.album.loaded

        loaded = len(stage.album.loaded)
        await stage.press("home")
        await wait_until(lambda: stage.gallery.grid.scroll_offset.y == 0)
        await stage.still()
        assert stage.album.loaded[: len(first)] == first
        assert len(stage.album.loaded) <= loaded + stage.in_view


async def test_pictures_that_were_drawn_are_not_loaded_again() -> None:
    async with opened() as stage:
        await stage.press("down", "down", "down", "down")
        await stage.press("up", "up", "up", "up")

        assert len(stage.album.loaded) == len(set(stage.album.loaded))


async def test_on_a_small_screen_and_with_pictures_off_nothing_is_loaded() -> None:
    async with opened(size=(40, 12)) as stage:
        await stage.press("down")
        assert stage.album.loaded == []
        assert "› pic18.png" in stage.screen
    async with opened(draws=False) as stage:
        assert stage.album.loaded == []
        assert "› pic19.png" in stage.screen


async def test_arrows_move_in_the_grid() -> None:
    async with opened(uses(10)) as stage:
        seen = []
        for key in ("right", "down", "left", "left", "down", "end", "up", "home", "up"):
            await stage.press(key)
            seen.append(stage.gallery.grid.highlighted)

        assert seen == [1, 5, 4, 3, 7, 9, 5, 0, 0]


async def test_the_page_keys_go_by_what_is_in_view() -> None:
    async with opened(uses(100)) as stage:
        await stage.press("pagedown")
        at = stage.gallery.grid.highlighted
        assert at is not None
        assert at >= 4
        await stage.press("pageup")
        assert stage.gallery.grid.highlighted == 0


async def test_the_line_says_where_the_picture_is() -> None:
    async with opened() as stage:
        await stage.press("right")

        assert stage.shown("#about").startswith("pic18.png · #18 · ")


async def test_typing_searches_names_and_captions() -> None:
    async with opened() as stage:
        await stage.press(*"boats", "space", *"17")
        assert stage.names == ["pic17.png"]
        assert "1 of 20" in stage.shown("#scope")

        await stage.press("backspace")
        assert len(stage.names) == 11

        await stage.press(*"zzz")
        assert "No picture fits" in stage.screen
        await stage.press("enter", "space")
        assert stage.app.result is UNSET


async def test_typing_in_the_grid_goes_to_the_search() -> None:
    async with opened() as stage:
        await stage.press("down", *"pic7")
        assert stage.names == ["pic7.png"]
        assert stage.gallery.focused is stage.gallery.line

        await stage.press("down", "backspace")
        assert stage.gallery.line.value == "pic"


async def test_enter_gives_the_picture_back() -> None:
    async with opened() as stage:
        await stage.press("right", "enter")
        await wait_until(lambda: stage.app.result == uses(20)[1])


async def test_enter_waits_for_what_was_typed_before_it() -> None:
    async with opened() as stage:
        for key in [*"pic3.png", "enter"]:
            stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_until(lambda: stage.app.result is not UNSET)

        assert isinstance(stage.app.result, PictureUse)
        assert stage.app.result.attachment.name == "pic3.png"


async def test_escape_gives_nothing() -> None:
    async with opened() as stage:
        await stage.pilot.press("escape")
        await wait_until(lambda: stage.app.result is None)


@pytest.mark.parametrize("keys", [("right", "v"), ("right", "space"), ("right", "tab", "tab", "v")])
async def test_the_viewer_opens_and_the_cursor_follows_it(keys: tuple[str, ...]) -> None:
    async with opened() as stage:
        await stage.press(*keys)
        await wait_until(lambda: isinstance(stage.app.screen, Viewer))
        assert isinstance(stage.app.screen, Viewer)
        assert stage.app.screen.picture.name == "pic18.png"

        await stage.pilot.press("n", "n", "q")
        await wait_until(lambda: stage.app.screen is stage.gallery)
        assert stage.name == "pic16.png"


async def test_space_in_the_empty_line_looks_closely() -> None:
    async with opened() as stage:
        await stage.pilot.press("space")
        await wait_until(lambda: isinstance(stage.app.screen, Viewer))


async def test_a_click_looks_closely() -> None:
    async with opened() as stage:
        grid = stage.gallery.grid
        across = grid.cells.left(2) + 3
        await stage.pilot.click(grid, offset=(across, 2))
        await wait_until(lambda: isinstance(stage.app.screen, Viewer))

        assert stage.name == "pic17.png"


async def test_all_chats_are_a_key_away() -> None:
    both = [*uses(2, "coffee", "Coffee [b]"), *uses(3)]
    async with opened(uses(3), both) as stage:
        await stage.press("right", "ctrl+a")
        await wait_until(lambda: len(stage.names) == 5)
        # The cursor stays on its picture.
        assert stage.gallery.grid.use == uses(3)[1]

        await stage.press("home")
        assert stage.shown("#about").startswith("pic1.png · #1 in Coffee [b] · ")

        await stage.press("ctrl+a")
        await wait_until(lambda: len(stage.names) == 3)


async def test_a_click_changes_to_all_chats() -> None:
    async with opened(uses(3), uses(5)) as stage:
        await stage.pilot.click("#scope")
        await wait_until(lambda: len(stage.names) == 5)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_without_pictures_it_says_how_to_get_one(size: tuple[int, int]) -> None:
    async with opened([], [], size=size) as stage:
        for line in NONE_HERE.split("\n"):
            assert line[:30] in stage.screen

        await stage.press("ctrl+a")
        await wait_until(lambda: NONE_AT_ALL.split("\n", maxsplit=1)[0] in stage.screen)
        await stage.press("enter", "space", "down", "right", "v")
        assert stage.app.screen is stage.gallery


async def test_pictures_that_are_gone_have_their_captions() -> None:
    async with opened(uses(3)) as stage:
        stage.album.gone.add(uses(3)[0].attachment.digest)
        stage.album.damaged.add(uses(3)[1].attachment.digest)
        stage.album.failing.add(uses(3)[2].attachment.digest)
        await stage.pilot.resize_terminal(100, 30)
        await stage.still()

        assert stage.screen.count("gone or damaged") == 3
        assert "a lake with 2 boats" in stage.screen


async def test_a_list_that_cannot_be_read_is_told() -> None:
    async def failing(_of_all: bool) -> list[PictureUse]:
        raise StorageError("the disk is full")

    app = Harness(Gallery(failing, Album().means))
    async with app.run_test(size=(80, 24), notifications=True):
        await wait_until(lambda: bool(app._notifications))

        assert [each.message for each in app._notifications] == ["the disk is full"]
