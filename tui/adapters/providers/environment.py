"""The catalogue as the environment of this machine changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from tui.adapters.providers.address import normalise
from tui.domain.connection import Provider
from tui.domain.errors import ConfigError


def with_environment(
    rows: Mapping[str, Provider], environ: Mapping[str, str]
) -> Mapping[str, Provider]:
    """The catalogue with Ollama where its own variable says that it listens."""
    host = environ.get("OLLAMA_HOST", "").strip()
    if not host:
        return rows
    if host.startswith(":"):
        host = f"127.0.0.1{host}"
    try:
        address = normalise(rows["ollama"], host)
    except ConfigError:
        return rows
    if urlsplit(address).port is None and "://" not in host:
        address += ":11434"
    return {**rows, "ollama": replace(rows["ollama"], base_url=address)}
