from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from tests.fakes.house import House
from tests.fakes.models import FAKE, HELLO
from tui.domain.connection import FoundServer, Model
from tui.domain.errors import ConfigError, ImageRejected
from tui.domain.fate import Sight
from tui.domain.generation import Finished, GenerationEvent, GenerationRequest, TextDelta
from tui.domain.secret import Secret
from tui.domain.settings import ChainStep, ConnectionSettings
from tui.services.connection_book import vision_of


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


async def test_without_a_model_that_was_chosen_nothing_is_opened(house: House) -> None:
    connections = house.services.connections
    await house.settings.change("connections.new", {"provider": "fake"})

    with pytest.raises(ConfigError, match="'new' has no model yet") as caught:
        await connections.open("new")

    assert "/model" in caught.value.hint
    assert (await connections.open("new", "other"))[0].model == "other"
    lines = await connections.test("new", connections.describe("new"))
    assert [line.text for line in lines] == ["the server answers and offers 2 models; choose one"]
    assert house.connector.model.requests == []


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


async def test_a_test_says_in_a_line_each_what_came_of_a_chat_and_a_picture(house: House) -> None:
    connections = house.services.connections
    chat, seen = await connections.test("kitchen", connections.describe("kitchen"))

    assert chat.ok
    assert chat.text.startswith("chat: tiny-vision answered in")
    assert chat.text.endswith("Hello there.")
    assert seen.ok
    assert seen.text.startswith("picture: seen in")


async def test_an_answer_that_tells_nothing_of_the_picture_is_no_proof_of_sight(
    house: House,
) -> None:
    connections = house.services.connections
    house.connector.model.script = (TextDelta("I am a text model."), Finished("stop"))

    _, line = await connections.test("Attic", connections.describe("Attic"))

    assert not line.ok
    assert "did not say what is on it: I am a text model." in line.text
    assert connections.vision("Attic") == "unknown"


async def test_a_refused_picture_is_remembered_as_blindness(house: House) -> None:
    connections = house.services.connections
    replies = [HELLO, (ImageRejected("the picture was not accepted"),)]
    generate = house.connector.model.generate

    async def one_after_the_other(request: GenerationRequest) -> AsyncGenerator[GenerationEvent]:
        house.connector.model.script = replies.pop(0)
        async with aclosing(generate(request)) as events:
            async for event in events:
                yield event

    house.connector.model.generate = one_after_the_other  # type: ignore[method-assign]  # a fake

    await connections.test("Attic", connections.describe("Attic"))

    assert connections.vision("Attic") == "no"


async def test_a_proxy_stands_for_address_and_key_and_the_real_key_stays(house: House) -> None:
    connections = house.services.connections
    house.secrets.keys.update({"kitchen": "real", "kitchen proxy": "password"})
    chosen = ConnectionSettings("fake", proxy="https://proxy.example/v1", proxy_key="stored")

    endpoint = await connections.endpoint_of("kitchen", chosen)

    assert endpoint.proxied
    assert endpoint.url == "https://proxy.example/v1"
    assert endpoint.key is not None
    assert endpoint.key.reveal() == "password"
    assert not endpoint.stays_here


async def test_a_proxy_is_refused_where_the_table_does_not_allow_it(house: House) -> None:
    chosen = ConnectionSettings("distant", proxy="https://proxy.example/v1")

    with pytest.raises(ConfigError, match="cannot be used through a reverse proxy"):
        await house.services.connections.endpoint_of("far", chosen)


async def test_renaming_a_connection_takes_all_that_names_it_along(house: House) -> None:
    await house.settings.change("chat.connection", "kitchen")
    await house.settings.change("captioning.chain", (ChainStep("multimodal", "kitchen"),))

    await house.settings.change("connections.kitchen.key", "stored")
    house.secrets.keys["kitchen"] = "sesame"

    await house.services.connections.rename("kitchen", "pantry")

    settings = house.settings.current
    assert "kitchen" not in settings.connections
    assert settings.connections["pantry"].model == "tiny-vision"
    assert settings.chat.connection == "pantry"
    assert house.secrets.keys == {"pantry": "sesame"}


