"""What the tests of the horde's text models share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.providers.support import HELLO, KEY, Naps, collect, endpoint, offline_http
from tests.fakes.horde import JOB, FakeHorde, text_status
from tests.fakes.servers import Reply
from tui.adapters.providers.horde import HordeChatModel
from tui.domain.connection import Endpoint
from tui.domain.errors import ProviderError
from tui.domain.generation import GenerationEvent, GenerationRequest

STATUS = f"/api/v2/generate/text/status/{JOB}"
DONE = text_status("Hi.")
PAGE = Reply([b"<html><title>Sign in</title></html>"], type="text/html")


def at(url: str = "http://127.0.0.1:1", key: str = KEY, **changes: Any) -> Endpoint:
    return replace(endpoint("horde", f"{url}/api", key), **changes)


class Tried:
    """One question put to a horde that plays a script."""

    def __init__(self, *statuses: object, submit: Reply | None = None, **changes: Any) -> None:
        self.horde = FakeHorde(*statuses, submit=submit)
        self.http, self.requests = offline_http(answer=self.horde)
        self.naps = Naps()
        self.model = HordeChatModel(at(**changes), self.http, self.naps)
        self.events: list[GenerationEvent] = []

    async def run(self, request: GenerationRequest = HELLO) -> list[GenerationEvent]:
        try:
            return await collect(self.model, request, self.events)
        finally:
            await self.http.aclose()

    async def fails(self, kind: type[ProviderError], words: str = "AI Horde") -> ProviderError:
        with pytest.raises(kind, match=words) as caught:
            await self.run()
        assert type(caught.value) is kind
        assert caught.value.hint
        assert KEY not in caught.value.line()
        return caught.value
