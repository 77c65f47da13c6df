"""What the person and the table decide about each request's body, whatever the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from tui.domain.connection import Endpoint
from tui.domain.generation import DEFAULTS, GenerationRequest, Sampling


def sampling(endpoint: Endpoint, request: GenerationRequest) -> Sampling:
    """How to choose tokens: the connection's word before the request's.

    What the row does not know is left as the server has it.
    """
    chosen = endpoint.sampling.over(request.sampling)
    unknown = {
        each.name: getattr(DEFAULTS, each.name)
        for each in fields(Sampling)
        if each.name not in endpoint.provider.knobs
    }
    most = endpoint.provider.most_stops
    stop = chosen.stop[:most] if most else chosen.stop
    return replace(chosen, **{"stop": stop, **unknown})


def named(endpoint: Endpoint, chosen: Sampling) -> dict[str, object]:
    """What is chosen of the sampling, under the names of the row."""
    names = dict(endpoint.provider.wire_names)
    found: dict[str, object] = {}
    for each in fields(chosen):
        value = getattr(chosen, each.name)
        if value not in (None, (), ""):
            plain = list(value) if isinstance(value, tuple) else value
            found[names.get(each.name, each.name)] = plain
    return found


def for_captions(endpoint: Endpoint) -> dict[str, object]:
    """What the row adds to a request for a caption; a function makes a new value each time."""
    row = endpoint.provider.caption_body
    return {key: value() if callable(value) else value for key, value in row}


def shape(endpoint: Endpoint, body: Mapping[str, object]) -> dict[str, object]:
    """The body as the person wants it: their own keys merged in, unwanted ones taken out.

    The last thing that is done to a body. Mappings are merged key by key, anything else is
    replaced; what both adds and drops a key, drops it.
    """
    shaped = _merged(body, endpoint.add_body)
    return {key: value for key, value in shaped.items() if key not in endpoint.drop_body}


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged
