"""Asks ComfyUI which checkpoints it has."""

from __future__ import annotations

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, entries
from tui.adapters.wire import as_dict, as_list, as_text
from tui.domain.connection import Endpoint, Model
from tui.domain.safetext import clean_line

_NODE = "CheckpointLoaderSimple"


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the checkpoints that the usual loader offers.

    Raises:
        ProviderError: The server cannot be reached or is something else.
    """
    call = calls.ask(endpoint, f"{endpoint.url}/object_info/{_NODE}")
    node = as_dict(as_dict(await client.json(call)).get(_NODE))
    inputs = as_dict(as_dict(node.get("input")).get("required"))
    if not inputs:
        raise not_json(b"", call.origin)
    # The choices of an input are its first part; newer servers put them into the second.
    shape = as_list(inputs.get("ckpt_name"))
    old = next(iter(shape), None)
    names = old if isinstance(old, list) else as_dict(next(iter(shape[1:]), None)).get("options")
    known = dict.fromkeys(clean_line(as_text(name), 300) for name in as_list(names)[: entries.MOST])
    return [Model(name, "no") for name in known if name]
