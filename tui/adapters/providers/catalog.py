"""The table of services: everything that differs between them, as data."""

from __future__ import annotations

from tui.adapters.providers import catalog_hosted, catalog_local, catalog_special
from tui.domain.connection import Provider

_ORDER = (
    *("openai", "anthropic", "google", "vertexai", "mistral", "groq", "openrouter", "xai"),
    *("cohere", "moonshot", "zai", "deepseek", "01ai", "aimlapi", "nanogpt", "electronhub"),
    *("chutes", "fireworks", "pollinations", "workersai", "custom"),
    *(
        "ollama",
        "llamacpp",
        "koboldcpp",
        "ooba",
        "vllm",
        "lmstudio",
        "horde",
        "extras",
        "a1111",
        "comfyui",
    ),
    "offline",
)
_ROWS = {row.id: row for row in (*catalog_hosted.ROWS, *catalog_special.ROWS, *catalog_local.ROWS)}

PROVIDERS: dict[str, Provider] = {name: _ROWS[name] for name in _ORDER}
"""By id, in the order in which a person chooses."""
