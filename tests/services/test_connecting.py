from __future__ import annotations

import pytest

from tests.fakes.house import House
from tests.fakes.models import FAKE
from tui.domain.connection import FoundServer, Model
from tui.domain.errors import ConfigError
from tui.services.connecting import vision_of


@pytest.fixture
def house() -> House:
    return House()


async def test_an_unknown_connection_says_which_there_are(house: House) -> None:
    with pytest.raises(ConfigError, match="no connection named 'nowhere'") as caught:
        await house.services.connections.endpoint("nowhere")

    assert caught.value.hint == "there are: kitchen, Attic"


async def test_the_endpoint_holds_all_that_is_needed(house: House) -> None:
    endpoint = await house.services.connections.endpoint("kitchen")

    assert (endpoint.provider.id, endpoint.model, endpoint.key) == ("fake", "tiny-vision", None)


async def test_what_the_server_lists_is_remembered_for_vision(house: House) -> None:
    connections = house.services.connections
    assert connections.vision("Attic") == "unknown"

    await connections.models("Attic")

    assert connections.vision("Attic") == "no"


def test_a_persons_word_wins_over_the_patterns() -> None:
    assert vision_of(FAKE, "tiny-vision", "unknown") == "yes"
    assert vision_of(FAKE, "tiny-vision", "no") == "no"
    assert vision_of(FAKE, "other", "unknown") == "unknown"


async def test_adopting_a_server_makes_it_the_one_that_chats(house: House) -> None:
    found = FoundServer("fake", "Fake", "http://127.0.0.1:5/v1", (Model("m", "yes"),))

    name = await house.services.connections.adopt(found, "m")

    assert house.services.connections.current() == name == "fake"
    assert house.settings.current.connections["fake"].vision == "yes"


async def test_the_offline_model_is_listed_only_when_it_is_there(house: House) -> None:
    assert "offline" not in house.services.connections.names()

    house.offline.there = True

    assert house.services.connections.names()[-1] == "offline"
    assert house.services.connections.vision("offline") == "no"


async def test_a_test_says_in_a_line_what_happened(house: House) -> None:
    connections = house.services.connections
    line = await connections.test("kitchen", connections.describe("kitchen"))

    assert line.startswith("tiny-vision answered in")
    assert line.endswith("Hello there.")


async def test_settings_that_name_no_connection_or_provider_are_told(house: House) -> None:
    assert house.services.connections.problems == []

    await house.settings.change("chat.connection", "kichen")
    await house.settings.change("connections.lab", {"provider": "opnai"})

    assert house.services.connections.problems == [
        "chat.connection: there is no connection 'kichen'",
        "connection 'lab': there is no provider 'opnai'",
    ]
