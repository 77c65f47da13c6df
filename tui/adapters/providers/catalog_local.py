"""The servers on one's own machine that speak OpenAI's protocol, as data."""

from __future__ import annotations

from tui.adapters.providers.catalog_hosted import EVERYTHING, OPEN_MODELS
from tui.domain.connection import Provider
from tui.domain.image import PictureLimits

_PATHS = ("/chat/completions", "/completions", "/models", "/v1", "/api")

ROWS = (
    Provider(
        "llamacpp",
        "llama.cpp",
        "openai",
        "http://127.0.0.1:8080/v1",
        local=True,
        strip_paths=("/props", "/completion", *_PATHS),
        add_path="/v1",
        extra_body=(("return_progress", True),),
        knobs=OPEN_MODELS,
        wire_names=(("repetition_penalty", "repeat_penalty"),),
        probe="llamacpp",
        probe_ports=(8080, 9931),
    ),
    Provider(
        "koboldcpp",
        "KoboldCpp",
        "openai",
        "http://127.0.0.1:5001/v1",
        local=True,
        strip_paths=("/extra/*", "/generate", "/model", *_PATHS),
        add_path="/v1",
        knobs=OPEN_MODELS,
        wire_names=(("repetition_penalty", "rep_pen"),),
        probe="koboldcpp",
        abort_path="/api/extra/abort",
        pictures=PictureLimits(max_count=8),
        probe_ports=(5001,),
        images="a1111",
    ),
    Provider(
        "ooba",
        "text-generation-webui",
        "openai",
        "http://127.0.0.1:5000/v1",
        local=True,
        strip_paths=_PATHS,
        add_path="/v1",
        caption_body=(("temperature", 0.1),),
        knobs=EVERYTHING,
        probe_ports=(5000,),
        images="openai",
        image_fields=("size", "negative_prompt", "steps", "cfg_scale", "image_seed"),
    ),
    Provider(
        "vllm",
        "vLLM",
        "openai",
        "http://127.0.0.1:8000/v1",
        local=True,
        strip_paths=_PATHS,
        add_path="/v1",
        knobs=EVERYTHING,
        pictures=PictureLimits(("image/jpeg", "image/png", "image/webp")),
        probe_ports=(8000,),
    ),
    Provider(
        "lmstudio",
        "LM Studio",
        "openai",
        "http://127.0.0.1:1234/v1",
        local=True,
        strip_paths=("/api/v0", "/chat", *_PATHS),
        add_path="/v1",
        knobs=OPEN_MODELS,
        wire_names=(("repetition_penalty", "repeat_penalty"),),
        probe="lmstudio",
        probe_ports=(1234,),
    ),
    Provider(
        "offline",
        "Offline (SmolLM2-135M)",
        "openai",
        "",
        local=True,
        strip_paths=_PATHS,
        add_path="/v1",
        # So small a model repeats itself without end unless it is kept from it.
        extra_body=(("return_progress", True), ("repeat_penalty", 1.2), ("dry_multiplier", 0.8)),
        knobs=OPEN_MODELS,
        wire_names=(("repetition_penalty", "repeat_penalty"),),
        blind=("*",),
    ),
)
