"""Lists the models that an Ollama has fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, entries, vision
from tui.adapters.wire import as_count, as_dict, as_list
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import ProviderError
from tui.domain.safetext import clean_line

_MOST_QUESTIONS = 40
"""How many models of an old Ollama are asked for one by one."""


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that chat.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    call = calls.ask(endpoint, f"{endpoint.url}/api/tags")
    payload = await client.json(call)
    if not entries.is_list(payload):
        raise not_json(b"", call.origin)
    found = []
    questions: list[Coroutine[None, None, Model]] = []
    for entry in entries.read(payload):
        name = clean_line(entries.name(entry), 300)
        capabilities = as_list(entry.get("capabilities"))
        if not name or (capabilities and "completion" not in capabilities):
            continue
        found.append(Model(name, vision.from_capabilities(capabilities)))
        if not capabilities and len(questions) < _MOST_QUESTIONS:
            questions.append(_show(endpoint, client, name))
    answers = {model.id: model for model in await asyncio.gather(*questions)}
    return [answers.get(model.id, model) for model in found]


async def _show(endpoint: Endpoint, client: Http, name: str) -> Model:
    """Ask an Ollama whose list does not tell about one model."""
    url = f"{endpoint.url}/api/show"
    try:
        said = as_dict(await client.json(calls.ask(endpoint, url, {"model": name})))
    except ProviderError:
        return Model(name)
    sees = vision.from_capabilities(said.get("capabilities"))
    if sees == "unknown":
        families = as_list(as_dict(said.get("details")).get("families"))
        clip = "clip" in families or "mllama" in families
        sees = "yes" if said.get("projector_info") or clip else "no"
    info = as_dict(said.get("model_info"))
    context = next((as_count(v) for k, v in info.items() if k.endswith(".context_length")), None)
    return Model(name, sees, context)
