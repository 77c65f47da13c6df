from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static, TextArea

from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.errors import NetworkError
from tui.domain.imagine_request import ImagineRequest
from tui.domain.imagine_settings import ImagineSettings
from tui.ui.imagine.dialog import ImagineDialog, Painters
from tui.ui.imagine.draft import Draft
from tui.ui.imagine.edit_prompt import EditPrompt
from tui.ui.widgets.choice_list import ChoiceList

SIZES = [(120, 36), (80, 24), (40, 12)]


class Models:
    """Lists models, or fails."""

    def __init__(self) -> None:
        self.found: list[str] | NetworkError = ["ink", "chalk\x1b"]
        self.asked: list[str] = []

    async def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        if isinstance(self.found, NetworkError):
            raise self.found
        return self.found


class Opened:
    def __init__(self, app: Harness, screen: ImagineDialog, pilot: Pilot[None]) -> None:
        self.app, self.screen, self.pilot = app, screen, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await self.pilot.pause()

    async def type(self, selector: str, text: str) -> None:
        self.screen.query_one(selector).focus()
        await self.pilot.pause()
        await self.press(*text)

    async def until(self, condition: Callable[[], bool]) -> None:
        await wait_until(condition)
        await self.pilot.pause()

    @property
    def about(self) -> str:
        return str(self.screen.query_one("#about", Static).content)

    @property
    def request(self) -> ImagineRequest:
        result = self.app.result
        assert isinstance(result, tuple)
        request = result[1]
        assert isinstance(request, ImagineRequest)
        return request


@asynccontextmanager
async def opened(
    draft: Draft | None = None,
    given: ImagineRequest | None = None,
    *,
    models: Models | None = None,
    size: tuple[int, int] = (100, 30),
) -> AsyncIterator[Opened]:
    painters = Painters(
        ("studio", "shed"), "studio", lambda name: f"Painter of {name}", models or Models()
    )
    dialog = ImagineDialog(draft or Draft(), given or ImagineRequest(), ImagineSettings(), painters)
    app = Harness(dialog)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(lambda: app.screen is dialog and dialog.focused is not None)
        await pilot.pause()
        yield Opened(app, dialog, pilot)


async def test_a_prompt_and_enter_are_enough() -> None:
    async with opened() as dialog:
        await dialog.press(*"a fox")
        await dialog.press("enter")

        assert dialog.request == ImagineRequest("a fox", extend=False)


async def test_what_is_typed_right_before_enter_counts() -> None:
    async with opened() as dialog:
        await dialog.press(*"fox", "ctrl+j", *"red", "enter")

        assert dialog.request.text == "fox\nred"


async def test_typing_replaces_the_prompt_of_the_last_time() -> None:
    async with opened(Draft("an owl", negative="fog")) as dialog:
        await dialog.press(*"fox", "enter")

        assert (dialog.request.text, dialog.request.negative) == ("fox", "fog")


async def test_every_field_goes_into_the_request() -> None:
    async with opened(given=ImagineRequest(quiet=True)) as dialog:
        await dialog.type("#prompt", "fox")
        await dialog.type("#negative", "fog")
        await dialog.type("#size", "640x512")
        await dialog.type("#steps", "9")
        await dialog.type("#seed", "5")
        await dialog.type("#model", "ink")
        await dialog.press("ctrl+s")

        assert dialog.request == ImagineRequest(
            "fox",
            quiet=True,
            negative="fog",
            width=640,
            height=512,
            steps=9,
            seed=5,
            model="ink",
            extend=False,
        )


async def test_what_makes_no_sense_is_said_and_found() -> None:
    async with opened() as dialog:
        await dialog.press("enter")
        assert dialog.about.startswith("write what is on the picture")

        await dialog.press(*"fox")
        await dialog.type("#size", "big")
        await dialog.press("enter")

        assert dialog.app.result is UNSET
        assert "such as 768x512" in dialog.about
        assert dialog.screen.focused is dialog.screen.query_one("#size", Input)


async def test_a_mode_is_chosen_by_key_and_takes_the_place_of_the_prompt() -> None:
    async with opened() as dialog:
        await dialog.press(*"fox")
        await dialog.press("ctrl+t")
        await dialog.until(lambda: isinstance(dialog.app.screen, ChoiceList))
        await dialog.press(*"character's")
        await dialog.press("enter")
        await dialog.until(lambda: dialog.app.screen is dialog.screen)

        assert dialog.screen.query_one("#prompt", TextArea).disabled
        assert "the model that chats describes it" in dialog.about
        await dialog.press("tab", "enter")

        assert dialog.request.text == "face"


async def test_enter_on_a_button_opens_its_choice() -> None:
    async with opened() as dialog:
        await dialog.press(*"fox")
        dialog.screen.query_one("#painter", Button).focus()
        await dialog.press("enter")
        await dialog.until(lambda: isinstance(dialog.app.screen, ChoiceList))
        await dialog.press(*"shed", "enter")
        await dialog.until(lambda: dialog.app.screen is dialog.screen)

        assert "Painter of shed" in str(dialog.screen.query_one("#painter", Button).label)
        await dialog.press("ctrl+s")
        assert dialog.request.connection == "shed"


async def test_models_are_listed_when_asked_for() -> None:
    models = Models()
    async with opened(models=models) as dialog:
        await dialog.press("ctrl+l")
        await dialog.until(lambda: isinstance(dialog.app.screen, ChoiceList))
        await dialog.press(*"ink", "enter")
        await dialog.until(lambda: dialog.app.screen is dialog.screen)

        assert models.asked == ["studio"]
        assert dialog.screen.query_one("#model", Input).value == "ink"


async def test_models_that_cannot_be_listed_are_typed() -> None:
    models = Models()
    models.found = NetworkError("nobody answers", hint="is it running?")
    async with opened(models=models) as dialog:
        await dialog.press("ctrl+l")
        await dialog.until(lambda: "nobody answers" in dialog.about)

        models.found = []
        await dialog.press("ctrl+l")
        await dialog.until(lambda: "names no models" in dialog.about)
        assert dialog.app.screen is dialog.screen


async def test_escape_makes_no_picture() -> None:
    async with opened() as dialog:
        await dialog.press(*"fox", "escape")

        assert dialog.app.result is None


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_can_be_used_at_any_size(size: tuple[int, int]) -> None:
    async with opened(size=size) as dialog:
        frame = dialog.screen.query_one("#frame").region
        assert dialog.screen.region.contains_region(frame)

        await dialog.type("#model", "ink")
        field = dialog.screen.query_one("#model").region
        assert dialog.screen.query_one("#fields").region.contains_region(field)
        await dialog.type("#prompt", "fox")
        await dialog.press("enter")

        assert dialog.request.model == "ink"


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (("enter",), "a fox"),
        ((*", red", "enter"), "a fox, red"),
        (("ctrl+j", *"red", "enter"), "a fox\nred"),
        (("escape",), None),
        ((*("backspace",) * 5, "enter"), None),
    ],
)
async def test_a_written_prompt_is_looked_over(keys: tuple[str, ...], result: str | None) -> None:
    screen = EditPrompt("a fox")
    app = Harness(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(lambda: screen.focused is not None)
        await pilot.press(*keys)
        await wait_until(lambda: app.result is not UNSET)

        assert app.result == result
