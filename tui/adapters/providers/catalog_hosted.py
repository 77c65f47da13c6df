"""The services on the network that speak OpenAI's protocol, as data."""

from __future__ import annotations

from secrets import randbelow

from tui.domain.connection import Provider
from tui.domain.image import PictureLimits

HOSTED = ("/chat/completions", "/completions", "/responses", "/models")
"""Paths that people paste along with an address."""
NO_CHAT = ("*embed*", "*tts*", "*whisper*", "*transcribe*", "*moderation*", "*rerank*")
"""Models that no service's list should offer for a chat."""
BASIC = ("temperature", "top_p", "max_tokens", "stop")
PENALTIES = ("presence_penalty", "frequency_penalty")
OPENAI = (*BASIC, "seed", *PENALTIES, "reasoning_effort")
OPEN_MODELS = (*BASIC, "seed", *PENALTIES, "top_k", "min_p", "repetition_penalty")
"""What servers of open models add to OpenAI's fields."""
EVERYTHING = (*OPEN_MODELS, "reasoning_effort")
WEB = ("image/jpeg", "image/png", "image/webp", "image/gif")
_MB = 1_000_000
_USUAL = PictureLimits(max_bytes=10 * _MB)
"""Nobody says so, but larger ones get into trouble at one place or another."""


def _any_seed() -> int:
    """Pollinations gives the same answer again where the seed is the same."""
    return randbelow(2**31)


