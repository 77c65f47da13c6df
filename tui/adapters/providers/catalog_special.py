"""The services that speak a protocol of their own, as data."""

from __future__ import annotations

from tui import __version__
from tui.adapters.providers.catalog_hosted import BASIC, NO_CHAT, PENALTIES, WEB
from tui.domain.connection import Provider
from tui.domain.image import PictureLimits

_MB = 1_000_000
_GEMINI_PATHS = ("/models/*", "/models", "/chat/completions", "/openai")
_GEMINI_KNOBS = (*BASIC, "seed", "top_k", *PENALTIES, "reasoning_effort")
_GEMINI_HIDES = (*NO_CHAT, "*-live*", "*audio*", "imagen*", "veo*", "aqa", "learnlm*")
_GEMINI_PICTURES = PictureLimits(
    (*WEB[:3], "image/heic", "image/heif"), max_bytes=7 * _MB, max_count=3000
)

ROWS = (
    Provider(
        "anthropic",
        "Anthropic",
        "anthropic",
        "https://api.anthropic.com/v1",
        key_env=("ANTHROPIC_API_KEY",),
        needs_key=True,
        auth="x-api-key",
        proxy="all",
        strip_paths=("/messages", "/complete", "/models"),
        # The later version takes neither a temperature nor what reverse proxies send.
        headers=(("anthropic-version", "2023-06-01"),),
        knobs=(*BASIC, "top_k", "reasoning_effort"),
        blind=("claude-2*", "claude-instant*"),
        sees=("claude-*",),
        # 5 MB as base64; above 2000 pixels it takes no more than 20 pictures.
        pictures=PictureLimits(WEB, max_bytes=3_750_000, max_side=2000, max_count=100),
    ),
    Provider(
        "google",
        "Google AI Studio",
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        key_env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        needs_key=True,
        auth="x-goog-api-key",
        proxy="all",
        strip_paths=_GEMINI_PATHS,
        knobs=_GEMINI_KNOBS,
        most_stops=5,
        sees=("gemini-*", "gemma-3*", "gemma-4*"),
        hides=_GEMINI_HIDES,
        pictures=_GEMINI_PICTURES,
        images="gemini",
        draws=("*-image*", "imagen*"),
    ),
    Provider(
        "vertexai",
        "Google Vertex AI",
        "gemini",
        "https://aiplatform.googleapis.com/v1/publishers/google",
        key_env=("VERTEX_API_KEY", "GOOGLE_VERTEX_API_KEY"),
        needs_key=True,
        auth="x-goog-api-key",
        note="express mode, with an API key; another region or a project: in its address",
        proxy="all",
        proxy_auth="bearer",
        strip_paths=_GEMINI_PATHS,
        add_path="/publishers/google",
        knobs=_GEMINI_KNOBS,
        most_stops=5,
        sees=("gemini-*", "gemma-3*", "gemma-4*"),
        hides=_GEMINI_HIDES,
        pictures=_GEMINI_PICTURES,
        images="gemini",
        draws=("*-image*", "imagen*"),
    ),
    Provider(
        "cohere",
        "Cohere",
        "cohere",
        "https://api.cohere.com",
        key_env=("COHERE_API_KEY", "CO_API_KEY"),
        needs_key=True,
        strip_paths=("/v2/*", "/v2", "/v1/*", "/v1", "/compatibility"),
        knobs=(*BASIC, "seed", "top_k", *PENALTIES),
        most_stops=5,
        sees=("*vision*", "command-a-plus*"),
        hides=NO_CHAT,
        pictures=PictureLimits(WEB, max_bytes=5 * _MB, max_count=20),
    ),
    Provider(
        "ollama",
        "Ollama",
        "ollama",
        "http://127.0.0.1:11434",
        key_env=("OLLAMA_API_KEY",),
        pulls=True,
        local=True,
        strip_paths=(
            *("/chat", "/generate", "/tags", "/chat/completions", "/completions"),
            *("/models", "/v1", "/api"),
        ),
        knobs=(
            *(*BASIC, "seed", "top_k", "min_p", *PENALTIES),
            *("repetition_penalty", "reasoning_effort"),
        ),
        wire_names=(("max_tokens", "num_predict"), ("repetition_penalty", "repeat_penalty")),
        probe_ports=(11434,),
    ),
    Provider(
        "horde",
        "AI Horde",
        "horde",
        "https://aihorde.net/api",
        key_env=("HORDE_API_KEY", "AI_HORDE_API_KEY"),
        auth="apikey",
        anonymous_key="0000000000",
        note="volunteers' machines: they see what is sent; free, slow, also without a key",
        strip_paths=("/v2/*", "/v2"),
        headers=(("Client-Agent", f"salon:{__version__}:unknown"),),
        knobs=(*BASIC, "top_k", "min_p", "repetition_penalty"),
        blind=("*",),  # its chats take no pictures, whatever the models are called
        pictures=PictureLimits(WEB[:3], 5 * _MB, 3072, 3072 * 3072, 1),
        images="horde",
    ),
    Provider(
        "extras",
        "SillyTavern-Extras",
        "extras",
        "http://127.0.0.1:5100",
        note="discontinued since April 2024, still works; only captions",
        chats=False,
        local=True,
        strip_paths=("/api/*", "/api"),
        headers=(("Bypass-Tunnel-Reminder", "bypass"),),
        knobs=(),
        pictures=PictureLimits(max_side=1024, max_count=1),
        probe_ports=(5100,),
    ),
    Provider(
        "a1111",
        "Stable Diffusion WebUI",
        "a1111",
        "http://127.0.0.1:7860",
        auth="basic",
        note="AUTOMATIC1111, Forge, SD.Next: only makes pictures; start it with --api; its key is"
        " user:password (--api-auth)",
        chats=False,
        local=True,
        strip_paths=("/sdapi/*", "/sdapi", "/docs"),
        knobs=(),
        models_path="/sdapi/v1/sd-models",
        blind=("*",),
        probe_ports=(7860,),
        images="a1111",
    ),
    Provider(
        "comfyui",
        "ComfyUI",
        "comfyui",
        "http://127.0.0.1:8188",
        note="only makes pictures, by a workflow of your own or a plain one of Salon's",
        chats=False,
        local=True,
        strip_paths=("/prompt", "/api"),
        knobs=(),
        models_path="/object_info/CheckpointLoaderSimple",
        blind=("*",),
        probe_ports=(8188,),
        images="comfyui",
    ),
)
