"""Captions from volunteers' machines, reached through AI Horde."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from tui.adapters.captioners.service import ServiceCaptioner, picture_of, said
from tui.adapters.http import Http
from tui.adapters.providers import bodies
from tui.adapters.providers.horde_job import HordeJob, Sleep, Standing, State, Work
from tui.adapters.providers.prepared import Preparer
from tui.adapters.wire import as_dict, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.generation import GenerationEvent, GenerationRequest, Progress

_FORM = "caption"
_STATES: dict[str, State] = {
    "processing": "processing",
    "done": "done",
    "faulted": "faulted",
    "cancelled": "cancelled",
}
"""All else is waiting."""


class HordeCaptioner(ServiceCaptioner):
    """Has whichever machine is free look at a picture."""

    def __init__(
        self,
        endpoint: Endpoint,
        client: Http,
        prepare: Preparer | None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Make the source.

        Args:
            endpoint: Where to send pictures.
            client: Sends everything.
            prepare: Makes pictures fit; None sends them as they are.
            sleep: Waits for so many seconds.
        """
        super().__init__(_Asks(endpoint, client, sleep), endpoint, prepare)


class _Asks:
    """Hands in one picture and waits for its caption."""

    def __init__(self, endpoint: Endpoint, client: Http, sleep: Sleep) -> None:
        self._endpoint = endpoint
        self._client = client
        self._sleep = sleep

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        body = {
            "forms": [{"name": _FORM}],
            "source_image": picture_of(request),
            "slow_workers": True,
        }
        job = HordeJob(self._endpoint, self._client, _WORK, self._sleep)
        async with aclosing(job.run(bodies.shape(self._endpoint, body), request)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    yield step
                    continue
                caption = as_text(as_dict(_form(step.status).get("result")).get(_FORM))
                for event in said(caption, self._endpoint.provider.label):
                    yield event


def _form(status: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the status says of the caption; other forms are not asked for."""
    forms = (form for form in items(status.get("forms")) if form.get("form") == _FORM)
    return next(forms, {})


def _standing(status: Mapping[str, Any]) -> Standing | None:
    whole = as_text(status.get("state"))
    if not whole:
        return None
    # One that was called off leaves the whole "partial".
    return Standing(_STATES.get(as_text(_form(status).get("state")) or whole, "waiting"))


_WORK = Work("/v2/interrogate", _standing, "try again, or use another caption source")
