"""Captions from a server of SillyTavern-Extras."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tui.adapters.captioners.service import ServiceCaptioner, picture_of, said
from tui.adapters.failures import Answer, refusal
from tui.adapters.http import Http
from tui.adapters.providers import bodies, calls
from tui.adapters.providers.extras_models import switched_off
from tui.adapters.providers.prepared import Preparer
from tui.adapters.wire import as_dict
from tui.domain.connection import Endpoint
from tui.domain.errors import ProviderError
from tui.domain.generation import GenerationEvent, GenerationRequest

_SWITCHED_OFF = 403
"""The status when a module is not enabled; a wrong key gets 401."""


class ExtrasCaptioner(ServiceCaptioner):
    """Has the server's own captioning model look at a picture."""

    def __init__(self, endpoint: Endpoint, client: Http, prepare: Preparer | None) -> None:
        """Make the source.

        Args:
            endpoint: Where to send pictures.
            client: Sends everything.
            prepare: Makes pictures fit; None sends them as they are.
        """
        super().__init__(_Asks(endpoint, client), endpoint, prepare)


class _Asks:
    """Sends one picture."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        body = bodies.shape(self._endpoint, {"image": picture_of(request)})
        url = f"{self._endpoint.url}/api/caption"
        call = calls.generation(self._endpoint, url, body, request)
        try:
            payload = await self._client.json(call)
        except ProviderError as error:
            if error.status == _SWITCHED_OFF:
                raise switched_off(self._endpoint) from error
            raise
        caption = as_dict(payload).get("caption")
        if not isinstance(caption, str):
            raise refusal(Answer(200, payload, stray=True), call.origin)
        for event in said(caption, self._endpoint.provider.label):
            yield event
