from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from tui import paths
from tui.adapters.config_store import HEADER, ConfigStore
from tui.domain.errors import ConfigError
from tui.domain.settings import ConnectionSettings


@pytest.fixture
def places(tmp_path: Path) -> paths.Paths:
    return paths.find({"SALON_HOME": str(tmp_path)})


@pytest.fixture
def store(places: paths.Paths) -> ConfigStore:
    return ConfigStore(places, {"SALON_LOCAL_DTYPE": "q8"})


async def test_the_first_change_makes_the_file(store: ConfigStore, places: paths.Paths) -> None:
    loaded = await store.change("ui.theme", "paper")

    assert loaded.settings.ui.theme == "paper"
    assert loaded.origins["ui.theme"] == "config.yaml"
    assert places.settings.read_text() == HEADER + "ui:\n  theme: paper\n"
    assert stat.S_IMODE(places.settings.stat().st_mode) == 0o600


async def test_comments_stay(store: ConfigStore, places: paths.Paths) -> None:
    paths.folder(places.config)
    places.settings.write_text("# mine\nchat:\n  # how warm\n  temperature: 1  # why not\n")

    await store.change("chat.temperature", 0.7)
    await store.change("chat.max_tokens", None)

    assert places.settings.read_text() == (
        "# mine\nchat:\n  # how warm\n  temperature: 0.7  # why not\n  max_tokens: null\n"
    )


async def test_a_connection_comes_and_goes(store: ConfigStore, places: paths.Paths) -> None:
    added = await store.change(
        "connections.kitchen", {"provider": "ollama", "url": "http://127.0.0.1:11434"}
    )
    changed = await store.change("connections.kitchen.model", "llava:7b")
    gone = await store.change("connections.kitchen", None, delete=True)

    assert added.settings.connections["kitchen"].provider == "ollama"
    assert changed.settings.connections == {
        "kitchen": ConnectionSettings("ollama", "http://127.0.0.1:11434", "", "llava:7b")
    }
    assert gone.settings.connections == {}


async def test_taking_a_value_out_brings_the_default_back(
    store: ConfigStore, places: paths.Paths
) -> None:
    paths.folder(places.config)
    places.settings.write_text("extensions: {models: {captioning: a/b}}\nui: {theme: x}\n")

    await store.change("extras.captioningModel", None, delete=True)
    loaded = await store.change("ui.theme", None, delete=True)

    assert loaded.settings.extras.captioningModel.startswith("Xenova/")
    assert loaded.settings.ui.theme == "salon-dark"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ui.tehme", "x"),
        ("ui.images", "large"),
        ("chat.temperature", 5),
        ("captioning.auto_caption", "yes"),
        ("connections.a", {"modle": "x"}),
        ("connections.a", "openai"),
        ("connections.a.vision", "perhaps"),
        ("ui.theme", "half \ud800"),
    ],
)
async def test_what_makes_no_sense_is_not_written(
    store: ConfigStore, places: paths.Paths, path: str, value: object
) -> None:
    with pytest.raises(ConfigError):
        await store.change(path, value)

    assert not places.settings.exists()


async def test_a_broken_file_is_left_alone(store: ConfigStore, places: paths.Paths) -> None:
    paths.folder(places.config)
    places.settings.write_text("ui: {theme: x\n")

    with pytest.raises(ConfigError, match="line 2, column 1") as caught:
        await store.change("ui.theme", "y")

    assert "nothing was changed" in caught.value.hint
    assert places.settings.read_text() == "ui: {theme: x\n"


async def test_a_link_to_a_dotfile_stays_a_link(
    store: ConfigStore, places: paths.Paths, tmp_path: Path
) -> None:
    paths.folder(places.config)
    target = tmp_path / "dotfiles.yaml"
    target.write_text("ui: {theme: x}\n")
    places.settings.symlink_to(target)

    await store.change("ui.theme", "y")

    assert places.settings.is_symlink()
    assert target.read_text() == "ui: {theme: y}\n"


async def test_what_the_environment_says_still_wins(store: ConfigStore) -> None:
    loaded = await store.change("local.dtype", "fp32")

    assert loaded.settings.local.dtype == "q8"
    assert loaded.origins["local.dtype"] == "SALON_LOCAL_DTYPE"


async def test_changes_at_the_same_time_all_arrive(store: ConfigStore) -> None:
    await asyncio.gather(*(store.change(f"keys.a{n}", f"f{n}") for n in range(12)))

    assert len(store.load().settings.keys) == 12


async def test_a_folder_that_cannot_be_made_is_one_line(
    store: ConfigStore, places: paths.Paths
) -> None:
    places.config.parent.mkdir(exist_ok=True)
    places.config.write_text("in the way")

    with pytest.raises(ConfigError):
        await store.change("ui.theme", "y")
