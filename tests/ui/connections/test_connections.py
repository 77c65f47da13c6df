from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from tests.fakes.models import ROWS, FakeConnector, FakeOffline, FakeSecrets, picture
from tests.fakes.settings import FakeSettingsStore
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.connection import FoundServer, Model, Provider
from tui.domain.generation import Progress
from tui.domain.settings import ConnectionSettings, Settings
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.connection_book import Purpose
from tui.services.endpoints import Endpoints
from tui.ui.connections.form import ConnectionForm
from tui.ui.connections.more import Extras, MoreFields
from tui.ui.connections.picker import ADD, SAME, ConnectionPicker
from tui.ui.connections.pull import PullDialog
from tui.ui.widgets.choice_list import ChoiceList
from tui.ui.widgets.confirm import Confirm
from tui.ui.widgets.value_form import ValueForm

CLOUD = Provider("cloud", "Cloud", "openai", "https://c/v1", ("CLOUD_KEY",), needs_key=True)
LOCAL = FoundServer(
    "fake", "Ollama", "http://127.0.0.1:11434", (Model("blind", "no"), Model("seer", "yes"))
)
SECRET = "sk-very-secret"


class Desk:
    """The services of these screens, in memory."""

    def __init__(self, *, found: tuple[FoundServer, ...] = (), kept: bool = True) -> None:
        kitchen = ConnectionSettings("fake", model="tiny-vision")
        self.settings = SettingsService(
            FakeSettingsStore(Settings(connections={"kitchen": kitchen} if kept else {}))
        )
        self.secrets = FakeSecrets()
        self.connector = FakeConnector(found=found)
        offline = FakeOffline()
        endpoints = Endpoints(
            {**ROWS, "cloud": CLOUD},
            self.secrets,
            lambda provider, url: url or provider.base_url,
            offline,
        )
        self.connections = ConnectionService(
            self.settings,
            endpoints,
            offline,
            self.connector,
            lambda: (picture("test.png"), ("there", "circle")),
        )

    def form(self, name: str = "") -> tuple[Harness, ConnectionForm]:
        form = ConnectionForm(self.settings, self.connections, self.secrets, name)
        return Harness(form), form


def status(form: ConnectionForm) -> str:
    return str(form.query_one("#status", Static).content)


def on_screen(app: Harness) -> str:
    widgets = [w for screen in app.screen_stack for w in screen.walk_children()]
    texts = [str(getattr(w, "content", "")) + str(getattr(w, "placeholder", "")) for w in widgets]
    return "\n".join(texts) + app.export_screenshot()


async def choose(app: Harness, pilot: Any, button: str, text: str) -> None:
    app.screen.query_one(button, Button).press()
    await wait_until(lambda: isinstance(app.screen, ChoiceList))
    await pilot.press(*text, "enter")
    await wait_until(lambda: isinstance(app.screen, ConnectionForm))


async def leave_it(app: Harness, pilot: Pilot[None]) -> None:
    await pilot.press("escape")
    await wait_until(lambda: isinstance(app.screen, Confirm))
    app.screen.query_one("#yes", Button).press()


async def test_esc_asks_before_what_was_typed_is_gone() -> None:
    desk = Desk()
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        form.query_one("#model", Input).value = "half a na"
        await pilot.press("escape")
        await wait_until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await wait_until(lambda: app.screen is form)
        assert form.query_one("#model", Input).value == "half a na"
        await leave_it(app, pilot)
        await wait_until(lambda: app.result is None)


async def test_esc_asks_nothing_where_nothing_was_typed_or_it_is_as_before() -> None:
    desk = Desk()
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        model = form.query_one("#model", Input)
        before, model.value = model.value, "x"
        model.value = before
        await pilot.press("escape")
        await wait_until(lambda: app.result is None)


async def test_a_new_connection_is_saved_and_chats_when_it_is_the_first() -> None:
    desk = Desk(kept=False)
    app, form = desk.form()
    async with app.run_test() as pilot:
        await choose(app, pilot, "#provider", "fake")
        form.query_one("#model", Input).value = "tiny-vision"
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == "fake"
    expected = {"fake": ConnectionSettings("fake", model="tiny-vision")}
    assert desk.settings.current.connections == expected
    assert desk.settings.current.chat.connection == "fake"


async def test_the_model_is_chosen_from_the_servers_list() -> None:
    app, form = Desk().form("kitchen")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+l")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        rows = app.screen.query_one("#rows").rows  # type: ignore[attr-defined]
        details = {row.id: row.detail for row in rows}
        await pilot.press(*"text", "enter")
        await wait_until(lambda: form.query_one("#model", Input).value == "text-only")
        assert status(form) == "2 models, 1 sees pictures"

    assert details == {"tiny-vision": "sees pictures", "text-only": "text only"}


