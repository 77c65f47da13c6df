from __future__ import annotations

import pytest

from tests.fakes.house import House


async def test_what_fails_at_the_end_keeps_nothing_else_from_being_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()

    async def fails() -> None:
        raise OSError("broken pipe")

    monkeypatch.setattr(house.connector, "aclose", fails)

    with pytest.raises(OSError, match="broken pipe"):
        await house.services.aclose()

    assert house.worker.closed == 1
