from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adapters.imagers.support import PNG, made
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tests.fakes.settings import FakeSettingsStore
from tui.bootstrap import build
from tui.bootstrap.late import LateWorker
from tui.domain.errors import ConfigError
from tui.domain.imagining import Wish
from tui.domain.settings import ConnectionSettings, Settings
from tui.paths import Paths
from tui.services.configuring import SettingsService


async def test_how_long_a_model_stays_in_memory_can_be_changed_while_it_is_there() -> None:
    settings = SettingsService(FakeSettingsStore(Settings()))
    worker = LateWorker(settings)
    assert worker.real().idle_seconds == 300

    await settings.change("local.idle_minutes", 1.0)

    assert worker.real().idle_seconds == 60


async def test_pictures_are_made_through_a_connection_by_ones_own_workflow(tmp_path: Path) -> None:
    paths = Paths(*(tmp_path / name for name in ("config", "data", "state", "cache")))
    paths.workflows.mkdir(parents=True)
    node = {"class_type": "SaveImage", "inputs": {"text": "%prompt%", "seed": "%seed%"}}
    (paths.workflows / "mine.json").write_text(json.dumps({"9": node}))
    sent = []

    def answer(request: Recorded) -> Reply:
        if request.path == "/prompt":
            sent.append(request.json["prompt"])
            return as_json({"prompt_id": "j1"})
        image = {"filename": "a.png", "subfolder": "", "type": "output"}
        history = {"j1": {"outputs": {"9": {"images": [image]}}, "status": {}}}
        return as_json(history) if request.path.startswith("/history") else Reply([PNG])

    services = build(paths, {}, {})
    ready = services.connections.endpoints.ready
    async with FakeServer(answer=answer) as server:
        endpoint = await ready("easel", ConnectionSettings("comfyui", server.url), "")
        assert services.imagers.makes_images(endpoint)
        wish = Wish("cat", seed=3, extra=(("workflow", "mine"),))
        assert (await made(services.imagers.open(endpoint), wish)).data == PNG
        await services.aclose()
    assert sent == [{"9": {**node, "inputs": {"text": "cat", "seed": 3}}}]


async def test_who_makes_no_pictures_is_not_asked_for_any(tmp_path: Path) -> None:
    paths = Paths(*(tmp_path / name for name in ("config", "data", "state", "cache")))
    services = build(paths, {}, {})
    endpoint = services.connections.endpoints.plain("x", ConnectionSettings("ollama"), "m")
    assert not services.imagers.makes_images(endpoint)
    with pytest.raises(ConfigError, match="Ollama makes no pictures"):
        services.imagers.open(endpoint)
    with pytest.raises(ConfigError, match="Ollama makes no pictures"):
        await services.imagers.models(endpoint)
    await services.aclose()