ROWS = (
    Provider(
        "openai",
        "OpenAI",
        "openai",
        "https://api.openai.com/v1",
        key_env=("OPENAI_API_KEY",),
        needs_key=True,
        proxy="all",
        strip_paths=HOSTED,
        knobs=OPENAI,
        wire_names=(("max_tokens", "max_completion_tokens"),),
        most_stops=4,
        sees=("gpt-4o*", "gpt-4.1*", "gpt-5*", "gpt-6*", "o1", "o1-2*", "o3*", "o4*", "chatgpt-*"),
        blind=("*codex*", "gpt-3.5*", "gpt-4-0*", "o1-mini*", "o3-mini*"),
        hides=(
            *(*NO_CHAT, "*realtime*", "*audio*", "*image*", "dall-e*", "sora*"),
            *("davinci*", "babbage*", "*-instruct*"),
        ),
        pictures=PictureLimits(WEB, max_bytes=20 * _MB),
    ),
    Provider(
        "mistral",
        "Mistral",
        "openai",
        "https://api.mistral.ai/v1",
        key_env=("MISTRAL_API_KEY",),
        needs_key=True,
        proxy="all",
        strip_paths=HOSTED,
        stream_usage=False,
        knobs=(*OPENAI, "top_k", "repetition_penalty"),
        wire_names=(("seed", "random_seed"),),
        sees=(
            *("mistral-small-latest", "mistral-medium-latest", "mistral-large-latest"),
            *("pixtral-*", "ministral-*-2512"),
        ),
        hides=(*NO_CHAT, "*ocr*", "voxtral-*"),
        pictures=PictureLimits(WEB, max_bytes=10 * _MB, max_count=8),
    ),
    Provider(
        "groq",
        "Groq",
        "openai",
        "https://api.groq.com/openai/v1",
        key_env=("GROQ_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=(*BASIC, "seed", "reasoning_effort"),
        wire_names=(("max_tokens", "max_completion_tokens"),),
        most_stops=4,
        sees=("qwen/qwen3.6-*", "qwen/qwen3.8-*", "meta-llama/llama-4-*"),
        hides=(*NO_CHAT, "*guard*", "*orpheus*"),
        # A whole request may have 4 MB, and base64 makes of three bytes four.
        pictures=PictureLimits(WEB[:3], 2_800_000, max_pixels=33 * _MB, max_count=5),
    ),
    Provider(
        "openrouter",
        "OpenRouter",
        "openai",
        "https://openrouter.ai/api/v1",
        key_env=("OPENROUTER_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        headers=(("X-Title", "Salon"),),
        knobs=EVERYTHING,
        pictures=PictureLimits(WEB, max_bytes=2 * 1024 * 1024),
    ),
    Provider(
        "xai",
        "xAI",
        "openai",
        "https://api.x.ai/v1",
        key_env=("XAI_API_KEY",),
        needs_key=True,
        proxy="all",
        strip_paths=(*HOSTED, "/language-models"),
        knobs=OPENAI,
        sees=("grok-4*", "grok-2-vision*"),
        blind=("grok-code*", "grok-3*"),
        hides=("*image*", "*imagine*", "*video*"),
        probe="xai",
        pictures=_USUAL,
    ),
    Provider(
        "moonshot",
        "Moonshot",
        "openai",
        "https://api.moonshot.ai/v1",
        key_env=("MOONSHOT_API_KEY",),
        needs_key=True,
        proxy="all",
        strip_paths=HOSTED,
        knobs=(*BASIC, *PENALTIES),
        most_stops=5,
        sees=("kimi-k2.5*", "*vision*"),
        pictures=_USUAL,
    ),
    Provider(
        "zai",
        "Z.AI",
        "openai",
        "https://api.z.ai/api/paas/v4",
        key_env=("ZAI_API_KEY",),
        needs_key=True,
        proxy="all",
        strip_paths=HOSTED,
        knobs=BASIC,
        most_stops=1,
        caption_body=(("max_tokens", 4096),),  # its own 1024 may all go into thinking
        sees=("glm-4v*", "glm-4.[0-9]v*", "glm-5v*", "glm-5.[0-9]v*"),
        pictures=PictureLimits(max_bytes=5 * _MB, max_side=6000),
    ),
    Provider(
        "deepseek",
        "DeepSeek",
        "openai",
        "https://api.deepseek.com/v1",
        key_env=("DEEPSEEK_API_KEY",),
        needs_key=True,
        proxy="chat",
        strip_paths=HOSTED,
        knobs=(*BASIC, *PENALTIES),
        blind=("*",),
    ),
    Provider(
        "01ai",
        "01.AI (Yi)",
        "openai",
        "https://api.lingyiwanwu.com/v1",
        key_env=("YI_API_KEY",),
        needs_key=True,
        note="may be discontinued",
        strip_paths=HOSTED,
        knobs=BASIC,
        sees=("yi-vision*",),
        pictures=_USUAL,
    ),
    Provider(
        "aimlapi",
        "AI/ML API",
        "openai",
        "https://api.aimlapi.com/v1",
        key_env=("AIMLAPI_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        headers=(("X-Title", "Salon"),),
        knobs=EVERYTHING,
        pictures=_USUAL,
    ),
    Provider(
        "nanogpt",
        "NanoGPT",
        "openai",
        "https://nano-gpt.com/api/v1",
        key_env=("NANOGPT_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=EVERYTHING,
        models_path="/models?detailed=true",
        pictures=_USUAL,
    ),
    Provider(
        "electronhub",
        "Electron Hub",
        "openai",
        "https://api.electronhub.ai/v1",
        key_env=("ELECTRONHUB_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=OPENAI,
        hides=NO_CHAT,
        pictures=_USUAL,
    ),
    Provider(
        "chutes",
        "Chutes",
        "openai",
        "https://llm.chutes.ai/v1",
        key_env=("CHUTES_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=OPEN_MODELS,
        pictures=_USUAL,
    ),
    Provider(
        "fireworks",
        "Fireworks",
        "openai",
        "https://api.fireworks.ai/inference/v1",
        key_env=("FIREWORKS_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=EVERYTHING,
        hides=NO_CHAT,
        pictures=_USUAL,
    ),
    Provider(
        "pollinations",
        "Pollinations",
        "openai",
        "https://gen.pollinations.ai/v1",
        key_env=("POLLINATIONS_API_KEY",),
        needs_key=True,
        strip_paths=HOSTED,
        knobs=OPENAI,
        caption_body=(("seed", _any_seed),),
        sees=("openai*", "gemini*", "claude*"),
        hides=("*audio*",),
        pictures=_USUAL,
    ),
    Provider(
        "workersai",
        "Cloudflare Workers AI",
        "openai",
        "",
        key_env=("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"),
        needs_key=True,
        note="its address holds your account's id:"
        " https://api.cloudflare.com/client/v4/accounts/ID/ai/v1",
        strip_paths=("/ai/v1", "/ai/run/*", "/ai", "/models/search", *HOSTED),
        add_path="/ai/v1",
        knobs=(*BASIC, "seed", *PENALTIES, "top_k", "repetition_penalty"),
        # The list lives beside the OpenAI-like part, not below it.
        models_path="/../models/search?task=Text%20Generation&per_page=100",
        hides=(*NO_CHAT, "*guard*"),
        pictures=PictureLimits(max_bytes=5 * _MB),
    ),
    Provider(
        "custom",
        "OpenAI-compatible server",
        "openai",
        "",
        strip_paths=HOSTED,
        knobs=EVERYTHING,
    ),
)