async def test_the_horde_needs_no_connection_of_its_own(house: House) -> None:
    connections = house.services.connections
    assert (await connections.source_endpoint("horde")).url == "https://horde.example/api"

    await house.settings.change(
        "connections.mine", {"provider": "horde", "url": "https://h.example"}
    )

    name, endpoint = connections.source("horde")
    assert (name, endpoint.url) == ("mine", "https://h.example")


def test_what_is_known_of_the_chat_model_says_whether_it_runs_here(house: House) -> None:
    assert house.services.connections.sight("kitchen") == Sight("yes", here=True)
    assert house.services.connections.sight("") == Sight("no")


async def test_settings_that_name_no_connection_or_provider_are_told(house: House) -> None:
    assert house.services.connections.problems == []

    await house.settings.change("chat.connection", "kichen")
    await house.settings.change("connections.lab", {"provider": "opnai"})

    assert house.services.connections.problems == [
        "chat.connection: there is no connection 'kichen'",
        "connection 'lab': there is no provider 'opnai'",
    ]


async def test_a_key_that_is_not_found_says_whose_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(reference: str, *, name: str, env: Sequence[str] = ()) -> Secret | None:
        raise ConfigError("the variable NOPE is not set", hint="set it and start again")

    monkeypatch.setattr(house.secrets, "resolve", fail)
    with pytest.raises(ConfigError) as caught:
        await house.services.connections.endpoint("kitchen")

    assert caught.value.line() == (
        "the key of connection “kitchen”: the variable NOPE is not set: set it and start again"
    )


@pytest.mark.parametrize("source", ["local", "horde", "chain"])
async def test_captions_come_from_the_connection_that_was_chosen(house: House, source: str) -> None:
    await house.settings.change("captioning.chain", (ChainStep("horde"),))
    await house.settings.change("captioning.source", source)

    await house.services.connections.use("kitchen", "captions")

    assert house.settings.current.captioning.source == "multimodal"
    assert house.settings.current.captioning.connection == "kitchen"


async def test_a_connection_that_is_removed_is_named_nowhere(house: House) -> None:
    steps = (ChainStep("multimodal", "kitchen"), ChainStep("horde"))
    await house.settings.change("captioning.chain", steps)
    for path in ("chat.connection", "captioning.connection"):
        await house.settings.change(path, "kitchen")

    await house.services.connections.remove("kitchen")

    settings = house.settings.current
    assert "kitchen" not in settings.connections
    assert (settings.chat.connection, settings.captioning.connection) == ("", "")
    assert "kitchen" not in repr(settings.captioning.chain)
    assert len(settings.captioning.chain) == 1


async def test_a_key_in_the_wrong_place_is_neither_used_nor_shown(house: House) -> None:
    key = "sk-planted-0123456789abcdef"
    await house.settings.change("connections.kitchen.key", f"env:{key}")
    connections = house.services.connections

    with pytest.raises(ConfigError) as caught:
        await connections.endpoint("kitchen")
    with pytest.raises(ConfigError) as chosen:
        await connections.choose_model("kitchen", key)

    told = [caught.value.line(), chosen.value.line(), *connections.problems]
    assert any("kitchen" in each for each in connections.problems)
    assert "planted" not in " ".join(told)


async def test_what_only_makes_pictures_is_no_choice_for_chats_and_captions(house: House) -> None:
    await house.settings.change("connections.easel", {"provider": "painter", "model": "v1"})
    await house.settings.change("connections.old", {"provider": "extras"})
    connections = house.services.connections

    assert connections.names() == ["kitchen", "Attic", "easel", "old"]
    assert connections.chatting() == ["kitchen", "Attic"]
    assert connections.captioners() == ["kitchen", "Attic", "old"]
    assert connections.vision("easel") == "no"
    assert connections.label("easel") == "Painter"
    lines = await connections.test("easel", connections.describe("easel"))
    assert [(line.ok, line.text) for line in lines] == [(True, "Painter 1.0")]


async def test_a_found_server_that_makes_pictures_becomes_a_connection_and_no_more(
    house: House,
) -> None:
    found = FoundServer("painter", "Painter", "http://127.0.0.1:7860", (Model("v1", "no"),))

    name = await house.services.connections.adopt(found, "v1", "chat")

    assert house.settings.current.connections[name].provider == "painter"
    assert house.settings.current.chat.connection == ""
