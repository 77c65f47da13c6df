"""Where a caption came from and what it took, in a few words each."""

from __future__ import annotations

from tui.domain.caption import Caption
from tui.domain.safetext import clean_line
from tui.services.refinement import Refinement
from tui.ui.widgets.image_view import facts_line

CACHED = "from cache"


def tokens_text(given: int | None, got: int | None) -> str:
    """Tokens in and out: "812 + 64 tokens"; empty when nobody counted."""
    if given is None and got is None:
        return ""
    counts = " + ".join(f"{count:,}" for count in (given, got) if count is not None)
    return f"{counts} tokens"


def cost_text(cost: float | None) -> str:
    """US dollars: "$0.0004"; empty when nobody told."""
    if cost is None:
        return ""
    if cost <= 0:
        return "free"
    if cost < 0.0001:
        return "under $0.0001"
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.4f}"


def caption_facts(refinement: Refinement, running: float | None) -> list[str]:
    """The picture, the source, and what the caption took, one line each.

    Args:
        refinement: The picture and what was made of it.
        running: Seconds since the source was asked; None: it is done.
    """
    done = None if running is not None else refinement.current
    source = clean_line(done.source_label if done else refinement.source_label)
    lines = [clean_line(refinement.image.name), facts_line(refinement.image), source]
    if done and done.model and done.model not in done.source_label:
        lines.append(clean_line(done.model))
    if done and done.region:
        left, top, right, bottom = done.region
        lines.append(f"a part, {right - left} × {bottom - top}")
    spent = took(done) if done else _seconds(running or 0.0)
    return [line for line in (*lines, spent) if line]


def took(done: Caption) -> str:
    """Seconds, tokens and money that a caption took."""
    if done.cached:
        return CACHED
    usage = done.usage
    parts = [_seconds(done.seconds)]
    if usage is not None:
        parts += [tokens_text(usage.input, usage.output), cost_text(usage.cost)]
    return " · ".join(part for part in parts if part)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds else ""
