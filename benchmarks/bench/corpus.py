"""The reply that is streamed: Markdown of all kinds, cut as models do, with marks to look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

END = "ENDOFREPLY"
"""The last token, in a paragraph of its own."""
MARK = re.compile(r"k\d{4}")
"""A word in the text, some 40 tokens apart, that stands nowhere else."""
_APART = 15
_SECTIONS = (
    "## Part {number}: how a garden is watered\n\n",
    "A **garden** in summer wants water in the *evening*, when soil is warm and the sun is gone;"
    " what is poured at noon is half lost before it reaches a root. Whoever waters with `litres()`"
    " in mind gives much and seldom, so that roots grow down and not sideways.\n\n",
    "- beans want little until they flower, then a lot\n- **leeks** are never dry\n"
    "  - not even in `October`\n  - and not in a pot\n- carrots split when it comes at once\n\n",
    "```python\ndef litres(area: float, days_without_rain: int) -> float:\n"
    '    """Water for a bed, in litres."""\n    need = 0.0\n'
    "    for day in range(days_without_rain):\n        if day > 2:  # the soil keeps two days\n"
    "            need += area * 1.5\n    return need\n```\n\n",
    "夕方に水をやると、土がまだ温かく、根まで届きます。中文也占两格，混排 words 时要算宽度。"
    "정원은 저녁에 물을 줍니다.\n\n",
    "| plant | month | litres | note |\n|:------|:-----:|-------:|------|\n"
    "| bean | May | 2.5 | climbs |\n| leek | June | 1.0 | 六月 |\n| onion | July | 0.5 | dry |\n\n",
    "1. Dig a hole as deep as a hand and feel whether it is damp.\n"
    "2. Pour slowly; stop when it stands.\n3. Come back in `three` days.\n\n",
    "> Who waters a little every day grows a thirsty garden.\n\n",
    "Things to bring: 🪣 a pail, 🥕 seeds, ✅ patience. See [an almanac](https://example.org/almanac)"
    " and forget ~~the hose~~ — a can is enough, says “everybody”.\n\n",
    "What costs in all this is not the water but the walking; a garden twice as long costs twice"
    " as much and no more. So should a reply: the last thousand words no dearer than the first, and"
    " the hand free at any moment for something else.\n\n",
)
_TOKEN = re.compile(
    r"\n+| {2,}| ?[A-Za-z]{1,6}|\d{1,3}| ?[`*|>#~-]+"
    r"|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{1,2}|.",
    re.DOTALL,
)
_WORD = re.compile(r" [a-z]{3,}")


def tokens(length: int) -> list[str]:
    """So many pieces, some three characters each; the last is `END`."""
    made: list[str] = []
    for piece in _pieces():
        if len(made) >= length - 2:
            break
        made.append(piece)
    fence = "\n```" if "".join(made).count("```") % 2 else ""
    return [*made, f"{fence}\n\n", END]


def _pieces() -> Iterator[str]:
    marks, since = count(1), 0
    for number in count(1):
        for section in _SECTIONS:
            text = section.replace("{number}", str(number))
            prose = not text.startswith(("|", "```", "#"))
            for piece, following in _pairs(_TOKEN.findall(text)):
                yield piece
                since += 1
                if prose and since >= _APART and _WORD.fullmatch(piece) and _WORD.match(following):
                    yield f" k{next(marks):04d}"
                    since = 0


def _pairs(pieces: list[str]) -> Iterator[tuple[str, str]]:
    return zip(pieces, [*pieces[1:], ""], strict=True)
