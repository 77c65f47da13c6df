from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from textual.widgets import Input, Static, TextArea

from tests.fakes.models import FAKE, FakeConnector, FakeOffline, FakeSecrets, picture
from tests.fakes.settings import FakeLoaded, FakeSettingsStore
from tests.ui.widgets.harness import Harness, wait_until
from tui.domain.errors import ConfigError
from tui.domain.settings import CaptioningSettings, ConnectionSettings, Settings
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import Endpoints
from tui.ui.settings.options import options
from tui.ui.settings.questions import KeySetting
from tui.ui.settings.screen import SettingsScreen
from tui.ui.settings.texts import TextsEditor
from tui.ui.widgets.choice_list import ChoiceList
from tui.ui.widgets.value_form import ValueForm


class Store(FakeSettingsStore):
    """Refuses what the dataclasses refuse, and knows how to forget."""

    async def change(self, path: str, value: object, *, delete: bool = False) -> FakeLoaded:
        if delete and not path.startswith(("keys.", "connections.")):
            value = next(o.default for o in options() if o.path == path)
        if delete and path.startswith("keys."):
            keys = {k: v for k, v in self.settings.keys.items() if f"keys.{k}" != path}
            self.settings = dataclasses.replace(self.settings, keys=keys)
            return self.load()
        try:
            return await super().change(path, value)
        except ValueError as error:
            raise ConfigError(f"{path}: {error}", key=path) from error


class App(Harness):
    def __init__(self, screen: SettingsScreen) -> None:
        super().__init__(screen)
        self.changes: list[Settings] = []
        self.themes: list[str] = []
        self.wanted: list[str] = []
        self.lines: list[str] = []

    def on_settings_screen_changed(self, event: SettingsScreen.Changed) -> None:
        self.changes.append(event.settings)

    def on_settings_screen_theme_chosen(self, event: SettingsScreen.ThemeChosen) -> None:
        self.themes.append(event.name)

    def on_settings_screen_connection_wanted(self, event: SettingsScreen.ConnectionWanted) -> None:
        self.wanted.append(event.name)

    def on_settings_screen_command_wanted(self, event: SettingsScreen.CommandWanted) -> None:
        self.lines.append(event.line)


def make() -> tuple[App, SettingsScreen, SettingsService]:
    connections = {"kitchen": ConnectionSettings("fake", model="tiny-vision")}
    settings = SettingsService(Store(Settings(connections=connections)))
    offline = FakeOffline()
    endpoints = Endpoints({"fake": FAKE}, FakeSecrets(), lambda _p, url: url, offline)
    connecting = ConnectionService(
        settings, endpoints, offline, FakeConnector(), lambda: (picture(), ())
    )
    screen = SettingsScreen(
        settings,
        connecting,
        choices={"ui.theme": ["salon-dark", "paper", "dusk"]},
        keys=[KeySetting("chat.new", "New chat", "ctrl+n")],
        names=("Alice", "Salon"),
    )
    return App(screen), screen, settings


def shown(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def test_every_setting_with_a_plain_value_is_an_option() -> None:
    paths = {option.path for option in options()}
    expected = {
        f"{group.name}.{item.name}"
        for group in dataclasses.fields(Settings)
        if dataclasses.is_dataclass(getattr(Settings(), group.name))
        for item in dataclasses.fields(getattr(Settings(), group.name))
    }

    assert paths == expected
    assert all(option.help for option in options())


async def test_a_switch_is_turned_at_once() -> None:
    app, screen, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"ask every", "enter")
        await wait_until(lambda: bool(app.changes))

        assert settings.current.captioning.ask_every_time
        assert screen.rows.row is not None
        assert screen.rows.row.detail == "● on"


async def test_a_choice_is_taken_from_a_list() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"captioning.source", "enter")
        await pilot.pause()
        await pilot.press(*"desc", "enter")
        await wait_until(lambda: bool(app.changes))

    assert settings.current.captioning.source == "describe"


async def test_a_number_out_of_range_is_refused_with_the_reason() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"temperature", "enter")
        await pilot.pause()
        form = app.screen
        await pilot.press("x", "enter")
        await wait_until(lambda: shown(form, "#problem") == "a number is needed, or nothing")
        await pilot.press("backspace", "9", "enter")
        await wait_until(lambda: "temperature must be" in shown(form, "#problem"))
        await pilot.press("backspace", *"0,7", "enter")
        await wait_until(lambda: bool(app.changes))

    assert settings.current.chat.temperature == 0.7


