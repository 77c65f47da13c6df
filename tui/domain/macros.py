"""Macros: `{{user}}`, `{{char}}` and friends in characters, prompts and templates.

One pass: what a macro gives is never expanded again, so a caption that contains `{{user}}` stays
as it is. Unknown macros stay as they are too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MACRO = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace each `{{name}}` by its value, case-insensitively, in one pass.

    Args:
        text: Written by the user or by a character's author.
        values: Lower-case macro names and what stands for them.
    """

    def value(match: re.Match[str]) -> str:
        return values.get(match.group(1).lower(), match.group(0))

    return _MACRO.sub(value, text)


def uses(text: str, name: str) -> bool:
    """Tell whether the macro `name` (lower case) occurs in the text."""
    return any(match.group(1).lower() == name for match in _MACRO.finditer(text))
