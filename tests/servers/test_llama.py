from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing
from dataclasses import replace

import pytest

from tests.adapters.providers.support import HELLO, collect, end_of, text_of
from tui.adapters.offline.server import OfflineServer
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.sample_picture import sample_picture
from tui.domain.connection import Endpoint
from tui.domain.errors import AuthError, ContextTooLong, ImageRejected, NetworkError
from tui.domain.generation import Finished, GenerationRequest, Sampling, TextDelta, Turn
from tui.domain.secret import Secret

pytestmark = pytest.mark.servers

Llama = tuple[OfflineServer, Endpoint]
SHORT = replace(HELLO, sampling=Sampling(max_tokens=40))  # so small a model may find no end
LONG = GenerationRequest((Turn("user", "Tell a long story."),), Sampling(max_tokens=2000))


async def test_it_chats_lists_and_tells_of_itself(llama: Llama, connector: HttpConnector) -> None:
    _, endpoint = llama

    events = await collect(connector.open(endpoint), SHORT)

    assert text_of(events).strip()
    assert end_of(events).reason in ("stop", "length")
    assert end_of(events).usage is not None
    (model,) = await connector.models(endpoint)
    assert model.vision == "no"
    assert await connector.about(endpoint)


async def test_a_reply_that_is_closed_frees_the_server_at_once(
    llama: Llama, connector: HttpConnector
) -> None:
    _, endpoint = llama
    async with aclosing(connector.open(endpoint).generate(LONG)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break

    async with asyncio.timeout(10):
        assert text_of(await collect(connector.open(endpoint), SHORT))


async def test_a_server_that_dies_in_mid_reply_leaves_what_came(
    llama: Llama, connector: HttpConnector
) -> None:
    server, endpoint = llama
    text = ""
    with pytest.raises(NetworkError):
        async with aclosing(connector.open(endpoint).generate(LONG)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                assert not isinstance(event, Finished)

    assert text


async def test_what_it_refuses_is_told_by_kind(llama: Llama, connector: HttpConnector) -> None:
    _, endpoint = llama
    blind = GenerationRequest((Turn("user", "Describe", (sample_picture(),)),))
    endless = GenerationRequest((Turn("user", "word " * 20_000),))

    with pytest.raises(ImageRejected):
        await collect(connector.open(endpoint), blind)
    with pytest.raises(ContextTooLong):
        await collect(connector.open(endpoint), endless)
    with pytest.raises(AuthError):
        await collect(connector.open(replace(endpoint, key=Secret("wrong"))), HELLO)