async def test_the_test_says_in_a_line_what_happened() -> None:
    app, form = Desk().form("kitchen")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        await wait_until(lambda: "answered in" in status(form))

        assert "Hello there." in status(form)


async def test_a_typed_key_is_stored_and_never_shown_or_written() -> None:
    desk = Desk()
    app, form = desk.form()
    async with app.run_test() as pilot:
        form.query_one("#name", Input).value = "cloud"
        await choose(app, pilot, "#provider", "cloud")
        await choose(app, pilot, "#place", "kept")
        form.query_one("#key", Input).value = SECRET
        await pilot.pause()
        assert SECRET not in on_screen(app)
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert desk.secrets.keys == {"cloud": SECRET}
    assert desk.settings.current.connections["cloud"] == ConnectionSettings("cloud", key="stored")


async def test_a_key_kept_for_a_test_is_forgotten_when_the_form_is_left() -> None:
    desk = Desk()
    app, form = desk.form()
    async with app.run_test() as pilot:
        form.query_one("#name", Input).value = "cloud"
        await choose(app, pilot, "#provider", "cloud")
        await choose(app, pilot, "#place", "kept")
        form.query_one("#key", Input).value = SECRET
        await pilot.press("ctrl+t")
        await wait_until(lambda: "offers 2 models" in status(form))
        assert desk.secrets.keys == {"cloud": SECRET}
        await leave_it(app, pilot)
        await wait_until(lambda: app.result is None)

    assert desk.secrets.keys == {}


async def test_a_key_replaced_for_a_test_comes_back_when_the_form_is_left() -> None:
    desk = Desk()
    await desk.settings.change("connections.kitchen.key", "stored")
    desk.secrets.keys["kitchen"] = SECRET
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        form.query_one("#key", Input).value = "another"
        await pilot.press("ctrl+t")
        await wait_until(lambda: "picture" in status(form))
        assert desk.secrets.keys == {"kitchen": "another"}
        await leave_it(app, pilot)
        await wait_until(lambda: app.result is None)

    assert desk.secrets.keys == {"kitchen": SECRET}


async def test_once_its_key_is_kept_a_connection_cannot_get_another_name() -> None:
    desk = Desk(kept=False)
    app, form = desk.form()
    async with app.run_test(size=(100, 40)) as pilot:
        form.query_one("#name", Input).value = "a"
        await choose(app, pilot, "#provider", "Cloud")
        await choose(app, pilot, "#place", "Kept by Salon")
        form.query_one("#key", Input).value = SECRET
        form.query_one("#model", Input).value = "m"
        await pilot.press("ctrl+t")
        await wait_until(lambda: "answered" in status(form))

        assert form.query_one("#name", Input).disabled
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result == "a")

    assert desk.secrets.keys == {"a": SECRET}


async def test_a_variable_is_named_in_the_settings() -> None:
    desk = Desk()
    app, _ = desk.form("kitchen")
    async with app.run_test() as pilot:
        await choose(app, pilot, "#place", "env:")
        await pilot.press(*"MY_KEY", "ctrl+s")
        await wait_until(lambda: app.result == "kitchen")

    assert desk.settings.current.connections["kitchen"].key == "env:MY_KEY"


async def test_the_form_says_where_the_key_is_but_not_what() -> None:
    desk = Desk()
    desk.secrets.keys["kitchen"] = SECRET
    app, form = desk.form("kitchen")
    async with app.run_test():
        await wait_until(lambda: status(form) == "A key is there: test")

        assert SECRET not in on_screen(app)


async def test_a_kept_key_stands_there_as_dots_with_where_it_is() -> None:
    desk = Desk()
    await desk.settings.change("connections.kitchen.key", "stored")
    desk.secrets.keys["kitchen"] = SECRET
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        await wait_until(lambda: "from test" in form.query_one("#key", Input).placeholder)
        form.query_one("#key", Input).value = "another"
        await pilot.press("ctrl+t")
        await wait_until(lambda: "picture" in status(form))

        assert form.query_one("#key", Input).placeholder.startswith("•••••••• from a dictionary")
        assert "another" not in on_screen(app)
    assert desk.secrets.keys["kitchen"] == "another"


