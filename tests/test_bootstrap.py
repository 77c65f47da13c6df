from __future__ import annotations

from tests.fakes.settings import FakeSettingsStore
from tui.bootstrap.late import LateWorker
from tui.domain.settings import Settings
from tui.services.configuring import SettingsService


async def test_how_long_a_model_stays_in_memory_can_be_changed_while_it_is_there() -> None:
    settings = SettingsService(FakeSettingsStore(Settings()))
    worker = LateWorker(settings)
    assert worker.real().idle_seconds == 300

    await settings.change("local.idle_minutes", 1.0)

    assert worker.real().idle_seconds == 60
