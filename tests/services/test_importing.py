from __future__ import annotations

import pytest

from tests.fakes.house import House
from tui.domain.errors import ConfigError
from tui.domain.imported import Imported
from tui.domain.secret import Secret
from tui.domain.settings import ConnectionSettings
from tui.services.importing import take_over


async def taken(house: House, imported: Imported) -> list[str]:
    services = house.services
    return await take_over(imported, services.settings, services.connections, services.secrets)


async def test_the_connection_captions_and_keeps_its_password_apart() -> None:
    house = House()
    chosen = ConnectionSettings("fake", proxy="https://proxy.example/v1", proxy_key="stored")
    values = {"captioning.source": "multimodal"}

    lines = await taken(house, Imported(values, "kitchen", chosen, Secret("opensesame")))

    settings = house.settings.current
    assert settings.connections["kitchen2"] == chosen
    assert settings.captioning.connection == "kitchen2"
    assert settings.captioning.source == "multimodal"
    assert house.secrets.keys == {"kitchen2 proxy": "opensesame"}
    assert lines[0] == "connection 'kitchen2': Fake at https://proxy.example/v1"
    assert not any("opensesame" in line for line in lines)


async def test_the_same_connection_is_not_made_twice() -> None:
    house = House()
    imported = Imported({}, "lab", ConnectionSettings("fake", model="m"))

    await taken(house, imported)
    await taken(house, imported)

    assert "lab2" not in house.settings.current.connections


async def test_an_unknown_service_changes_nothing() -> None:
    house = House()
    imported = Imported({"captioning.source": "horde"}, "x", ConnectionSettings("nobody"))

    with pytest.raises(ConfigError, match="no provider 'nobody'"):
        await taken(house, imported)

    assert house.settings.current.captioning.source == "local"