@pytest.mark.parametrize(("name", "problem"), [("", "a name is needed"), ("kitchen", "already")])
async def test_a_name_that_cannot_be_is_refused(name: str, problem: str) -> None:
    app, form = Desk().form()
    async with app.run_test() as pilot:
        form.query_one("#name", Input).value = name
        await pilot.press("ctrl+s")
        await wait_until(lambda: problem in status(form))

        assert app.result is UNSET


async def test_enter_goes_to_the_next_field() -> None:
    app, form = Desk().form()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+u", *"hut", "enter")
        await wait_until(lambda: app.focused is form.query_one("#provider"))

        assert form.query_one("#name", Input).value == "hut"
        assert app.result is UNSET


async def test_deleting_asks_first() -> None:
    desk = Desk()
    app, _ = desk.form("kitchen")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+x")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert desk.settings.current.connections
        await pilot.press("ctrl+x")
        await pilot.pause()
        await pilot.press("y")
        await wait_until(lambda: app.result == "")

    assert not desk.settings.current.connections


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_the_form_fits(size: tuple[int, int]) -> None:
    app, form = Desk().form("kitchen")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert app.screen.region.contains_region(form.query_one("KeyFooter").region)
        form.query_one("#vision").focus()
        await pilot.pause()
        await pilot.pause()
        assert app.screen.region.contains_region(form.query_one("#vision").region)


async def test_the_picker_gives_a_name() -> None:
    app = Harness(ConnectionPicker(Desk().connections))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()

    assert app.result == "kitchen"


@pytest.mark.parametrize(("typed", "result"), [("add a", ADD), ("chats", SAME)])
async def test_the_picker_offers_more(typed: str, result: str) -> None:
    screen = ConnectionPicker(Desk().connections, "captions", current="kitchen")
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press(*["down"] * (2 if result == ADD else 1), "enter")
        await pilot.pause()

    assert app.result == result


async def test_a_found_server_becomes_a_connection() -> None:
    desk = Desk(found=(LOCAL,))
    screen = ConnectionPicker(desk.connections)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await wait_until(lambda: any(row.id == "found 0" for row in screen.rows.rows))
        assert "2 models, 1 sees pictures" in [row.detail for row in screen.rows.rows]
        await pilot.press(*"ollama", "enter")
        await wait_until(lambda: app.screen is not screen)
        await pilot.press("enter")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == "fake"
    assert desk.settings.current.chat.connection == "fake"
    assert desk.settings.current.connections["fake"].model == "seer"


async def test_a_test_tells_of_chat_and_picture_and_keeps_what_it_showed_of_the_sight() -> None:
    desk = Desk()
    await desk.settings.change("connections.kitchen.model", "plain")
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        await wait_until(lambda: "picture: seen in" in status(form))
        chat, seen = status(form).splitlines()
        assert chat.startswith("✓ chat: plain answered in")
        assert seen.startswith("✓ picture: seen in")
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result == "kitchen")

    assert desk.settings.current.connections["kitchen"].vision == "yes"


async def test_a_connection_gets_another_name_with_its_key() -> None:
    desk = Desk()
    await desk.settings.change("connections.kitchen.key", "stored")
    await desk.settings.change("chat.connection", "kitchen")
    desk.secrets.keys["kitchen"] = SECRET
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        form.query_one("#name", Input).value = "pantry"
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == "pantry"
    assert list(desk.settings.current.connections) == ["pantry"]
    assert desk.settings.current.chat.connection == "pantry"
    assert desk.secrets.keys == {"pantry": SECRET}


async def test_a_proxys_password_is_kept_apart_from_the_key_and_goes_with_the_connection() -> None:
    desk = Desk()
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        form.query_one("#more", Button).press()
        await wait_until(lambda: isinstance(app.screen, MoreFields))
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*"https://proxy/v1", "enter")
        await wait_until(lambda: isinstance(app.screen, MoreFields))
        await pilot.press("down", "enter")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press(*"kept by", "enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*SECRET, "enter")
        await wait_until(lambda: isinstance(app.screen, MoreFields))
        await pilot.press("escape")
        await wait_until(lambda: app.screen is form)
        assert SECRET not in on_screen(app)
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result == "kitchen")

    saved = desk.settings.current.connections["kitchen"]
    assert (saved.proxy, saved.proxy_key) == ("https://proxy/v1", "stored")
    assert desk.secrets.keys == {"kitchen proxy": SECRET}

    again, _ = desk.form("kitchen")
    async with again.run_test() as pilot:
        await pilot.press("ctrl+x")
        await pilot.pause()
        await pilot.press("y")
        await wait_until(lambda: again.result == "")

    assert desk.secrets.keys == {}