async def test_the_template_has_a_live_preview_and_warns() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"captioning.template", "enter")
        await pilot.pause()
        form = app.screen
        assert isinstance(form, ValueForm)
        assert "[Alice sends Salon a picture" in shown(form, "#preview")
        form.query_one(TextArea).text = "See this, {{char}}:"
        await pilot.pause()
        assert shown(form, "#preview") == "See this, Salon: a red house beside a lake"
        assert "{{caption}} is missing" in shown(form, "#problem")
        await pilot.press("ctrl+s")
        await wait_until(lambda: bool(app.changes))

    assert settings.current.captioning.template == "See this, {{char}}:"


async def test_themes_are_previewed_and_put_back() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"ui.theme", "enter")
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()

    assert app.themes == ["salon-dark", "paper", "salon-dark"]
    assert not app.changes
    assert settings.current.ui.theme == "salon-dark"


async def test_ctrl_d_takes_the_default_back() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await settings.change("captioning.auto_caption", True)
        await pilot.press(*"caption on sending", "ctrl+d")
        await wait_until(lambda: bool(app.changes))

    assert settings.current.captioning == CaptioningSettings()


async def test_a_key_is_moved() -> None:
    app, screen, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"chat.new", "enter")
        await pilot.pause()
        app.screen.query_one(Input).value = "f6"
        await pilot.press("enter")
        await wait_until(lambda: bool(app.changes))

        assert settings.current.keys == {"chat.new": "f6"}
        assert screen.rows.row is not None
        assert screen.rows.row.detail == "f6"


async def test_connections_are_opened_by_the_app() -> None:
    app, _, _ = make()
    async with app.run_test() as pilot:
        await pilot.press("enter", "down", "enter")
        await pilot.pause()

    assert app.wanted == ["kitchen", ""]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_the_list_and_the_keys_are_in_view(size: tuple[int, int]) -> None:
    app, screen, _ = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+down")
        await pilot.pause()

        assert screen.rows.region.height >= 6
        assert app.screen.region.contains_region(screen.query_one("KeyFooter").region)
        assert screen.rows.row is not None
        assert screen.rows.row.id == "captioning.source"
        assert "Default: local" in shown(screen, "#about")


async def test_the_servers_on_this_machine_are_looked_for_from_here() -> None:
    app, _, _ = make()
    async with app.run_test() as pilot:
        await pilot.press(*"find servers", "enter")
        await wait_until(lambda: bool(app.lines))

        assert app.lines == ["/connect"]


async def test_the_model_for_captions_is_chosen_among_the_connections_own() -> None:
    app, _, settings = make()
    await settings.change("captioning.connection", "kitchen")
    async with app.run_test() as pilot:
        await pilot.press(*"model for captions", "enter")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press(*"text-only", "enter")
        await wait_until(lambda: bool(app.changes))

        assert settings.current.captioning.model == "text-only"


async def test_every_source_is_offered_with_what_it_is() -> None:
    app, _, settings = make()
    async with app.run_test() as pilot:
        await pilot.press(*"source", "enter")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press(*"volunteers", "enter")
        await wait_until(lambda: bool(app.changes))

        assert settings.current.captioning.source == "horde"


async def test_prompts_of_ones_own_are_added_changed_and_removed() -> None:
    app, screen, settings = make()
    async with app.run_test(size=(100, 30)) as pilot:
        screen.line.value = "own prompts"
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, TextsEditor))
        editor = app.screen
        await pilot.press("a")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*"haiku", "enter")
        await wait_until(lambda: bool(app.screen.query(TextArea)))
        app.screen.query_one(TextArea).text = "In three lines."
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.screen is editor)
        assert settings.current.captioning.presets == {"haiku": "In three lines."}

        await pilot.press("enter")
        await wait_until(lambda: bool(app.screen.query(TextArea)))
        await pilot.press("end", *"!", "ctrl+s")
        await wait_until(lambda: app.screen is editor)
        await pilot.press("delete")
        await wait_until(lambda: not settings.current.captioning.presets)
        await pilot.press("escape")
        await wait_until(lambda: app.screen is screen)

    assert [each.captioning.presets for each in app.changes] == [
        {"haiku": "In three lines."},
        {"haiku": "In three lines.!"},
        {},
    ]


async def test_words_are_written_with_commas_between() -> None:
    app, screen, settings = make()
    async with app.run_test(size=(100, 30)) as pilot:
        screen.line.value = "leave out words"
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*"very, blue sky ,", "enter")
        await wait_until(lambda: bool(settings.current.captioning.banned_words))

    assert list(settings.current.captioning.banned_words) == ["very", "blue sky"]
