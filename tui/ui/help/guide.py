"""The short guide that stands above the keys and commands."""

from __future__ import annotations

GUIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "First minute",
        (
            "Type and press Enter: the character answers. Esc stops a reply and keeps what came.",
            "/caption photo.jpg describes a picture; look over the caption, Ctrl+S sends it.",
            "Ctrl+O attaches a picture, Ctrl+S lists the chats, F2 opens the settings.",
        ),
    ),
    (
        "Connect a model",
        (
            "On this machine: start Ollama, llama.cpp, LM Studio, KoboldCpp or vLLM, then /connect "
            "finds it.",
            "A service: /connect, Add a connection, choose the provider, name the variable that "
            "holds your key or let Salon keep it.",
            "No model at all: /caption still describes pictures offline.",
            "/sources explains every caption source step by step, and where pictures go.",
        ),
    ),
)
"""Headings, and the paragraphs below each."""