async def test_fetching_is_offered_only_where_the_server_fetches() -> None:
    desk = Desk()
    desk.connector.listed = [Model("llava", "yes")]
    app, form = desk.form()
    async with app.run_test() as pilot:
        assert not form.check_action("pull", ())
        form.query_one("#name", Input).value = "stove"
        await choose(app, pilot, "#provider", "Puller")
        await pilot.press("ctrl+g")
        await wait_until(lambda: isinstance(app.screen, PullDialog))
        await pilot.press(*"llava", "enter")
        await wait_until(lambda: "llava is there" in status(form))
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result == "stove")

    saved = desk.settings.current.connections["stove"]
    assert (saved.model, saved.vision) == ("llava", "yes")


async def test_an_address_that_cannot_be_is_said_before_anything_is_saved() -> None:
    desk = Desk()
    app, form = desk.form("kitchen")
    form._fields._more = Extras(ConnectionSettings(proxy="https://proxy/v1"))
    form._fields._provider = "distant"
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        await wait_until(lambda: "cannot be used through a reverse proxy" in status(form))

        assert app.result is UNSET
    assert desk.settings.current.connections["kitchen"].proxy == ""


@pytest.mark.parametrize("purpose", ["chat", "captions"])
async def test_what_only_makes_pictures_is_offered_for_neither(purpose: Purpose) -> None:
    found = FoundServer("painter", "Painter", "http://127.0.0.1:7860", (Model("v1"),))
    desk = Desk(found=(found,))
    await desk.settings.change("connections.easel", {"provider": "painter"})
    picker = ConnectionPicker(desk.connections, purpose)
    async with Harness(picker).run_test():
        await wait_until(lambda: bool(picker.rows.rows))
        await picker.workers.wait_for_complete()
        ids = [row.id for row in picker.rows.rows]
    assert "kitchen" in ids
    assert not {"easel", "found 0"} & set(ids)


async def test_a_found_server_that_only_captions_is_offered_for_captions_alone() -> None:
    extras = FoundServer("extras", "Extras", "http://127.0.0.1:5100", ())
    chat = ConnectionPicker(Desk(found=(extras,)).connections)
    async with Harness(chat).run_test():
        await wait_until(lambda: chat._title_is == "Chat with" and bool(chat.rows.rows))
        await chat.workers.wait_for_complete()
        assert not any(row.id.startswith("found") for row in chat.rows.rows)

    desk = Desk(found=(extras,))
    app = Harness(ConnectionPicker(desk.connections, "captions"))
    async with app.run_test() as pilot:
        picker = app.screen
        assert isinstance(picker, ConnectionPicker)
        await wait_until(lambda: any(row.id == "found 0" for row in picker.rows.rows))
        await pilot.press(*"extras", "enter")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == "extras"
    assert desk.settings.current.captioning.connection == "extras"
    assert desk.settings.current.captioning.source == "multimodal"
    assert desk.settings.current.chat.connection == ""


async def test_a_test_says_meanwhile_what_the_server_does() -> None:
    desk = Desk()
    desk.connector.model.script = (Progress("the server is loading its model"),)
    desk.connector.model.hold = True
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        await wait_until(lambda: "loading its model" in status(form))
        await pilot.press("escape")
        await wait_until(lambda: app.result is None)

    assert desk.connector.model.closed == 1


@pytest.mark.parametrize(
    ("field", "typed"), [("#model", SECRET), ("#url", f"https://h?key={SECRET}")]
)
async def test_a_key_in_the_wrong_field_is_not_saved(field: str, typed: str) -> None:
    desk = Desk()
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        form.query_one(field, Input).value = typed.replace("very", "very-0123456789")
        await pilot.press("ctrl+s")
        await wait_until(lambda: "says where a key is" in status(form))

        assert "0123456789" not in status(form)
        assert app.result is UNSET
    assert "0123456789" not in repr(desk.settings.current)


@pytest.mark.parametrize(("url", "key"), [("", ""), ("http://127.0.0.1:7/v1", "stored")])
async def test_a_key_does_not_go_along_to_another_service(url: str, key: str) -> None:
    desk = Desk()
    await desk.settings.change("connections.kitchen.key", "stored")
    await desk.settings.change("connections.kitchen.url", url)
    desk.secrets.keys["kitchen"] = SECRET
    app, form = desk.form("kitchen")
    async with app.run_test() as pilot:
        await wait_until(lambda: "A key is there" in status(form))
        await choose(app, pilot, "#provider", "distant")
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result == "kitchen")

    saved = desk.settings.current.connections["kitchen"]
    assert (saved.provider, saved.key) == ("distant", key)
