from __future__ import annotations

import pytest

from tests.adapters.providers.support import collect, end_of, text_of
from tests.servers.conftest import MOCKED, mocked
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.sample_picture import sample_picture
from tui.domain.errors import Overloaded
from tui.domain.generation import GenerationRequest, Turn

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("row", MOCKED)
async def test_each_protocol_chats_and_captions(
    row: str, aimock: str, connector: HttpConnector
) -> None:
    model = connector.open(mocked(row, aimock))
    look = GenerationRequest((Turn("user", "Describe it", (sample_picture(),)),), captions=True)

    chatted = await collect(model, GenerationRequest((Turn("user", "hello"),)))
    captioned = await collect(model, look)

    assert text_of(chatted) == "Hi from the mock."
    assert text_of(captioned) == "A blue circle on red."
    assert end_of(captioned).reason == "stop"


@pytest.mark.parametrize("row", MOCKED)
async def test_each_protocol_tells_that_the_server_is_busy(
    row: str, aimock: str, connector: HttpConnector
) -> None:
    with pytest.raises(Overloaded):
        await collect(
            connector.open(mocked(row, aimock)),
            GenerationRequest((Turn("user", "overload"),)),
        )
