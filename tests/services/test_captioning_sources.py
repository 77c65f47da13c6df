from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tui.domain.caption import Caption, Nowhere
from tui.domain.errors import AppError, CaptionError, ConfigError
from tui.services.caption_sources import CaptionRequest
from tui.services.session import ChatSession


@pytest.fixture
async def house() -> House:
    """A house that knows a connection of each kind."""
    made = House()
    for name, chosen in {
        "far": {"provider": "distant", "model": "big-vision"},
        "crowd": {"provider": "horde"},
        "shed": {"provider": "extras"},
        "server": {"provider": "extras", "url": "http://captions.example:5100"},
    }.items():
        await made.settings.change(f"connections.{name}", chosen)
    return made


async def caption(house: House, session: ChatSession | None = None, **asked: Any) -> Caption:
    request = CaptionRequest(Path("cat.png"), delivery=Nowhere(), **asked)
    done = await house.services.captions.caption(request, FakeInteraction(), session)
    assert done is not None
    return done.caption


@pytest.mark.parametrize(
    ("asked", "source", "label"),
    [
        ({"source": "local"}, "local", "local model"),
        ({"source": "describe"}, "describe", "offline description"),
        ({"source": "horde"}, "horde", "AI Horde"),
        ({"source": "extras"}, "extras", "Extras"),
        ({"source": "multimodal", "connection": "kitchen"}, "multimodal", "Fake: tiny-vision"),
        ({"source": "multimodal", "connection": "crowd"}, "horde", "AI Horde"),
        ({"source": "multimodal", "connection": "shed"}, "extras", "Extras"),
        ({"connection": "far"}, "multimodal", "Distant: big-vision"),
        ({"connection": "crowd"}, "horde", "AI Horde"),
        ({"connection": "shed"}, "extras", "Extras"),
        ({"source": "extras", "connection": "server"}, "extras", "Extras"),
    ],
)
async def test_every_source_and_connection_captions(
    house: House, asked: dict[str, Any], source: str, label: str
) -> None:
    made = await caption(house, **asked)

    assert (made.source, made.source_label) == (source, label)


async def test_the_captioning_connection_decides_what_multimodal_means(house: House) -> None:
    await house.settings.change("captioning.source", "multimodal")
    await house.settings.change("captioning.connection", "crowd")

    assert (await caption(house)).source == "horde"


async def test_a_connection_of_another_provider_is_refused(house: House) -> None:
    with pytest.raises(ConfigError, match="not of the provider horde"):
        await caption(house, source="horde", connection="kitchen")


async def test_a_source_of_its_own_needs_no_connection() -> None:
    house = House()
    await house.settings.change("captioning.source", "horde")
    await house.settings.change("captioning.connection", "kitchen")

    assert (await caption(house)).source == "horde"


@pytest.mark.parametrize(
    ("asked", "model"),
    [
        ({"connection": "kitchen"}, "set-vision"),
        ({"connection": "kitchen", "model": "asked-vision"}, "asked-vision"),
        ({"model": "asked-vision"}, "asked-vision"),
        ({"connection": "far"}, "big-vision"),
    ],
)
async def test_the_model_is_the_one_asked_for_else_that_of_the_settings(
    house: House, asked: dict[str, Any], model: str
) -> None:
    await house.settings.change("captioning.connection", "kitchen")
    await house.settings.change("captioning.model", "set-vision")

    assert (await caption(house, **asked)).model == model


async def test_an_unknown_source_says_which_there_are(house: House) -> None:
    with pytest.raises(CaptionError) as caught:
        await caption(house, source="oracle")

    assert "local, multimodal, horde, extras, describe, chain" in caught.value.hint


# -- local only


@pytest.mark.parametrize(
    "asked",
    [
        {"connection": "far"},
        {"source": "horde"},
        {"connection": "crowd"},
        {"source": "extras", "connection": "server"},
    ],
)
@pytest.mark.parametrize("where", ["setting", "chat"])
async def test_local_only_sends_nothing_and_fetches_no_key(
    house: House, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], where: str
) -> None:
    session = await house.services.library.new()
    if where == "setting":
        await house.settings.change("images.local_only", True)
    else:
        session.chat.local_only = True

    async def fetched(*_args: object, **_named: object) -> None:
        raise AssertionError("a key was fetched")

    monkeypatch.setattr(house.secrets, "resolve", fetched)

    with pytest.raises(CaptionError, match=r"stay on this machine \(local only\)") as caught:
        await caption(house, session if where == "chat" else None, **asked)

    assert "/local-only off" in caught.value.hint
    assert "images.local_only" in caught.value.hint
    assert house.connector.opened == []
    assert house.sources.horde_source.asked == house.sources.extras_source.asked == []


@pytest.mark.parametrize(
    "asked",
    [{"connection": "kitchen"}, {"connection": "shed"}, {"source": "extras"}, {"source": "local"}],
)
async def test_local_only_lets_this_machine_caption(house: House, asked: dict[str, Any]) -> None:
    await house.settings.change("images.local_only", True)

    assert (await caption(house, **asked)).text


async def test_the_ask_every_time_question_is_for_sources_that_listen(house: House) -> None:
    await house.settings.change("captioning.ask_every_time", True)
    house.sources.local_source.takes_prompt = False

    class Unasked(FakeInteraction):
        async def ask_prompt(self, default: str) -> str | None:
            raise AssertionError("asked")

    captions = house.services.captions
    request = CaptionRequest(Path("cat.png"), delivery=Nowhere())
    assert await captions.caption(request, Unasked()) is not None

    house.sources.local_source.takes_prompt = True
    with pytest.raises(AssertionError, match="asked"):
        await captions.caption(request, Unasked())


async def test_what_cannot_work_fails_before_any_question(house: House) -> None:
    await house.settings.change("captioning.ask_every_time", True)
    interaction = FakeInteraction()

    with pytest.raises(AppError):
        await house.services.captions.caption(
            CaptionRequest(Path("cat.png"), connection="nowhere"), interaction
        )

    assert interaction.refinements == []
