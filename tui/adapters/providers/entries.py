"""Reads lists of models in the shapes in which servers send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.adapters.wire import as_dict, as_list, as_text, items

MOST = 5000
"""Longer lists are cut."""


def is_list(payload: object) -> bool:
    """Whether it is a list of models at all, be it empty."""
    top = as_dict(payload)
    lists = (top.get("data"), top.get("models"), top.get("result"), payload)
    return any(isinstance(each, list) for each in lists)


def read(payload: object) -> list[dict[str, Any]]:
    """The entries; what two lists say of the same model counts together."""
    if isinstance(payload, list):
        return items(payload)[:MOST]
    top = as_dict(payload)
    if isinstance(top.get("result"), list):
        return [_cloudflare(entry) for entry in items(top["result"])[:MOST]]
    beside = {name(entry): entry for entry in items(top.get("models"))}
    listed = [{**beside.get(name(entry), {}), **entry} for entry in items(top.get("data"))]
    return (listed or list(beside.values()))[:MOST]


def name(entry: Mapping[str, Any]) -> str:
    """What requests call the model; empty when it is not told."""
    return as_text(entry.get("id")) or as_text(entry.get("name")) or as_text(entry.get("model"))


def _cloudflare(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry whose `id` is a number of its own, with everything else among its properties."""
    said = {
        as_text(each.get("property_id")): each.get("value")
        for each in items(as_list(entry.get("properties")))
    }
    flat: dict[str, Any] = {"id": as_text(entry.get("name"))}
    window = as_text(said.get("context_window"))
    if window.isascii() and window.isdigit():
        flat["context_window"] = int(window[:12])
    if said.get("vision") in ("true", "false"):
        flat["vision"] = said["vision"] == "true"
    return flat
