"""Asks a server which models it offers and which of them see pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import assert_never

from tui.adapters.http import Http
from tui.domain.connection import Endpoint, Model, Protocol, vision_by_name


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that chat, else all there are; what is known of their sight is filled in.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    found = await _lister(endpoint.provider.protocol)(endpoint, client)
    return [_with_name_hint(endpoint, model) for model in found]


def _lister(protocol: Protocol) -> Callable[[Endpoint, Http], Awaitable[list[Model]]]:
    """What knows the protocol's list; imported only when it is needed."""
    match protocol:
        case "openai":
            from tui.adapters.providers.openai_models import models
        case "anthropic":
            from tui.adapters.providers.anthropic_models import models
        case "gemini":
            from tui.adapters.providers.gemini_models import models
        case "cohere":
            from tui.adapters.providers.cohere_models import models
        case "ollama":
            from tui.adapters.providers.ollama_models import models
        case "horde":
            from tui.adapters.providers.horde_models import models
        case "extras":
            from tui.adapters.providers.extras_models import models
        case "a1111":
            from tui.adapters.providers.a1111_models import models
        case "comfyui":
            from tui.adapters.providers.comfyui_models import models
        case _:
            assert_never(protocol)
    return models


def _with_name_hint(endpoint: Endpoint, model: Model) -> Model:
    if model.vision != "unknown":
        return model
    return replace(model, vision=vision_by_name(endpoint.provider, model.id))
